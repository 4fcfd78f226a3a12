/**
 * A storage that was put back to an older state: a backup, a copied profile. Its ratchets have been used, so nothing is sealed
 * with them again; the device goes on with new sessions, new prekeys and places in its order that it has not used [R21, R30].
 */
import { decodeSession } from '../protocol/session.ts';
import { addressKey, peerOf } from './address.ts';
import type { Context } from './context.ts';
import { listConversations } from './conversations.ts';
import { EMPTY_SYNC, queueErrand } from './errands.ts';
import { renameMessage, setStatus } from './history.ts';
import { readMark, writeMark, writePlace } from './mark.ts';
import { renameDeletion } from './messages/queue.ts';
import { isMark } from './messages/take.ts';
import { type Operation, readRecord } from './operation.ts';
import { listOutgoing, removeEntry, writeOutgoing } from './outbox.ts';
import { forgetPrekeysOfPast } from './own-prekeys.ts';
import { HELD } from './sentences.ts';
import { noteGone } from './sessions.ts';
import { number } from './stored.ts';

/** Mends a storage that was put back; call it before anything is sealed. True when it was. */
export async function mendWhenPutBack(ctx: Context): Promise<boolean> {
  return ctx.operate(async (op) => {
    const mark = await readMark(ctx);
    const sealed = (await readRecord(op, 'meta', 'sealed', number)) ?? 0;
    if (mark === null) {
      const own = (await listConversations(op))
        .filter(({ ownSeq }) => ownSeq > 0)
        .map(({ id, ownSeq, ownHash }) => ({ conversation: id, seq: ownSeq, hash: ownHash }));
      op.committed.push(() => writeMark(ctx, { device: ctx.self.device, sealed, own }));
    }
    if (mark === null || mark.sealed <= sealed) return false;
    op.write('meta', 'sealed', number, mark.sealed);
    for (const said of mark.own) writePlace(op, said);
    await holdUnsealed(op, ctx);
    await renewSessions(op, ctx);
    await forgetPrekeysOfPast(op);
    return true;
  });
}

/**
 * Whether they left in the time that was forgotten nobody here knows: the person decides. A mark that is said twice says the same,
 * so it goes again, under an id that the relay cannot know.
 */
async function holdUnsealed(op: Operation, ctx: Context): Promise<void> {
  for (const entry of await listOutgoing(op)) {
    if (entry.sealed || entry.bound !== null) continue;
    if (isMark(entry.kind)) {
      const id = ctx.newBodyId();
      writeOutgoing(op, { ...entry, id });
      await renameMessage(op, entry.id, id);
      await renameDeletion(op, entry, id);
      continue;
    }
    removeEntry(op, entry.n);
    await setStatus(op, entry.id, 'Failed', HELD.putBack);
  }
}

/** No ratchet goes on from here: its next keys may have been used. Everybody who had a session is greeted on a new one. */
async function renewSessions(op: Operation, ctx: Context): Promise<void> {
  const greeted = new Set<string>();
  for (const [key, value] of await op.list('sessions', { prefix: '' })) {
    const session = decodeSession(value);
    const to = peerOf(session);
    op.remove('sessions', key);
    // What the peer never answered it may not know; then it sends on the one before.
    if (session.archivedAt === null) noteGone(op, to, session.init === null ? session.sid : session.replaces);
    if (greeted.has(addressKey(to))) continue;
    greeted.add(addressKey(to));
    await queueErrand(op, ctx, { to: [to], kind: 'sync', payload: EMPTY_SYNC, fresh: true });
  }
}

/** What a device catches up with when it is back: conversations, statuses, people, and those who missed it. */
import { type BodyId, type ConversationId, isAccountId, isBodyId } from '../contract/ids.ts';
import type { Address } from './address.ts';
import type { Context } from './context.ts';
import { directId, ensureDirect, otherOf } from './conversations.ts';
import { refreshPeople } from './directory.ts';
import { EMPTY_SYNC, queueErrand } from './errands.ts';
import { refreshGroups } from './groups/refresh.ts';
import { setStatus } from './history.ts';
import { noteExpired } from './mending.ts';
import { readRecord } from './operation.ts';
import { readPeer } from './peers.ts';
import { relayTime } from './policies.ts';
import { decodeStored, number } from './stored.ts';

/** Message ids in one question for statuses. */
const IDS_PER_REQUEST = 100;
/** Statuses are asked for so much longer than the relay keeps what they are about. */
const ASKED_AFTER_MS = 24 * 3600_000;
/** After an absence so much shorter than that, envelopes may have expired: one's own devices and everybody else's are greeted. */
const ABSENT_BEFORE_MS = 12 * 3600_000;

/**
 * Learns of conversations that others began. The server names the members; only those that make the id are believed
 * [R1, R12]. Of groups it is the signed roster. Gives the ids that are new or changed here.
 */
export async function refreshConversations(ctx: Context): Promise<readonly ConversationId[]> {
  const records = await ctx.transport.conversations();
  const self = ctx.self.account;
  const strangers = new Set<string>();
  const made: ConversationId[] = [];
  made.push(...(await refreshGroups(ctx, records)));
  for (const { id, kind, members, lastActivity } of records) {
    if (kind !== 'direct') continue;
    const other = otherOf({ members }, self);
    const isWhole = members.length === (other === self ? 1 : 2);
    if (other === null || !isWhole || directId(self, other) !== id) continue;
    if ((await ctx.storage.get('conversations', `c/${id}`)) !== null) continue;
    if ((await readPeer(ctx.storage, other)) === null) strangers.add(other);
    await ctx.operate(async (op) => {
      await ensureDirect(op, id, [self, other], lastActivity);
    });
    made.push(id);
  }
  const unknown = [...strangers].filter(isAccountId);
  if (unknown.length > 0) {
    await refreshPeople(ctx, unknown);
    for (const id of made) await ctx.tellConversation(id);
  }
  return made;
}

/** Asks what became of one's own messages that are not delivered everywhere yet. */
export async function refreshStatuses(ctx: Context): Promise<void> {
  const waiting: BodyId[] = [];
  const asked = (await relayTime(ctx.storage)) + ASKED_AFTER_MS;
  for (const [key, value] of await ctx.storage.list('outbox', { prefix: 'w/' })) {
    const id = key.slice(2);
    if (ctx.now() - decodeStored(number, value) > asked) {
      await ctx.operate(async (op) => op.remove('outbox', key));
    } else if (isBodyId(id)) waiting.push(id);
  }
  for (let at = 0; at < waiting.length; at += IDS_PER_REQUEST) {
    const statuses = await ctx.transport.statuses(waiting.slice(at, at + IDS_PER_REQUEST));
    await ctx.operate(async (op) => {
      for (const { id, delivered, expired, pending } of statuses) {
        if (!waiting.includes(id)) continue;
        if (delivered.length > 0) await setStatus(op, id, 'Delivered');
        for (const device of expired) await noteExpired(op, id, device);
        if (pending === 0) op.remove('outbox', `w/${id}`);
      }
    });
  }
}

/** Asks the directory about everybody who is pinned. */
export async function refreshPinned(ctx: Context): Promise<void> {
  const entries = await ctx.storage.list('peers', { prefix: '' });
  await refreshPeople(ctx, entries.map(([account]) => account).filter(isAccountId));
}

/**
 * Notes that this device is here; after an absence in which envelopes may have expired, everybody it knows is greeted over
 * a new session, so that they give again what it missed (protocol/README 7, R4).
 */
export async function noteSynced(ctx: Context): Promise<void> {
  await ctx.operate(async (op) => {
    const before = await readRecord(op, 'meta', 'synced', number);
    const [keptThen, keeps] = [await readRecord(op, 'meta', 'syncedRelay', number), await relayTime(op)];
    op.write('meta', 'synced', number, ctx.now());
    op.write('meta', 'syncedRelay', number, keeps);
    // The policy may have been another one at any time of the absence.
    const kept = Math.min(keptThen ?? keeps, keeps);
    if (before === null || ctx.now() - before < kept - ABSENT_BEFORE_MS) return;
    for (const [account] of await op.list('peers', { prefix: '' })) {
      const peer = isAccountId(account) ? await readPeer(op, account) : null;
      if (peer === null) continue;
      const to: Address[] = peer.devices
        .filter(({ device }) => device !== ctx.self.device)
        .map(({ device }) => ({ account: peer.account, device }));
      await queueErrand(op, ctx, { to, kind: 'sync', payload: EMPTY_SYNC, fresh: true });
    }
  });
}

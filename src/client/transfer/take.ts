/** Fetches a parcel part by part and takes what is in it. What was taken stays; a stop costs one part. */
import { accountId, bodyId, conversationId } from '../../contract/bytes.ts';
import type { BodyId, ConversationId } from '../../contract/ids.ts';
import type { ParcelId } from '../../contract/parcels.ts';
import { sentence } from '../../contract/words.ts';
import { type ArchiveEntry, openBlob, splitEntries } from '../../protocol/archive.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { applyMessages, applyOriginals } from '../archive/apply.ts';
import { applyChoice } from '../archive/choices.ts';
import {
  type ArchivedMessage,
  type ArchivedOriginal,
  ENTRY,
  readMessageEntry,
  readOriginalEntry,
} from '../archive/record.ts';
import type { Context } from '../context.ts';
import { loadChain } from '../groups/chain.ts';
import { CLOCK_LEEWAY_MS, timeOf } from '../history.ts';
import { expiryOf } from '../messages/expiry.ts';
import { readWords, type SignedWords } from '../originals.ts';
import { readPeer } from '../peers.ts';
import { TransportRefused } from '../ports.ts';
import { refreshConversations } from '../resync.ts';
import { StoredError } from '../stored.ts';
import { partPlace } from './part.ts';
import {
  noteUnanswered,
  readTaking,
  readTransfer,
  removeUnderWay,
  type Taking,
  writeTaking,
  writeTransfer,
} from './stored.ts';

const DAMAGED = sentence('A part of this history could not be opened; everything else is here.');
const GONE = sentence('This history is not on the server any more. Ask for it again.');

/** Goes on until it is taken. Throws TransportFailed, TransportRefused, StorageFull; what is done stays done. */
export async function take(ctx: Context, id: ParcelId): Promise<void> {
  const begun = await readTaking(ctx.storage, id);
  if (begun?.conversation === null && begun.next === 0) await refreshConversations(ctx);
  for (let taking = begun; taking !== null; ) {
    if (taking.next >= taking.parts) return end(ctx, taking, null);
    const sealed = await partOf(ctx, taking);
    if (sealed === null) return end(ctx, taking, GONE);
    const entries = await open(ctx, taking, sealed);
    const added = entries === null ? 0 : await takeEntries(ctx, taking, entries);
    taking = await note(
      ctx,
      { ...taking, next: taking.next + 1, messages: taking.messages + added },
      entries === null,
    );
  }
}

async function partOf(ctx: Context, { id, next }: Taking): Promise<Uint8Array | null> {
  try {
    return await ctx.transport.parcelPart(id, next);
  } catch (error) {
    if (error instanceof TransportRefused && error.status === 404) return null;
    throw error;
  }
}

async function open(
  ctx: Context,
  taking: Taking,
  sealed: Uint8Array,
): Promise<readonly ArchiveEntry[] | null> {
  try {
    return splitEntries(await openBlob(ctx.crypto, partPlace(ctx.self.account, taking, taking.next), sealed));
  } catch (error) {
    if (isProtocolError(error)) return null;
    throw error;
  }
}

async function note(ctx: Context, next: Taking, isDamaged: boolean): Promise<Taking | null> {
  return ctx.operate(async (op) => {
    if ((await readTaking(op, next.id)) === null) return null;
    const noted = { ...next, damaged: next.damaged || isDamaged };
    writeTaking(op, noted);
    const transfer = await readTransfer(op, next.id);
    const reason = isDamaged ? DAMAGED : (transfer?.reason ?? null);
    if (transfer !== null) writeTransfer(op, { ...transfer, messages: next.messages, reason });
    return noted;
  });
}

async function end(ctx: Context, taking: Taking, failure: string | null): Promise<void> {
  const { id, messages, conversation, damaged } = taking;
  await ctx.operate(async (op) => {
    removeUnderWay(op, 'take', id);
    // Whoever gave what cannot be read has not answered: the next device is asked.
    if (conversation !== null && (failure !== null || damaged)) await noteUnanswered(op, conversation, id);
    const transfer = await readTransfer(op, id);
    if (transfer === null) return;
    const state = failure === null ? 'done' : 'failed';
    writeTransfer(op, { ...transfer, state, messages, reason: failure ?? transfer.reason });
  });
  // It would be deleted by itself in a week.
  await ctx.transport.removeParcel(id).catch(() => {});
}

async function takeEntries(ctx: Context, taking: Taking, entries: readonly ArchiveEntry[]): Promise<number> {
  const originals = new Map<BodyId, ArchivedOriginal>();
  const messages: ArchivedMessage[] = [];
  for (const entry of entries) {
    try {
      if (entry.kind === ENTRY.original) originals.set(bodyId(entry.id), readOriginalEntry(entry));
      else if (entry.kind === ENTRY.message) messages.push(readMessageEntry(entry));
      else if (taking.conversation === null) await ctx.operate((op) => applyChoice(op, ctx, entry));
    } catch (error) {
      // One that this release cannot read costs itself alone.
      if (!isProtocolError(error) && !(error instanceof StoredError) && !(error instanceof SyntaxError))
        throw error;
    }
  }
  const whole = messages.map((message) => ({ ...message, original: originals.get(message.id) ?? null }));
  if (taking.conversation === null) {
    const applied = await applyMessages(ctx, whole, { origin: 'device' });
    await applyOriginals(
      ctx,
      [...originals].map(([id, original]) => ({ id, original })),
    );
    return applied.added;
  }
  const shown = await shownByMember(ctx, taking.conversation, whole);
  const name = (await readPeer(ctx.storage, taking.from.account))?.name ?? '';
  const note = sentence('Shown by {name}', { name });
  return (await applyMessages(ctx, shown, { origin: 'member', note })).added;
}

/**
 * Of what a member shows: texts of that conversation with their originals, by somebody who was in it by the roster that the
 * original names. Words, times, replies and timers are the original's own; whether its signatures hold is looked at when it is
 * taken. Nothing that came before now stands below now.
 */
async function shownByMember(
  ctx: Context,
  conversation: ConversationId,
  messages: readonly ArchivedMessage[],
): Promise<readonly ArchivedMessage[]> {
  const chain = await loadChain(ctx.storage, ctx, conversation);
  const now = ctx.now();
  const shown: ArchivedMessage[] = [];
  for (const message of messages) {
    const words = message.original === null ? null : wordsOf(message.original);
    if (words === null || message.conversation !== conversation || message.kind !== 'text') continue;
    const { header, content } = words.opened;
    if (conversationId(header.conversation) !== conversation) continue;
    if (words.id !== message.id || accountId(header.account) !== message.sender.account) continue;
    const epoch = chain?.epochOf(content.rosterHash) ?? null;
    if (epoch === null || chain?.memberAt(epoch, message.sender.account) == null) continue;
    if (!(timeOf(message.order) <= now + CLOCK_LEEWAY_MS)) continue;
    shown.push({
      ...message,
      ...saidBy(words, message, now),
      reactions: [],
      marks: null,
      pinned: false,
      status: null,
    });
  }
  return shown;
}

/** What the original says of the message. Of one that was changed it says only the newest words and when they were written. */
function saidBy(
  { text, about, opened: { header, content } }: SignedWords,
  { sentAt, replyTo, expiresAt }: ArchivedMessage,
  now: number,
): Partial<ArchivedMessage> {
  const signed = { text, suite: header.suite };
  if (about === null)
    return {
      ...signed,
      sentAt: Math.max(0, Math.min(sentAt, content.sentAt)),
      editedAt: Math.min(content.sentAt, now),
      replyTo,
      expiresAt,
    };
  const end = expiryOf(now, about.timer);
  return {
    ...signed,
    sentAt: content.sentAt,
    editedAt: null,
    replyTo: about.replyTo,
    expiresAt: end === null ? null : Math.min(end, expiresAt ?? end),
  };
}

function wordsOf(original: ArchivedOriginal): ReturnType<typeof readWords> {
  try {
    return readWords(original);
  } catch (error) {
    if (isProtocolError(error)) return null;
    throw error;
  }
}

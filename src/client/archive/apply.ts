/**
 * Takes records from elsewhere into this device's history, wherever each belongs. What is here is never overwritten; what
 * was deleted or is over does not come back; nothing counts as unread. In batches, each under the lock for a moment.
 */
import type { AccountId, BodyId, ConversationId } from '../../contract/ids.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { isChanged, noteSaved } from '../backup/changed.ts';
import type { Context } from '../context.ts';
import { ensureDirect, readConversation, writeConversation } from '../conversations.ts';
import type { HistoryMessage, MessageOrigin } from '../engine-types.ts';
import {
  CLOCK_LEEWAY_MS,
  findKept,
  findMessage,
  isTaken,
  orderOf,
  placeMessage,
  timeOf,
  updateMessage,
} from '../history.ts';
import { forgetMessage, isForgotten } from '../messages/forget.ts';
import { NO_MARKS, readMarks, viewReactions, writeMarks } from '../messages/marks.ts';
import { notePin } from '../messages/pins.ts';
import { releaseMarks } from '../messages/waiting.ts';
import type { Operation } from '../operation.ts';
import { readOriginal, readWords, removeOriginal, writeOriginal } from '../originals.ts';
import { readPeer } from '../peers.ts';
import { converge } from './converge.ts';
import type { ArchivedMessage, ArchivedOriginal } from './record.ts';
import { isProven } from './verify.ts';

/** Records in one operation: the lock is free again after some tens of milliseconds. */
const BATCH = 100;
/** Nothing that others show stands further ahead than a day, in milliseconds. */
const FUTURE_MS = 24 * 3600_000;
/** Places tried for a line that has no place in its sender's order. */
const MOST_SHIFTED = 1000;

export interface ApplyOptions {
  /** `backup` and `device` are one's own: what they say of marks and signatures counts. */
  readonly origin: Exclude<MessageOrigin, 'live'>;
  /** A remark that each new message gets, such as who has shown it. */
  readonly note?: string;
  /** Records whose signatures the caller has looked at already; of the others they are looked at here. */
  readonly proven?: ReadonlySet<BodyId>;
  /** Writes what belongs beside a message that was added, in the same commit. */
  readonly beside?: (op: Operation, record: ArchivedMessage) => Promise<void>;
}

export interface Applied {
  readonly added: number;
  /** Here before, perhaps with fewer marks. */
  readonly known: number;
  /** Over, forgotten here, never sent, or at a place that cannot be. */
  readonly refused: number;
  /** Of conversations that are not known here; they can be applied again later. */
  readonly held: readonly ArchivedMessage[];
}

type Outcome = 'added' | 'known' | 'refused' | 'held';

const isOwn = ({ origin }: ApplyOptions): boolean => origin === 'backup' || origin === 'device';

/** Takes the records. Throws what the storage throws: StorageFull leaves whole batches. */
export async function applyMessages(
  ctx: Context,
  records: readonly ArchivedMessage[],
  options: ApplyOptions,
): Promise<Applied> {
  const counts = { added: 0, known: 0, refused: 0, held: 0 };
  const held: ArchivedMessage[] = [];
  for (let at = 0; at < records.length; at += BATCH) {
    const batch = records.slice(at, at + BATCH);
    const proven = new Set(options.proven);
    // Signatures take milliseconds each, and need no lock.
    if (!isOwn(options) && options.proven === undefined)
      for (const record of batch) if (await isProven(ctx, record)) proven.add(record.id);
    const outcomes = await ctx.operate((op) => applyBatch(op, ctx, batch, options, proven));
    for (const [index, outcome] of outcomes.entries()) {
      counts[outcome]++;
      const record = batch[index];
      if (outcome === 'held' && record !== undefined) held.push(record);
    }
  }
  const { added, known, refused } = counts;
  return { added, known, refused, held };
}

async function applyBatch(
  op: Operation,
  ctx: Context,
  batch: readonly ArchivedMessage[],
  options: ApplyOptions,
  proven: ReadonlySet<BodyId>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const added = new Map<ConversationId, BodyId[]>();
  const strangers = new Set<AccountId>();
  for (const record of batch) {
    const outcome = await applyOne(op, ctx, record, options, proven.has(record.id));
    outcomes.push(outcome);
    if (outcome !== 'added') continue;
    await options.beside?.(op, record);
    added.set(record.conversation, [...(added.get(record.conversation) ?? []), record.id]);
    if ((await readPeer(op, record.sender.account)) === null) strangers.add(record.sender.account);
  }
  for (const [conversation, ids] of added) op.events.push({ type: 'restored', conversation, ids });
  if (strangers.size > 0) op.afterwards.push(() => ctx.wakes.directory([...strangers]));
  return outcomes;
}

async function applyOne(
  op: Operation,
  ctx: Context,
  record: ArchivedMessage,
  options: ApplyOptions,
  isProven: boolean,
): Promise<Outcome> {
  const { id, sender, status, expiresAt } = record;
  const now = ctx.now();
  if (status === 'Sending' || status === 'Failed') return 'refused';
  if ((expiresAt !== null && expiresAt <= now) || (await isForgotten(op, id))) return 'refused';
  if (!isPlace(record.order)) return 'refused';
  // One's own devices have looked at the time when it came; this one's clock may be the wrong one.
  if (!isOwn(options) && timeOf(record.order) > now + FUTURE_MS) return 'refused';
  const conversation =
    (await readConversation(op, record.conversation)) ??
    (await ensureDirect(op, record.conversation, [ctx.self.account, sender.account], timeOf(record.order)));
  if (conversation === null) return 'held';
  const here = await findKept(op, id);
  // What nobody has proven does not keep the true message of its id away.
  const isTrue = isProven || (isOwn(options) && (isOwnWord(record) || record.verified));
  const isDoubtful = here !== null && !isOwnWord(here) && !here.verified;
  if (here !== null && isDoubtful && isTrue) await forgetMessage(op, here, null);
  else if (here !== null) {
    if (here.conversation !== record.conversation) return 'refused';
    if (isOwn(options)) await applyMarks(op, ctx, here, record, options);
    return 'known';
  }
  const order = await placeFor(op, record);
  if (order === null) return 'refused';
  const known = isOwn(options) ? record.marks : null;
  const marks = known === null ? NO_MARKS : { ...known, sentEdits: [] };
  const message = messageOf(ctx, record, { order, marks, options, isProven });
  placeMessage(op, message);
  if (marks !== NO_MARKS) writeMarks(op, id, marks);
  if (message.pinned) notePin(op, message, marks.pin?.sentAt ?? message.sentAt);
  if (record.original !== null && message.kind !== 'deleted') writeOriginal(op, id, record.original);
  if (options.origin === 'backup') noteSaved(op, id);
  const lastActivity = Math.max(conversation.lastActivity, timeOf(order));
  writeConversation(op, { ...conversation, lastActivity });
  await releaseMarks(op, ctx, message);
  return 'added';
}

/** It came sealed from its author, or was kept by oneself. */
const isOwnWord = ({ origin }: Pick<HistoryMessage, 'origin'>): boolean =>
  origin !== 'import' && origin !== 'member';

const isPlace = (order: string): boolean => /^\d{15}-[0-9a-f]{0,32}-\d{12}$/.test(order);

/**
 * The record's own place, or milliseconds after it where that is taken: devices count what they wrote themselves in another
 * way than others do, so two messages of one millisecond may want one place.
 */
async function placeFor(op: Operation, { conversation, order }: ArchivedMessage): Promise<string | null> {
  const [, device = '', seq = ''] = order.split('-');
  for (let by = 0; by <= MOST_SHIFTED; by++) {
    const place = orderOf(timeOf(order) + by, device, Number(seq));
    if (!(await isTaken(op, conversation, place))) return place;
  }
  return null;
}

function messageOf(
  ctx: Context,
  record: ArchivedMessage,
  {
    order,
    marks,
    options,
    isProven,
  }: {
    readonly order: string;
    readonly marks: typeof NO_MARKS;
    readonly options: ApplyOptions;
    readonly isProven: boolean;
  },
): HistoryMessage {
  const { original: _, marks: __, reactions: ___, ...rest } = record;
  const own = isOwn(options);
  return {
    ...rest,
    order,
    mine: record.sender.account === ctx.self.account,
    sentAt: Math.min(record.sentAt, ctx.now() + CLOCK_LEEWAY_MS),
    verified: own ? record.verified : isProven,
    reactions: viewReactions(marks.reactions, ctx.self.account),
    pinned: own && record.pinned,
    mention: own && record.mention,
    // What this device says of a message is said by nobody else.
    reason: own ? record.reason : null,
    // Of a file it is this device's own remark on what it has verified (import-run.ts).
    note: options.note ?? (own || options.origin === 'import' ? record.note : null),
    // What came from a file or a member is marked as that on every device.
    origin: own && !isOwnWord(record) ? record.origin : options.origin,
  };
}

/** What one's own other device knows of a message that is here. */
async function applyMarks(
  op: Operation,
  ctx: Context,
  here: HistoryMessage,
  record: ArchivedMessage,
  { origin }: ApplyOptions,
): Promise<void> {
  const wasChanged = await isChanged(op, here.id);
  const known = await readMarks(op, here.id);
  const { message, marks } = converge({ message: here, marks: known }, record, ctx.self.account);
  if (JSON.stringify([message, marks]) === JSON.stringify([here, known])) return;
  writeMarks(op, here.id, marks);
  notePin(op, message, message.pinned ? (marks.pin?.sentAt ?? message.sentAt) : null);
  if (message.kind === 'deleted') for (const id of [here.id, ...known.sentEdits]) removeOriginal(op, id);
  else if (message.text !== here.text && record.original !== null)
    writeOriginal(op, here.id, record.original);
  await updateMessage(op, message);
  op.touched.conversations.add(message.conversation);
  // What was the backup's own word is nothing new to it.
  if (origin === 'backup' && !wasChanged) noteSaved(op, here.id);
}

/** Takes originals for messages that are here and have none, or only that of older words. Gives how many were taken. */
export async function applyOriginals(
  ctx: Context,
  originals: readonly { readonly id: BodyId; readonly original: ArchivedOriginal }[],
): Promise<number> {
  let taken = 0;
  for (let at = 0; at < originals.length; at += BATCH) {
    taken += await ctx.operate(async (op) => {
      let count = 0;
      for (const { id, original } of originals.slice(at, at + BATCH)) {
        const message = await findMessage(op, id);
        if (message === null || message.kind === 'deleted' || message.id !== id) continue;
        const known = await readOriginal(op, id);
        if (known !== null && (saysWordsOf(known, message) || !saysWordsOf(original, message))) continue;
        writeOriginal(op, id, original);
        count++;
      }
      return count;
    });
  }
  return taken;
}

function saysWordsOf(original: ArchivedOriginal, { id, text }: HistoryMessage): boolean {
  try {
    const words = readWords(original);
    return words?.id === id && words.text === text;
  } catch (error) {
    if (isProtocolError(error)) return false;
    throw error;
  }
}

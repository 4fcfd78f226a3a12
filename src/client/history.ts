/**
 * Messages as this device holds them, in the store `history`: `m/CONVERSATION/ORDER` is the message, `i/ID` says where
 * the message of that id stands, so that a status costs one look-up however long the history is. `e/TIME/ID` are those that
 * disappear, in the order in which they do.
 */
import {
  type BodyId,
  type ConversationId,
  type DeviceId,
  isAccountId,
  isBodyId,
  isConversationId,
  isDeviceId,
} from '../contract/ids.ts';
import { say, t } from '../contract/words.ts';
import { noteChanged } from './backup/changed.ts';
import type { HistoryMessage, SendStatus } from './engine-types.ts';
import { dropFiles, noteFiles } from './files/noted.ts';
import { isSameFiles, StoredFile } from './files/view.ts';
import { type Operation, type Reads, readRecord, sortable } from './operation.ts';
import {
  added,
  decodeStored,
  flag,
  list,
  nullable,
  number,
  type Of,
  oneOf,
  record,
  text,
  word,
} from './stored.ts';

const StoredMessage = record({
  id: word(isBodyId),
  conversation: word(isConversationId),
  order: text,
  account: word(isAccountId),
  device: word(isDeviceId),
  mine: flag,
  sentAt: number,
  kind: oneOf('text', 'unknown', 'unreadable', 'notice', 'deleted'),
  text,
  verified: flag,
  status: nullable(oneOf('Sending', 'Sent', 'Delivered', 'Read', 'Failed')),
  reason: nullable(text),
  note: added(nullable(text), null),
  suite: number,
  replyTo: added(nullable(word(isBodyId)), null),
  editedAt: added(nullable(number), null),
  reactions: added(list(record({ emoji: text, people: list(word(isAccountId)), mine: flag })), []),
  pinned: added(flag, false),
  expiresAt: added(nullable(number), null),
  mention: added(flag, false),
  origin: added(oneOf('live', 'backup', 'device', 'member', 'import'), 'live'),
  files: added(list(StoredFile), []),
});
type StoredMessage = Of<typeof StoredMessage>;

/** What a message has that nobody answered, changed or marked in any way. */
export const UNMARKED = {
  replyTo: null,
  editedAt: null,
  reactions: [],
  pinned: false,
  expiresAt: null,
  mention: false,
  origin: 'live',
  files: [],
} as const satisfies Partial<HistoryMessage>;

const messageKey = (conversation: ConversationId, order: string) => `m/${conversation}/${order}`;
const indexKey = (id: BodyId) => `i/${id}`;
/** Of those that disappear. */
const EXPIRY_PREFIX = 'e/';
const expiryKey = (at: number, id: BodyId) => `${EXPIRY_PREFIX}${sortable(at)}/${id}`;

/**
 * Where a message stands: relay's time, then the sending device and its place in that device's own order. Sorts as text.
 * `time` is epoch milliseconds.
 */
export function orderOf(time: number, device: string, seq: number): string {
  return `${String(time).padStart(15, '0')}-${device}-${String(seq).padStart(12, '0')}`;
}

/** Above every message from before this time, and below every one since; epoch milliseconds. */
export function orderAt(time: number): string {
  return orderOf(time, '', 0);
}

/** The time part of an order, epoch milliseconds. */
export function timeOf(order: string): number {
  return Number(order.slice(0, 15));
}

/** The earliest time at which a message of this device comes below the last one of its conversation. */
export function timeBelow(last: HistoryMessage | undefined, device: DeviceId): number {
  if (last === undefined) return 0;
  return last.sender.device === device ? timeOf(last.order) : timeOf(last.order) + 1;
}

/** Clocks of relay and device may differ by this much. */
export const CLOCK_LEEWAY_MS = 5 * 60_000;

/**
 * What arrives comes below what is there as long as clocks may differ; what is older stands where the relay's time puts
 * it.
 */
export async function timeOfArrival(
  reads: Reads,
  conversation: ConversationId,
  device: DeviceId,
  accepted: number,
): Promise<number> {
  const [last] = await readPage(reads, conversation, { limit: 1 });
  const below = timeBelow(last, device);
  return below - accepted < CLOCK_LEEWAY_MS ? Math.max(below, accepted) : accepted;
}

/**
 * The first time from this one on at which no message stands at that place of the device's order; 0 for what has none there: two
 * that stay closed in one millisecond are two.
 */
export async function freeTime(
  reads: Reads,
  conversation: ConversationId,
  device: DeviceId,
  time: number,
  seq = 0,
): Promise<number> {
  let free = time;
  while (await isTaken(reads, conversation, orderOf(free, device, seq))) free++;
  return free;
}

/** Adds a message that is not there yet, and tells nobody: of much that comes at once. */
export function placeMessage(op: Operation, message: HistoryMessage): void {
  write(op, message);
  op.write('history', indexKey(message.id), text, messageKey(message.conversation, message.order));
  noteFiles(op, message);
}

/** Whether a message stands at this very place. */
export async function isTaken(reads: Reads, conversation: ConversationId, order: string): Promise<boolean> {
  return (await reads.get('history', messageKey(conversation, order))) !== null;
}

/** The message at this very place, or null. */
export const findAt = (reads: Reads, conversation: ConversationId, order: string) =>
  messageAt(reads, messageKey(conversation, order));

/** Adds a message that is not there yet, and tells it. */
export function addMessage(op: Operation, message: HistoryMessage): void {
  placeMessage(op, message);
  op.events.push({ type: 'message', message: inWords(message) });
}

/** Writes a message that is there under the same id, perhaps at another place, and tells it. */
export async function updateMessage(op: Operation, message: HistoryMessage): Promise<void> {
  const old = await readRecord(op, 'history', indexKey(message.id), text);
  const key = messageKey(message.conversation, message.order);
  if (old !== null && (message.files.length > 0 || message.kind === 'deleted'))
    renoteFiles(op, await messageAt(op, old), message);
  if (old !== null && old !== key) op.remove('history', old);
  write(op, message);
  if (old !== key) op.write('history', indexKey(message.id), text, key);
  op.events.push({ type: 'updated', message: inWords(message) });
}

/** Most changes of a message leave its files as they are, and nobody is told of them. */
function renoteFiles(op: Operation, before: HistoryMessage | null, after: HistoryMessage): void {
  if (before?.sentAt === after.sentAt && isSameFiles(before.files, after.files)) return;
  if (before !== null) dropFiles(op, before);
  noteFiles(op, after);
}

/** Gives the message another id; the old id still finds it. */
export async function renameMessage(op: Operation, from: BodyId, to: BodyId): Promise<void> {
  const message = await findMessage(op, from);
  if (message === null) return;
  const renamed = { ...message, id: to };
  dropFiles(op, message);
  noteFiles(op, renamed);
  write(op, renamed);
  op.write('history', indexKey(to), text, messageKey(message.conversation, message.order));
  op.events.push({ type: 'updated', message: { ...renamed, previousId: from } });
}

/** Takes a message out of its conversation, and tells it. */
export function removeMessage(op: Operation, message: HistoryMessage): void {
  const { id, conversation, order, expiresAt } = message;
  dropFiles(op, message);
  op.remove('history', messageKey(conversation, order));
  op.remove('history', indexKey(id));
  noteChanged(op, id);
  if (expiresAt !== null) op.remove('history', expiryKey(expiresAt, id));
  op.events.push({ type: 'removed', id, conversation });
}

/** Messages that disappear, the next ones first: ids with the time, epoch milliseconds. */
export async function listExpiring(
  reads: Reads,
  limit: number,
): Promise<readonly { readonly id: BodyId; readonly at: number; readonly key: string }[]> {
  const expiring: { id: BodyId; at: number; key: string }[] = [];
  for (const [key] of await reads.list('history', { prefix: EXPIRY_PREFIX, limit })) {
    const [, at = '', id = ''] = key.split('/');
    if (isBodyId(id)) expiring.push({ id, at: Number.parseInt(at, 16), key });
  }
  return expiring;
}

function write(op: Operation, message: HistoryMessage): void {
  const { expiresAt } = message;
  if (expiresAt !== null) {
    op.writeBytes('history', expiryKey(expiresAt, message.id), new Uint8Array());
    op.touched.expiry = Math.min(op.touched.expiry ?? expiresAt, expiresAt);
  }
  noteChanged(op, message.id);
  const { sender, previousId: _, ...rest } = message;
  const text = message.kind === 'deleted' ? '' : message.text;
  const stored: StoredMessage = { ...rest, text, account: sender.account, device: sender.device };
  op.write('history', messageKey(message.conversation, message.order), StoredMessage, stored);
}

function view(stored: StoredMessage): HistoryMessage {
  const { account, device, ...rest } = stored;
  return inWords({ ...rest, sender: { account, device } });
}

/** The message of this id with its sentences as they are kept, in no language: for what leaves this device. */
export async function findKept(reads: Reads, id: BodyId): Promise<HistoryMessage | null> {
  const key = await readRecord(reads, 'history', indexKey(id), text);
  const stored = key === null ? null : await readRecord(reads, 'history', key, StoredMessage);
  if (stored === null) return null;
  const { account, device, ...rest } = stored;
  return { ...rest, sender: { account, device } };
}

/** What this device says of a message, put into words; what people wrote is as they wrote it. */
function inWords(message: HistoryMessage): HistoryMessage {
  const { kind, text, reason, note } = message;
  const deleted = kind === 'deleted' ? t('This message was deleted.') : null;
  return {
    ...message,
    text: deleted ?? (kind === 'notice' ? say(text) : text),
    reason: reason === null ? null : say(reason),
    note: note === null ? null : say(note),
  };
}

/** The message of this id, or of an id it had before, or null. */
export async function findMessage(reads: Reads, id: BodyId): Promise<HistoryMessage | null> {
  const key = await readRecord(reads, 'history', indexKey(id), text);
  return key === null ? null : messageAt(reads, key);
}

/** The message of a stored record. Throws StoredError. */
export function messageOf(stored: Uint8Array): HistoryMessage {
  return view(decodeStored(StoredMessage, stored));
}

/** The message under this key of the store, or null. */
export async function messageAt(reads: Reads, key: string): Promise<HistoryMessage | null> {
  const stored = await readRecord(reads, 'history', key, StoredMessage);
  return stored === null ? null : view(stored);
}

/** A page of a conversation, oldest first: the newest below `before`, the oldest above `after`, or the newest of all. */
export async function readPage(
  reads: Reads,
  conversation: ConversationId,
  page: { readonly before?: string; readonly after?: string; readonly limit: number },
): Promise<readonly HistoryMessage[]> {
  const prefix = `m/${conversation}/`;
  const entries = await reads.list('history', {
    prefix,
    reverse: page.after === undefined,
    limit: page.limit,
    ...(page.after === undefined ? {} : { after: prefix + page.after }),
    ...(page.before === undefined ? {} : { before: prefix + page.before }),
  });
  const messages: HistoryMessage[] = [];
  for (const [, value] of entries) messages.push(view(decodeStored(StoredMessage, value)));
  return page.after === undefined ? messages.reverse() : messages;
}

const RANK: Readonly<Record<SendStatus, number>> = { Failed: 0, Sending: 1, Sent: 2, Delivered: 3, Read: 4 };

/** The one of two statuses that came later. */
export const laterStatus = (one: SendStatus | null, other: SendStatus | null): SendStatus | null =>
  one === null || (other !== null && RANK[other] > RANK[one]) ? other : one;

/**
 * Moves one's own message to a status; never back from a later one, since answers of relay and readers cross. Failed and
 * Sending replace each other freely until the relay has the message.
 */
export async function setStatus(
  op: Operation,
  id: BodyId,
  status: SendStatus,
  reason: string | null = null,
): Promise<void> {
  const message = await findMessage(op, id);
  if (message === null || message.status === null) return;
  if (message.status === status && message.reason === (reason && say(reason))) return;
  if (RANK[status] < RANK[message.status] && RANK[message.status] >= RANK.Sent) return;
  await updateMessage(op, { ...message, status, reason });
}

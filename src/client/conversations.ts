/**
 * What this device knows of each conversation, in the store `conversations`: `c/ID` is the record, `u/ID/MESSAGE` names
 * the sender of a message that has not been read here, 16 bytes, and after it whether the message names oneself.
 */
import { accountId, conversationId, fromHex } from '../contract/bytes.ts';
import {
  type AccountId,
  type BodyId,
  type ConversationId,
  isAccountId,
  isBodyId,
  isConversationId,
  isDeviceId,
} from '../contract/ids.ts';
import { concat } from '../protocol/codec.ts';
import { directConversationId } from '../protocol/roster.ts';
import type { ConversationView, HistoryMessage } from './engine-types.ts';
import { readPage } from './history.ts';
import { withWaitingChoices } from './messages/choice.ts';
import { type Operation, type Reads, readRecord } from './operation.ts';
import { readPeer, viewPeer } from './peers.ts';
import {
  added,
  bytes,
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

/** One word of a conversation's own, and who said it when: the later one counts, in one device's time the higher id. */
export const Detail = record({ value: text, sentAt: number, device: word(isDeviceId) });
export type Detail = Of<typeof Detail>;

const Notify = record({ value: oneOf('all', 'mentions', 'none'), changedAt: number });
const NOTIFY_ALL: Of<typeof Notify> = { value: 'all', changedAt: 0 };

/** A number that somebody has set for everybody. */
export const Rule = record({ value: number, sentAt: number, device: word(isDeviceId) });

/** Store `conversations`, key `c/ID`. */
export const StoredConversation = record({
  id: word(isConversationId),
  members: list(word(isAccountId)),
  unread: number,
  /** Epoch milliseconds. */
  lastActivity: number,
  /** Of this device's own last message here: its place, its hash (32 bytes of zero before the first), its time. */
  ownSeq: number,
  ownHash: bytes,
  ownSentAt: number,
  kind: added(oneOf('direct', 'group'), 'direct'),
  /** Of the newest roster event of a group; -1 for a direct conversation. */
  epoch: added(number, -1),
  /** One's own role in a group; null in a direct one, and in a group that one is not in. */
  role: added(nullable(oneOf('owner', 'admin', 'member', 'guest')), null),
  open: added(flag, false),
  /** What its admins call it, newest first within each field. */
  details: added(record({ name: nullable(Detail), topic: nullable(Detail) }), { name: null, topic: null }),
  /** The name that an open group shows to everybody; else empty. */
  title: added(text, ''),
  /** Epoch under which everything in `details` was last said to everybody. */
  saidAt: added(number, -1),
  /** Why nothing is sent here: the server's words about its members do not hold. `final` when two signed ones contradict. */
  stopped: added(nullable(record({ reason: text, final: flag })), null),
  /** Of the unread ones, those that name oneself. */
  mentions: added(number, 0),
  /** One's own choices, and when each was made: the later one counts over one's own devices. */
  notify: added(Notify, NOTIFY_ALL),
  archived: added(record({ value: flag, changedAt: number }), { value: false, changedAt: 0 }),
  /** Seconds, 0 for never, and who said so when. */
  timer: added(nullable(Rule), null),
  /** Days until the server deletes a file, 0 for as the workspace has it, and who said so when. */
  fileDays: added(nullable(Rule), null),
  history: added(oneOf('none', 'fromInvitation', 'all'), 'none'),
});
export type StoredConversation = Of<typeof StoredConversation>;

/** What a direct conversation has instead of a roster. */
export const DIRECT = {
  kind: 'direct',
  epoch: -1,
  role: null,
  open: false,
  details: { name: null, topic: null },
  title: '',
  saidAt: -1,
  stopped: null,
  mentions: 0,
  notify: NOTIFY_ALL,
  archived: { value: false, changedAt: 0 },
  timer: null,
  fileDays: null,
  history: 'none',
} as const satisfies Partial<StoredConversation>;

/** The id of the direct conversation of two people, or of one with oneself: nobody chooses it (protocol/README 11). */
export function directId(a: AccountId, b: AccountId): ConversationId {
  return conversationId(directConversationId(fromHex(a), fromHex(b)));
}

/** The conversation of this id, or null when this device has not seen it. Throws StoredError. */
export async function readConversation(reads: Reads, id: ConversationId): Promise<StoredConversation | null> {
  return readRecord(reads, 'conversations', `c/${id}`, StoredConversation);
}

/** Writes the record; its view is told after the commit. */
export function writeConversation(op: Operation, conversation: StoredConversation): void {
  op.write('conversations', `c/${conversation.id}`, StoredConversation, conversation);
  op.touched.conversations.add(conversation.id);
}

/** Whether it is the one with oneself. */
export const isNotes = ({ kind, members }: Pick<StoredConversation, 'kind' | 'members'>): boolean =>
  kind === 'direct' && members.length === 1;

/** Who makes the id of a direct conversation together with oneself: the other person, or oneself of notes. */
export const otherOf = (
  { members }: Pick<StoredConversation, 'members'>,
  self: AccountId,
): AccountId | null => members.find((member) => member !== self) ?? (members.includes(self) ? self : null);

/**
 * The conversation of two people, made when there is none. Null when the id is not that of these two, whoever says so
 * [R1, R12].
 */
export async function ensureDirect(
  op: Operation,
  id: ConversationId,
  people: readonly [AccountId, AccountId],
  now: number,
): Promise<StoredConversation | null> {
  const known = await readConversation(op, id);
  if (known !== null) return known;
  if (directId(people[0], people[1]) !== id) return null;
  const made: StoredConversation = {
    id,
    members: [...new Set(people)].sort(),
    unread: 0,
    lastActivity: now,
    ownSeq: 0,
    ownHash: new Uint8Array(32),
    ownSentAt: 0,
    ...DIRECT,
  };
  const chosen = await withWaitingChoices(op, made);
  writeConversation(op, chosen);
  return chosen;
}

const unreadKey = ({ conversation, id }: Pick<HistoryMessage, 'conversation' | 'id'>) =>
  `u/${conversation}/${id}`;
const unreadValue = (account: AccountId, mention: boolean) =>
  concat(fromHex(account), Uint8Array.of(mention ? 1 : 0));
const readUnread = (value: Uint8Array) => ({
  account: accountId(value.slice(0, 16)),
  mention: value[16] === 1,
});

/** Counts an opened message of somebody else. */
export function countUnread(
  op: Operation,
  conversation: StoredConversation,
  message: HistoryMessage,
): StoredConversation {
  const { mention, sender } = message;
  op.writeBytes('conversations', unreadKey(message), unreadValue(sender.account, mention));
  return counted(conversation, 1, mention ? 1 : 0);
}

const counted = (
  conversation: StoredConversation,
  messages: number,
  mentions: number,
): StoredConversation => ({
  ...conversation,
  unread: Math.max(0, conversation.unread + messages),
  mentions: Math.max(0, conversation.mentions + mentions),
});

/** A message that is gone counts no more. */
export async function dropUnread(
  op: Operation,
  message: Pick<HistoryMessage, 'conversation' | 'id'>,
): Promise<void> {
  const value = await op.get('conversations', unreadKey(message));
  const known = value === null ? null : await readConversation(op, message.conversation);
  if (value === null || known === null) return;
  op.remove('conversations', unreadKey(message));
  writeConversation(op, counted(known, -1, readUnread(value).mention ? -1 : 0));
}

/** A message that was changed names oneself now, or does so no more. */
export async function noteMention(op: Operation, message: HistoryMessage, mention: boolean): Promise<void> {
  const value = await op.get('conversations', unreadKey(message));
  const known = value === null ? null : await readConversation(op, message.conversation);
  if (value === null || known === null || readUnread(value).mention === mention) return;
  op.writeBytes('conversations', unreadKey(message), unreadValue(message.sender.account, mention));
  writeConversation(op, counted(known, 0, mention ? 1 : -1));
}

/** Marks messages as read, all that are unread when `only` is null; gives each with its sender. */
export async function clearUnread(
  op: Operation,
  id: ConversationId,
  only: readonly BodyId[] | null,
): Promise<readonly { readonly id: BodyId; readonly account: AccountId }[]> {
  const conversation = await readConversation(op, id);
  if (conversation === null || conversation.unread === 0) return [];
  const prefix = `u/${id}/`;
  const wanted = only === null ? null : new Set<string>(only);
  const cleared: { id: BodyId; account: AccountId }[] = [];
  let mentions = 0;
  for (const [key, value] of await op.list('conversations', { prefix })) {
    const message = key.slice(prefix.length);
    if (!isBodyId(message) || (wanted !== null && !wanted.has(message))) continue;
    const { account, mention } = readUnread(value);
    op.remove('conversations', key);
    cleared.push({ id: message, account });
    if (mention) mentions++;
  }
  if (cleared.length > 0) writeConversation(op, counted(conversation, -cleared.length, -mentions));
  return cleared;
}

/** A conversation as it is drawn. */
export async function viewConversation(
  reads: Reads,
  conversation: StoredConversation,
  self: AccountId,
): Promise<ConversationView> {
  const { kind, role, details, title } = conversation;
  const isGroup = kind === 'group';
  const other = isGroup ? undefined : conversation.members.find((member) => member !== self);
  const peer = other === undefined ? null : await readPeer(reads, other);
  const [last] = await readPage(reads, conversation.id, { limit: 1 });
  return {
    id: conversation.id,
    kind,
    members: conversation.members,
    peer: peer === null ? null : viewPeer(peer),
    name: isGroup ? (details.name?.value ?? (title === '' ? null : title)) : null,
    topic: details.topic?.value ?? null,
    role,
    writable: !isGroup || role !== null,
    open: conversation.open,
    unread: conversation.unread,
    mentions: conversation.mentions,
    notify: conversation.notify.value,
    archived: conversation.archived.value,
    timer: conversation.timer?.value ?? 0,
    fileDays: conversation.fileDays?.value ?? 0,
    history: isGroup ? conversation.history : null,
    last: last ?? null,
    lastActivity: conversation.lastActivity,
  };
}

/** Every conversation, the most recent first. */
export async function listConversations(reads: Reads): Promise<readonly StoredConversation[]> {
  const entries = await reads.list('conversations', { prefix: 'c/' });
  return entries
    .map(([, value]) => decodeStored(StoredConversation, value))
    .sort((a, b) => b.lastActivity - a.lastActivity);
}

/**
 * What this device knows of each conversation, in the store `conversations`: `c/ID` is the record, `u/ID/MESSAGE` names
 * the sender of a message that has not been read here.
 */
import { accountId, conversationId, fromHex } from '../contract/bytes.ts';
import {
  type AccountId,
  type BodyId,
  type ConversationId,
  isAccountId,
  isBodyId,
  isConversationId,
} from '../contract/ids.ts';
import { directConversationId } from '../protocol/roster.ts';
import type { ConversationView, HistoryMessage } from './engine-types.ts';
import { readPage } from './history.ts';
import { type Operation, type Reads, readRecord } from './operation.ts';
import { readPeer, viewPeer } from './peers.ts';
import { bytes, decodeStored, list, number, type Of, record, word } from './stored.ts';

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
});
export type StoredConversation = Of<typeof StoredConversation>;

/** The id of the direct conversation of two people: nobody chooses it (PROTOCOL 1). */
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
  if (people[0] === people[1] || directId(people[0], people[1]) !== id) return null;
  const made: StoredConversation = {
    id,
    members: [...people].sort(),
    unread: 0,
    lastActivity: now,
    ownSeq: 0,
    ownHash: new Uint8Array(32),
    ownSentAt: 0,
  };
  writeConversation(op, made);
  return made;
}

/** Counts an opened message of somebody else. */
export function countUnread(
  op: Operation,
  conversation: StoredConversation,
  message: HistoryMessage,
): StoredConversation {
  op.writeBytes('conversations', `u/${conversation.id}/${message.id}`, fromHex(message.sender.account));
  return { ...conversation, unread: conversation.unread + 1 };
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
  for (const [key, value] of await op.list('conversations', { prefix })) {
    const message = key.slice(prefix.length);
    if (!isBodyId(message) || (wanted !== null && !wanted.has(message))) continue;
    op.remove('conversations', key);
    cleared.push({ id: message, account: accountId(value) });
  }
  if (cleared.length > 0)
    writeConversation(op, { ...conversation, unread: conversation.unread - cleared.length });
  return cleared;
}

/** A conversation as it is drawn. */
export async function viewConversation(
  reads: Reads,
  conversation: StoredConversation,
  self: AccountId,
): Promise<ConversationView> {
  const other = conversation.members.find((member) => member !== self);
  const peer = other === undefined ? null : await readPeer(reads, other);
  const [last] = await readPage(reads, conversation.id, { limit: 1 });
  return {
    id: conversation.id,
    kind: 'direct',
    members: conversation.members,
    peer: peer === null ? null : viewPeer(peer),
    name: null,
    topic: null,
    role: null,
    writable: true,
    open: false,
    unread: conversation.unread,
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

/**
 * A message outside the store: the one form of it that backups, transfers between devices, history for new members, and
 * exports share. It holds what the history holds, and the original with its sender's signatures where that was kept.
 * As an entry of the archive its value is JSON, so that a later release may add fields.
 */
import { accountId, bodyId, conversationId, fromHex } from '../../contract/bytes.ts';
import { isAccountId, isBodyId, isConversationId, isDeviceId } from '../../contract/ids.ts';
import { type ArchivedOriginal, type ArchiveEntry, originalRecord } from '../../protocol/archive.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { checkedFiles } from '../files/checked.ts';
import { StoredFile } from '../files/view.ts';
import { StoredMarks } from '../messages/marks.ts';
import {
  added,
  decodeStored,
  encodeStored,
  flag,
  list,
  nullable,
  number,
  type Of,
  oneOf,
  record,
  text,
  word,
} from '../stored.ts';

export type { ArchivedOriginal } from '../../protocol/archive.ts';

/** What somebody's own eyes see is not in it: whose it is (`mine`) follows from the sender. */
export interface ArchivedMessage extends Omit<HistoryMessage, 'mine' | 'previousId' | 'reactions'> {
  readonly reactions: readonly Omit<HistoryMessage['reactions'][number], 'mine'>[];
  /** What was said about it, each with its time, so that two devices come to the same; null from elsewhere than one's own. */
  readonly marks: StoredMarks | null;
  /** Header, content and signatures as they were sealed, of an edited message those of its newest edit; null where they are not kept. */
  readonly original: ArchivedOriginal | null;
}

const State = record({
  conversation: word(isConversationId),
  order: text,
  account: word(isAccountId),
  device: word(isDeviceId),
  sentAt: number,
  kind: oneOf('text', 'unknown', 'unreadable', 'notice', 'deleted'),
  text,
  verified: flag,
  status: nullable(oneOf('Sending', 'Sent', 'Delivered', 'Read', 'Failed')),
  reason: nullable(text),
  note: nullable(text),
  suite: number,
  replyTo: added(nullable(word(isBodyId)), null),
  editedAt: added(nullable(number), null),
  reactions: added(list(record({ emoji: text, people: list(word(isAccountId)) })), []),
  pinned: added(flag, false),
  expiresAt: added(nullable(number), null),
  mention: added(flag, false),
  origin: added(oneOf('live', 'backup', 'device', 'member', 'import'), 'live'),
  files: added(list(StoredFile), []),
  marks: added(nullable(StoredMarks), null),
});
type State = Of<typeof State>;

/** Kinds of entries that this release writes. */
export const ENTRY = {
  /** A message's state; its id is the body id. */
  message: 'message',
  /** Its original, which never changes: an entry of its own, so that a reaction does not carry four kilobytes of signatures. */
  original: 'original',
  /** One's own choices and the sealed words of a conversation; its id is the conversation's. */
  conversation: 'conversation',
  /** A person whom one has verified; its id is the account. */
  person: 'person',
  /** A choice about everything; its id is a name. */
  setting: 'setting',
} as const;

/** The archive's form of a message of the history, its words empty when its author took it back. */
export function archiveMessage(
  message: HistoryMessage,
  marks: StoredMarks | null,
  original: ArchivedOriginal | null,
): ArchivedMessage {
  const { mine: _, previousId: __, reactions, ...rest } = message;
  return {
    ...rest,
    text: message.kind === 'deleted' ? '' : message.text,
    reactions: reactions.map(({ emoji, people }) => ({ emoji, people })),
    marks,
    original,
  };
}

/** The entry of a message's state, without its original. */
export function messageEntry({ id, sender, original: _, ...rest }: ArchivedMessage): ArchiveEntry {
  const state: State = { ...rest, account: sender.account, device: sender.device };
  return { kind: ENTRY.message, id: fromHex(id), value: encodeStored(State, state) };
}

/** The entry of its original. */
export function originalEntry(id: ArchivedMessage['id'], original: ArchivedOriginal): ArchiveEntry {
  return { kind: ENTRY.original, id: fromHex(id), value: originalRecord.encode(original) };
}

/** The message of an entry, its original still missing. Throws StoredError, SyntaxError. */
export function readMessageEntry({ id, value }: ArchiveEntry): ArchivedMessage {
  const { account, device, ...rest } = decodeStored(State, value);
  if (id.length !== 16) throw new SyntaxError('A message that has no id.');
  const files = checkedFiles(rest.files);
  if (files === null) throw new SyntaxError('A message with files that none could bring.');
  return { ...rest, files, id: bodyId(id), sender: { account, device }, original: null };
}

/** The original of an entry. @throws ProtocolError E_FORMAT */
export const readOriginalEntry = ({ value }: ArchiveEntry): ArchivedOriginal => originalRecord.decode(value);

/** Name of an entry in text, for indexes. */
export const entryName = ({ kind, id }: Pick<ArchiveEntry, 'kind' | 'id'>): string => `${kind}/${id.toHex()}`;

/** The ids that entries of conversations and people have. */
export const conversationOf = ({ id }: ArchiveEntry) => conversationId(id);
export const personOf = ({ id }: ArchiveEntry) => accountId(id);

/** What the search index knows of one message. */
import { type AccountId, type ConversationId, isConversationId } from '../../contract/ids.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { foldText } from './fold.ts';

export interface Entry {
  readonly conversation: ConversationId;
  readonly order: string;
  readonly account: AccountId;
  /** Epoch milliseconds. */
  readonly sentAt: number;
  /** HAS_LINK, HAS_FILE, both or neither. */
  readonly has: number;
  /** Folded. */
  readonly text: string;
}
export const HAS_LINK = 1;
export const HAS_FILE = 2;

const LINK = /\bhttps?:\/\/\S/i;
/** Null for what is not searched: a notice, a message that stays closed, one that was taken back. */
export function entryOf(message: HistoryMessage): Entry | null {
  const { kind, conversation, order, sender, sentAt, text, files } = message;
  if (kind !== 'text') return null;
  return {
    conversation,
    order,
    account: sender.account,
    sentAt,
    has: (LINK.test(text) ? HAS_LINK : 0) | (files.length > 0 ? HAS_FILE : 0),
    // Files are found by their names.
    text: foldText([text, ...files.map(({ name }) => name)].join(' ')),
  };
}

/** Entries sort by this text, which is also the end of the message's key in the history. */
export const keyOf = ({ conversation, order }: { conversation: ConversationId; order: string }): string =>
  `${conversation}/${order}`;

/** What a key names, or null for another text. */
export function readKey(
  key: string,
): { readonly conversation: ConversationId; readonly order: string } | null {
  const slash = key.indexOf('/');
  const conversation = key.slice(0, slash);
  return isConversationId(conversation) ? { conversation, order: key.slice(slash + 1) } : null;
}

export const isSame = (a: Entry, b: Entry): boolean =>
  keyOf(a) === keyOf(b) &&
  a.account === b.account &&
  a.sentAt === b.sentAt &&
  a.has === b.has &&
  a.text === b.text;

/**
 * What is inside a sealed body (PROTOCOL 6). The relay sees none of it: not the kind, not the order, not the time.
 */

/** Kinds of class 1: they go to every device of every member, carry seq and previous, and are signed. */
export const CONVERSATION_KINDS = ['text', 'file', 'edit', 'delete', 'reaction', 'state'] as const;
/** Kinds of class 2: between two sessions, to any subset of devices, in no conversation. */
export const SESSION_KINDS = ['kx', 'receipt', 'resend', 'history', 'sync'] as const;
export type ConversationKind = (typeof CONVERSATION_KINDS)[number];
export type SessionKind = (typeof SESSION_KINDS)[number];

export interface Content {
  /** One of the kinds above, or another name of 1 to 32 characters a-z 0-9 -, kept and shown as "needs a newer Sotto". */
  readonly kind: string;
  /** Counts the sender device's messages in this conversation, from 1. 0 in class 2. */
  readonly seq: number;
  /** contentHash of this device's previous content in this conversation, 32 B; zeros for the first and in class 2. */
  readonly previous: Uint8Array;
  /** Roster the recipients were taken from, 32 B; for a direct conversation its id; zeros in class 2. */
  readonly rosterHash: Uint8Array;
  /** deviceListsHash, 32 B; zeros in class 2. */
  readonly deviceListsHash: Uint8Array;
  /** Leaves of the transparency log that the sender has seen; 0 until the log exists. */
  readonly ktSize: number;
  /** Root of that log, 32 B; zeros until the log exists. */
  readonly ktRoot: Uint8Array;
  /** Merkle root over the transcript of every handshake that this message carries, 32 B, or empty for none. */
  readonly handshakeRoot: Uint8Array;
  /** Sender's clock, epoch milliseconds. */
  readonly sentAt: number;
  /** By kind: see payload.ts. */
  readonly payload: Uint8Array;
}

/** Encodes a content, 64 KiB at most for class 1, 68 KiB for class 2. @throws E_FORMAT, E_LIMIT */
export function encodeContent(_content: Content): Uint8Array {
  throw new Error('unfinished');
}
/** Decodes a content. @throws E_FORMAT */
export function decodeContent(_bytes: Uint8Array): Content {
  throw new Error('unfinished');
}
/** H(content), 32 B: what `previous` and the duplicate check name. */
export function contentHash(_content: Uint8Array): Uint8Array {
  throw new Error('unfinished');
}
/** H of lp(account 16 || version u64 || H(list) 32) sorted by account, 32 B: which device lists the sender went by. */
export function deviceListsHash(
  _lists: readonly { readonly account: Uint8Array; readonly version: number; readonly hash: Uint8Array }[],
): Uint8Array {
  throw new Error('unfinished');
}

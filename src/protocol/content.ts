/**
 * What is inside a sealed body (protocol/README 7). The relay sees none of it: not the kind, not the order, not the
 * time.
 */
import { concat, lp, u64be } from './codec.ts';
import { malformed, ProtocolError } from './errors.ts';
import { compareBytes, hash } from './hash.ts';
import { bytes, fixed, record, text, u64 } from './record.ts';

/** Kinds of class 1: they go to every device of every member, carry seq and previous, and are signed. */
export const CONVERSATION_KINDS = ['text', 'file', 'edit', 'delete', 'reaction', 'state', 'pin'] as const;
/** Kinds of class 2: between two sessions, to any subset of devices, in no conversation. */
export const SESSION_KINDS = [
  'kx',
  'receipt',
  'resend',
  'history',
  'sync',
  'status',
  'ask',
  'parcel',
  'transfer',
] as const;

/** Bytes of an encoded class 1 content, at most. */
export const MAX_CONTENT_BYTES = 64 * 1024;
/** Class 2 has room for a whole class 1 content with its header and signature (`history`). */
const MAX_SESSION_CONTENT_BYTES = 68 * 1024;

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

const KIND = /^[a-z0-9-]{1,32}$/;

const contentRecord = record(65, 'content', {
  kind: text(32),
  seq: u64,
  previous: fixed(32),
  rosterHash: fixed(32),
  deviceListsHash: fixed(32),
  ktSize: u64,
  ktRoot: fixed(32),
  handshakeRoot: bytes(32),
  sentAt: u64,
  payload: bytes(MAX_SESSION_CONTENT_BYTES),
});
const essenceRecord = record(66, 'content without its bindings', {
  kind: text(32),
  seq: u64,
  previous: fixed(32),
  sentAt: u64,
  payload: bytes(MAX_SESSION_CONTENT_BYTES),
});

/** Encodes a content of a class: 64 KiB at most in class 1, 68 KiB in class 2. @throws E_FORMAT, E_LIMIT */
export function encodeContent(content: Content, kindClass: 1 | 2): Uint8Array {
  checkContent(content, kindClass);
  const encoded = contentRecord.encode(content);
  if (encoded.length > (kindClass === 1 ? MAX_CONTENT_BYTES : MAX_SESSION_CONTENT_BYTES))
    throw new ProtocolError('E_LIMIT', `a content of ${encoded.length} bytes`);
  return encoded;
}

/** Decodes a content of a class. Kinds of the other class are refused, unknown ones are not. @throws E_FORMAT */
export function decodeContent(encoded: Uint8Array, kindClass: 1 | 2): Content {
  if (encoded.length > (kindClass === 1 ? MAX_CONTENT_BYTES : MAX_SESSION_CONTENT_BYTES))
    throw malformed(`a content of ${encoded.length} bytes`);
  const content = contentRecord.decode(encoded);
  checkContent(content, kindClass);
  return content;
}

const isZero = (value: Uint8Array) => value.every((byte) => byte === 0);
const isOneOf = (kinds: readonly string[], kind: string) => kinds.includes(kind);

function checkContent(content: Content, kindClass: 1 | 2): void {
  const { kind, seq, previous, rosterHash, handshakeRoot } = content;
  if (!KIND.test(kind) || isOneOf(kindClass === 1 ? SESSION_KINDS : CONVERSATION_KINDS, kind))
    throw malformed('a kind that does not belong here');
  if (handshakeRoot.length !== 0 && handshakeRoot.length !== 32)
    throw malformed('a handshake root of another length');
  const unordered = seq === 0 && isZero(previous) && isZero(rosterHash) && isZero(content.deviceListsHash);
  if (kindClass === 1 ? seq === 0 : !unordered)
    throw malformed('order belongs to class 1, and to nothing else');
}

/**
 * 32 B: what `previous` names and what tells a repeat from an equivocation. H over the content without rosterHash,
 * deviceListsHash, ktSize, ktRoot and handshakeRoot, because a retry after a 409 has to bind newer ones to the same words.
 */
export function contentHash(content: Content): Uint8Array {
  const { kind, seq, previous, sentAt, payload } = content;
  return hash(essenceRecord.encode({ kind, seq, previous, sentAt, payload }));
}

/** H of lp(account 16 || version u64 || H(list) 32) sorted by account, 32 B: which device lists the sender went by. */
export function deviceListsHash(
  lists: readonly { readonly account: Uint8Array; readonly version: number; readonly hash: Uint8Array }[],
): Uint8Array {
  const sorted = [...lists].sort((a, b) => compareBytes(a.account, b.account));
  return hash(...sorted.map((list) => lp(concat(list.account, u64be(list.version), list.hash))));
}

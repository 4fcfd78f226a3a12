/** The clear part of a body: what the relay may read (protocol/README 7). No key and no decryption in this file. */
import { malformed } from './errors.ts';
import type { Crypto } from './ports.ts';
import { fixed, record, u8, u16 } from './record.ts';

export interface BodyHeader {
  readonly suite: number;
  /** 1 conversation, 2 session. */
  readonly class: 1 | 2;
  /** 32 B; zeros in class 2, and only there. */
  readonly conversation: Uint8Array;
  /** Sender's account, 16 B. */
  readonly account: Uint8Array;
  /** Sender's device, 16 B. */
  readonly device: Uint8Array;
  /** 16 B, of makeBodyId; the message's id. */
  readonly bodyId: Uint8Array;
}

/** Version of the body's format. */
const BODY_VERSION = 2;
/** Bytes of an encoded header: always the same. */
export const BODY_HEADER_BYTES = 120;
/** Header, commitment (32), the smallest padded content (256), tag (16). */
export const MIN_BODY_BYTES = BODY_HEADER_BYTES + 32 + 256 + 16;
/** The longest padded content (72 KiB) and a signature. */
export const MAX_BODY_BYTES = BODY_HEADER_BYTES + 32 + 73_728 + 3_373 + 16;

const headerRecord = record(64, 'body header', {
  version: u8,
  suite: u16,
  class: u8,
  conversation: fixed(32),
  account: fixed(16),
  device: fixed(16),
  bodyId: fixed(16),
});

/**
 * A new id for a body, 16 B: a second since 1970 (u32be), then 12 random bytes. Ids that grow keep a relay, which
 * remembers a month of them to know a repeated post, writing where it wrote last and not all over its index. `clock` is
 * the time of the last contact with the relay, which knows it, so that the id says nothing of when something was
 * written. Nothing relies on it: any 16 bytes are an id.
 */
export function makeBodyId({ random, clock }: Pick<Crypto, 'random' | 'clock'>): Uint8Array {
  const id = random(16).slice();
  new DataView(id.buffer).setUint32(0, Math.floor(clock() / 1000));
  return id;
}

/** Encodes a header, 120 B. @throws E_FORMAT */
export function encodeBodyHeader(header: BodyHeader): Uint8Array {
  checkConversation(header);
  return headerRecord.encode({ ...header, version: BODY_VERSION });
}

/**
 * Reads the header at the front of a sealed body, and nothing else.
 * @returns the header and its exact bytes
 * @throws E_FORMAT, for a body that is too short or too long for any message too
 */
export function decodeBodyHeader(body: Uint8Array): {
  readonly header: BodyHeader;
  readonly bytes: Uint8Array;
} {
  if (body.length < MIN_BODY_BYTES || body.length > MAX_BODY_BYTES)
    throw malformed(`a body of ${body.length} bytes`);
  const bytes = body.slice(0, BODY_HEADER_BYTES);
  return { header: readBodyHeader(bytes), bytes };
}

/** Reads exactly one header, 120 B. @throws E_FORMAT */
export function readBodyHeader(bytes: Uint8Array): BodyHeader {
  const { version, class: kind, ...rest } = headerRecord.decode(bytes);
  if (version !== BODY_VERSION) throw malformed(`a body of version ${version}`);
  if (kind !== 1 && kind !== 2) throw malformed(`a body of class ${kind}`);
  const header = { ...rest, class: kind } as const;
  checkConversation(header);
  return header;
}

function checkConversation(header: Pick<BodyHeader, 'class' | 'conversation'>): void {
  if (header.conversation.every((byte) => byte === 0) !== (header.class === 2))
    throw malformed('a conversation belongs to class 1, and to nothing else');
}

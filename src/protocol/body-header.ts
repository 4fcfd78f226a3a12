/** The clear part of a body: what the relay may read (PROTOCOL 6). No key and no decryption in this file. */

export interface BodyHeader {
  readonly suite: number;
  /** 1 conversation, 2 session. */
  readonly class: 1 | 2;
  /** 32 B; zeros in class 2. */
  readonly conversation: Uint8Array;
  /** Sender's account, 16 B. */
  readonly account: Uint8Array;
  /** Sender's device, 16 B. */
  readonly device: Uint8Array;
  /** 16 random bytes; the message's id. */
  readonly bodyId: Uint8Array;
}

/** Encodes a header: always BODY_HEADER_BYTES long. @throws E_FORMAT */
export function encodeBodyHeader(_header: BodyHeader): Uint8Array {
  throw new Error('unfinished');
}
/**
 * Reads the header at the front of a sealed body, and nothing else.
 * @returns the header and its exact bytes
 * @throws E_FORMAT
 */
export function decodeBodyHeader(_body: Uint8Array): {
  readonly header: BodyHeader;
  readonly bytes: Uint8Array;
} {
  throw new Error('unfinished');
}

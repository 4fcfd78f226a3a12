/** A body: content, padded, signed, sealed once under a random key that travels in each envelope (PROTOCOL 6). */
import type { BodyHeader } from './body-header.ts';
import type { Content } from './content.ts';
import type { SigningKeyPair } from './identity.ts';
import type { HistoryPayload } from './payload.ts';
import type { Crypto } from './ports.ts';

export { type BodyHeader, decodeBodyHeader } from './body-header.ts';

export interface SealedBody {
  /** What the relay keeps. */
  readonly body: Uint8Array;
  /** 32 B, for the envelopes. */
  readonly contentKey: Uint8Array;
  /** 32 B, for the envelopes. */
  readonly bodyHash: Uint8Array;
  /** Exact content bytes, to keep for mending. */
  readonly content: Uint8Array;
  /** 32 B: the next message's `previous`. */
  readonly contentHash: Uint8Array;
  /** 3,373 B; null for a class 2 body without handshakes. */
  readonly signature: Uint8Array | null;
}
export interface OpenedBody {
  readonly header: BodyHeader;
  readonly headerBytes: Uint8Array;
  readonly content: Content;
  readonly contentBytes: Uint8Array;
  readonly contentHash: Uint8Array;
  readonly signature: Uint8Array | null;
}

/**
 * Seals one body. The signature (16 ms in Bun) is made for class 1, and for class 2 when content.handshakeRoot is there.
 * @param device signing pair of the sending device; needed whenever a signature is made
 * @throws E_FORMAT when header and content do not fit each other, E_LIMIT when the content is too long
 */
export async function sealBody(
  _crypto: Crypto,
  _message: { readonly header: BodyHeader; readonly content: Content; readonly device: SigningKeyPair },
): Promise<SealedBody> {
  throw new Error('unfinished');
}

/**
 * Opens a body: bodyHash, then commitment, then AEAD, then padding and content. Does not verify the signature.
 * @throws E_FORMAT, E_SUITE, E_AUTH
 */
export async function openBody(
  _crypto: Crypto,
  _sealed: { readonly body: Uint8Array; readonly contentKey: Uint8Array; readonly bodyHash: Uint8Array },
): Promise<OpenedBody> {
  throw new Error('unfinished');
}

/** Whether both signatures of the body verify under the sending device's key (1,984 B). False when it has none. */
export async function verifyBody(
  _crypto: Crypto,
  _opened: Pick<OpenedBody, 'headerBytes' | 'contentBytes' | 'signature'>,
  _signingKey: Uint8Array,
): Promise<boolean> {
  throw new Error('unfinished');
}

/**
 * The original that a `history` payload carries, decoded, its signature not yet verified (verifyBody does).
 * @throws E_FORMAT
 */
export function openOriginal(_payload: HistoryPayload): OpenedBody {
  throw new Error('unfinished');
}

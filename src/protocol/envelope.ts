/** The envelope: one content key, sealed for one device (PROTOCOL 4.4, 5). */
import type { InitFields } from './session-state.ts';

export interface EnvelopeHeader {
  readonly suite: number;
  /** 1 ratchet message, 2 the same with the handshake in front of the sealed part. */
  readonly type: 1 | 2;
  readonly sid: Uint8Array;
  readonly dh: Uint8Array;
  readonly pn: number;
  readonly n: number;
  readonly pqe: number;
  readonly salt: Uint8Array;
  readonly bodyId: Uint8Array;
}
/** Where a handshake's transcript stands in the tree whose root is in the signed content. */
export interface HandshakeProof {
  readonly index: number;
  readonly size: number;
  /** Hashes of 32 B, leaf to root. */
  readonly path: readonly Uint8Array[];
}
export interface Envelope {
  readonly header: EnvelopeHeader;
  /** The 96 bytes as they came. */
  readonly headerBytes: Uint8Array;
  /** Only in type 2. */
  readonly init: (InitFields & { readonly proof: HandshakeProof }) | null;
  /** 80 B. */
  readonly sealed: Uint8Array;
}

/** Reads an envelope's bytes, lengths only, no secret touched. @throws E_FORMAT, E_SUITE */
export function parseEnvelope(_bytes: Uint8Array): Envelope {
  throw new Error('unfinished');
}

/**
 * The envelope: one content key, sealed for one device (protocol/README 4, 5). 176 bytes:
 *
 *   ver 1 | suite 2 | type 1 | sid 16 | dh 32 | pn 4 | n 4 | pqe 4 | salt 16 | bodyId 16 | sealed part 80
 *
 * and in type 2 the handshake before the sealed part. The salt is 8 random bytes and an 8-byte proof of the whole header
 * under a key that outlives the message key (seal.ts).
 */
import { Reader, Writer } from './codec.ts';
import { malformed } from './errors.ts';
import type { InitFields } from './session-state.ts';
import { liveSuite } from './suite.ts';

/** First byte of every envelope. */
const ENVELOPE_VERSION = 2;
export const HEADER_BYTES = 96;
/** contentKey 32 || bodyHash 32 || tag 16. */
export const SEALED_BYTES = 80;
/** Handshakes of one message, at most. */
export const MAX_HANDSHAKES = 1024;
/** Merkle path of one of them, at most. */
const MAX_PATH = 10;
/** Bytes of an ML-KEM-768 ciphertext. */
export const KEM_CIPHERTEXT_BYTES = 1088;

export interface EnvelopeHeader {
  readonly suite: number;
  /** 1 ratchet message, 2 the same with the handshake in front of the sealed part. */
  readonly type: 1 | 2;
  /** 16 B. */
  readonly sid: Uint8Array;
  /** Sender's ratchet key, 32 B. */
  readonly dh: Uint8Array;
  /** Messages in the sender's chain before. */
  readonly pn: number;
  /** Number in this chain, from 0. */
  readonly n: number;
  /** Post-quantum epoch of this chain. */
  readonly pqe: number;
  /** 16 B: 8 random, 8 proof. */
  readonly salt: Uint8Array;
  /** 16 B. */
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

/** Reads an envelope's bytes: lengths and ranges only, no secret touched [R41]. @throws E_FORMAT, E_SUITE */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  const reader = new Reader(bytes);
  const headerBytes = reader.fixed(HEADER_BYTES).slice();
  const header = decodeHeader(headerBytes);
  const init = header.type === 2 ? readInit(reader) : null;
  const sealed = reader.fixed(SEALED_BYTES).slice();
  reader.end();
  return { header, headerBytes, init, sealed };
}

function decodeHeader(bytes: Uint8Array): EnvelopeHeader {
  const reader = new Reader(bytes);
  if (reader.u8() !== ENVELOPE_VERSION) throw malformed('not an envelope of this protocol');
  const suite = liveSuite(reader.u16()).id;
  const type = reader.u8();
  if (type !== 1 && type !== 2) throw malformed('an envelope of an unknown type');
  return {
    suite,
    type,
    sid: reader.fixed(16),
    dh: reader.fixed(32),
    pn: reader.u32(),
    n: reader.u32(),
    pqe: reader.u32(),
    salt: reader.fixed(16),
    bodyId: reader.fixed(16),
  };
}

/** The 96 bytes of a header. @throws E_FORMAT */
export function encodeHeader(header: EnvelopeHeader): Uint8Array {
  return new Writer()
    .u8(ENVELOPE_VERSION)
    .u16(header.suite)
    .u8(header.type)
    .fixed(header.sid, 16)
    .fixed(header.dh, 32)
    .u32(header.pn)
    .u32(header.n)
    .u32(header.pqe)
    .fixed(header.salt, 16)
    .fixed(header.bodyId, 16)
    .finish();
}

function readInit(reader: Reader): InitFields & { readonly proof: HandshakeProof } {
  const certificateA = reader.fixed(32).slice();
  const certificateB = reader.fixed(32).slice();
  const signedPrekeyId = reader.u32();
  const flag = reader.u8();
  const id = reader.u32();
  if (flag > 1 || (flag === 0 && id !== 0))
    throw malformed('a one-time prekey that is neither named nor absent');
  const ephemeral = reader.fixed(32).slice();
  const ciphertext = reader.fixed(KEM_CIPHERTEXT_BYTES).slice();
  const replaces = reader.fixed(16).slice();
  const index = reader.u16();
  const size = reader.u16();
  const length = reader.u8();
  if (size > MAX_HANDSHAKES || index >= size || length > MAX_PATH)
    throw malformed('a handshake proof out of range');
  const path = Array.from({ length }, () => reader.fixed(32).slice());
  const oneTimeId = flag === 1 ? id : null;
  const proof = { index, size, path };
  return { certificateA, certificateB, signedPrekeyId, oneTimeId, ephemeral, ciphertext, replaces, proof };
}

/** The bytes between header and sealed part of a type 2 envelope. @throws E_FORMAT */
export function encodeInit(init: InitFields, proof: HandshakeProof): Uint8Array {
  const writer = new Writer()
    .fixed(init.certificateA, 32)
    .fixed(init.certificateB, 32)
    .u32(init.signedPrekeyId)
    .u8(init.oneTimeId === null ? 0 : 1)
    .u32(init.oneTimeId ?? 0)
    .fixed(init.ephemeral, 32)
    .fixed(init.ciphertext, KEM_CIPHERTEXT_BYTES)
    .fixed(init.replaces, 16)
    .u16(proof.index)
    .u16(proof.size)
    .u8(proof.path.length);
  for (const node of proof.path) writer.fixed(node, 32);
  return writer.finish();
}

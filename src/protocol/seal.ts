/**
 * The sealed part of an envelope, and the proof in its salt (protocol/README 5). The proof covers the whole header
 * under a key that outlives the message key, so that a copy of the sender's state can be told from a forgery [R29].
 */
import { concat } from './codec.ts';
import type { Envelope } from './envelope.ts';
import { ProtocolError, unauthentic } from './errors.ts';
import { equalBytes, hash, kdf } from './hash.ts';
import type { Crypto } from './ports.ts';
import type { MessageKeys, Seen } from './session-state.ts';

/** Where the salt stands in the header: 8 random bytes, then 8 of proof. */
const SALT_AT = 64;

/** Keys and associated data of one envelope. */
export interface Seal {
  readonly suite: number;
  /** MK || PK, 64 B. */
  readonly keys: MessageKeys;
  /** AD0, 32 B. */
  readonly binding: Uint8Array;
  /** Recipient device, 16 B. */
  readonly recipient: Uint8Array;
}

/** (key 32, nonce 12) = KDF(MK, salt, "env", H(header), 44) [R30]. */
function envelopeKey({ suite, keys }: Seal, header: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  const salt = header.subarray(SALT_AT, SALT_AT + 16);
  const out = kdf({
    suite,
    ikm: keys.subarray(0, 32),
    salt,
    label: 'env',
    context: hash(header),
    length: 44,
  });
  return { key: out.subarray(0, 32), nonce: out.subarray(32) };
}

/** The header with the second half of its salt set to KDF(PK, "", "proof", H(header with zeros there), 8). */
export function proveSalt(suite: number, proofKey: Uint8Array, header: Uint8Array): Uint8Array {
  const proven = header.slice();
  proven.fill(0, SALT_AT + 8, SALT_AT + 16);
  const context = hash(proven);
  proven.set(
    kdf({ suite, ikm: proofKey, salt: new Uint8Array(), label: 'proof', context, length: 8 }),
    SALT_AT + 8,
  );
  return proven;
}

/** Whether the header was made by someone who had this message's keys. */
export const isSaltProven = (suite: number, proofKey: Uint8Array, header: Uint8Array): boolean =>
  equalBytes(proveSalt(suite, proofKey, header), header);

/** Seals contentKey || bodyHash, 64 B, under a proven header: 80 B. */
export async function sealPart(
  crypto: Crypto,
  seal: Seal,
  header: Uint8Array,
  plain: Uint8Array,
): Promise<Uint8Array> {
  const { key, nonce } = envelopeKey(seal, header);
  return crypto.provider.aesGcmSeal(key, nonce, plain, concat(seal.binding, header, seal.recipient));
}

/** Opens the sealed part: 64 B. @throws E_AUTH */
export async function openPart(
  crypto: Crypto,
  seal: Seal,
  header: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  if (!isSaltProven(seal.suite, seal.keys.subarray(32), header)) throw unauthentic();
  const { key, nonce } = envelopeKey(seal, header);
  return crypto.provider.aesGcmOpen(key, nonce, sealed, concat(seal.binding, header, seal.recipient));
}

/**
 * What a receiver keeps of an envelope, 32 B: 16 bytes of H(header), 16 bytes of H(header || sealed part). The handshake
 * in between may differ from one copy to the next.
 */
export const envelopeDigest = ({
  headerBytes,
  sealed,
}: Pick<Envelope, 'headerBytes' | 'sealed'>): Uint8Array =>
  concat(hash(headerBytes).subarray(0, 16), hash(headerBytes, sealed).subarray(0, 16));

/**
 * What an envelope is whose place in the chain was opened before. Another header under a valid proof can only come from
 * a copy of the sender's state; whatever else differs was changed on the way.
 */
export function sameOrClone(suite: number, envelope: Envelope, seen: Seen): ProtocolError {
  const digest = envelopeDigest(envelope);
  if (equalBytes(digest, seen.digest))
    return new ProtocolError('E_REPLAY', 'this envelope was opened before');
  const sameHeader = equalBytes(digest.subarray(0, 16), seen.digest.subarray(0, 16));
  if (sameHeader || !isSaltProven(suite, seen.proofKey, envelope.headerBytes)) return unauthentic();
  return new ProtocolError('E_CLONE', 'one step of this session was used for two messages');
}

/**
 * Sealing that commits to its key [R10, R22]: AES-GCM alone lets one ciphertext open under two keys. Here a fresh salt
 * and the associated data give (key, nonce, commitment) = KDF(key, salt, label, associated, 32 + 12 + 32), and the
 * commitment is compared before anything is decrypted.
 */
import { concat } from './codec.ts';
import { malformed, unauthentic } from './errors.ts';
import { equalBytes, kdf, wipe } from './hash.ts';
import type { Crypto } from './ports.ts';

const SALT_BYTES = 16;
const COMMITMENT_BYTES = 32;
const TAG_BYTES = 16;
/** What sealing adds: salt 16, commitment 32, tag 16. */
export const COMMITTING_OVERHEAD = SALT_BYTES + COMMITMENT_BYTES + TAG_BYTES;

/** What a box is for: it opens under the same purpose only. */
export interface Purpose {
  /** 32 B of full entropy. */
  readonly key: Uint8Array;
  /** KDF label, one for each kind of box. */
  readonly label: string;
  /** Encoded record of everything that the box belongs to. */
  readonly associated: Uint8Array;
}

function derive({ key, label, associated }: Purpose, salt: Uint8Array) {
  if (key.length !== 32) throw malformed('a key of another length');
  const all = kdf({ ikm: key, salt, label, context: associated, length: 32 + 12 + COMMITMENT_BYTES });
  const parts = { key: all.slice(0, 32), nonce: all.slice(32, 44), commitment: all.slice(44) };
  wipe(all);
  return parts;
}

/** Seals: salt 16 || commitment 32 || ciphertext || tag 16. */
export async function sealCommitting(
  crypto: Crypto,
  purpose: Purpose,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const salt = crypto.random(SALT_BYTES);
  const { key, nonce, commitment } = derive(purpose, salt);
  const associated = concat(purpose.associated, commitment);
  const sealed = await crypto.provider.aesGcmSeal(key, nonce, plaintext, associated);
  wipe(key);
  return concat(salt, commitment, sealed);
}

/** Opens what sealCommitting made. @throws E_AUTH for any other key, purpose or bytes, too few of them too */
export async function openCommitting(
  crypto: Pick<Crypto, 'provider'>,
  purpose: Purpose,
  box: Uint8Array,
): Promise<Uint8Array> {
  if (box.length < COMMITTING_OVERHEAD) throw unauthentic();
  const sealed = box.subarray(SALT_BYTES + COMMITMENT_BYTES);
  const { key, nonce, commitment } = derive(purpose, box.subarray(0, SALT_BYTES));
  try {
    if (!equalBytes(commitment, box.subarray(SALT_BYTES, SALT_BYTES + COMMITMENT_BYTES))) throw unauthentic();
    return await crypto.provider.aesGcmOpen(key, nonce, sealed, concat(purpose.associated, commitment));
  } finally {
    wipe(key);
  }
}

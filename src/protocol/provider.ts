import { malformed } from './errors.ts';
import type { DsaName } from './suite.ts';

/** A secret in the form of the provider that made it, which alone knows how to use it. */
export interface KeyHandle {
  readonly extractable: boolean;
}
/** A secret as bytes, or prepared. */
export type SecretKey = Uint8Array | KeyHandle;
/** What a secret is for: one use each [R6]. */
export type SecretUse = 'X25519' | 'Ed25519' | DsaName;

/** The bytes of a secret. @throws E_FORMAT for one that another provider has prepared */
export function secretBytes(secret: SecretKey): Uint8Array {
  if (secret instanceof Uint8Array) return secret;
  throw malformed('a secret that another provider has prepared');
}

/**
 * The primitives, each behind a promise so that native ones fit. `suite` names a row of suite.ts, which fixes the
 * parameter sets. Wrong lengths are E_FORMAT, whatever does not verify or open is E_AUTH or false.
 */
export interface Provider {
  readonly name: string;

  /** Makes a secret of 32 B that is used more than once quicker to use; gives the bytes back where nothing is gained. */
  readonly prepare?: (algorithm: SecretUse, secret: Uint8Array) => Promise<SecretKey>;
  /** What `prepare` gives cannot be read out, and the platform can store it so. */
  readonly holds?: true;

  /** RFC 7748: 32 B secret to 32 B public key. */
  x25519PublicKey(secret: SecretKey): Promise<Uint8Array>;
  /**
   * RFC 7748 with the checks of protocol/README 1 [R26]: 32 B shared secret. E_AUTH for a public key with bit 255 set, a value
   * of p or more, or low order.
   */
  x25519(secret: SecretKey, publicKey: Uint8Array): Promise<Uint8Array>;

  /** FIPS 203, ML-KEM.KeyGen from d || z, 64 B, which stays the secret; 1,184 B public for ML-KEM-768. */
  mlKemKeyPair(suite: number, seed: Uint8Array): Promise<{ readonly publicKey: Uint8Array }>;
  /** FIPS 203, ML-KEM.Encaps with its input checks; 32 B of randomness. E_AUTH for a key that fails them. */
  mlKemEncapsulate(
    suite: number,
    publicKey: Uint8Array,
    randomness: Uint8Array,
  ): Promise<{ readonly ciphertext: Uint8Array; readonly sharedSecret: Uint8Array }>;
  /** FIPS 203, ML-KEM.Decaps (implicit rejection): 32 B, also for a ciphertext made for another key [R42]. */
  mlKemDecapsulate(suite: number, seed: Uint8Array, ciphertext: Uint8Array): Promise<Uint8Array>;

  /** RFC 8032: 32 B seed to 32 B public key. */
  ed25519PublicKey(seed: Uint8Array): Promise<Uint8Array>;
  /** RFC 8032: 64 B. */
  ed25519Sign(seed: SecretKey, message: Uint8Array): Promise<Uint8Array>;
  /** Strict verification (no ZIP 215) [R27]; false for every malformed input. */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;

  /** FIPS 204, ML-DSA.KeyGen from a 32 B seed (1,952 B for ML-DSA-65). */
  mlDsaPublicKey(suite: number, seed: Uint8Array): Promise<Uint8Array>;
  /** FIPS 204, ML-DSA.Sign, hedged with 32 B of randomness (3,309 B for ML-DSA-65). */
  mlDsaSign(
    suite: number,
    seed: SecretKey,
    message: Uint8Array,
    context: Uint8Array,
    randomness: Uint8Array,
  ): Promise<Uint8Array>;
  /** FIPS 204, ML-DSA.Verify; false for every malformed input. */
  mlDsaVerify(
    suite: number,
    publicKey: Uint8Array,
    message: Uint8Array,
    context: Uint8Array,
    signature: Uint8Array,
  ): Promise<boolean>;

  /** FIPS 180-4, 32 B: of what is long, such as a chunk of a file. */
  sha256(bytes: Uint8Array): Promise<Uint8Array>;

  /**
   * SP 800-38D: 32 B key, 12 B nonce; ciphertext || 16 B tag.
   * @param room bytes of that length, apart from the plaintext, that it may be put into: these, or other ones, are what is given
   */
  aesGcmSeal(
    key: Uint8Array,
    nonce: Uint8Array,
    plaintext: Uint8Array,
    associated: Uint8Array,
    room?: Uint8Array,
  ): Promise<Uint8Array>;
  /** The plaintext. E_AUTH when the tag does not match. */
  aesGcmOpen(
    key: Uint8Array,
    nonce: Uint8Array,
    ciphertext: Uint8Array,
    associated: Uint8Array,
  ): Promise<Uint8Array>;
}

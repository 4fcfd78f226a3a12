/** The provider in plain JavaScript: runs everywhere, and is what every other one is compared with. */
import { gcm } from '@noble/ciphers/aes.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import { ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js';
import { concat } from './codec.ts';
import { strictEd25519 } from './ed25519.ts';
import { malformed, ProtocolError, unauthentic } from './errors.ts';
import { sha256, wipe } from './hash.ts';
import { type KeyHandle, type Provider, secretBytes } from './provider.ts';
import { type DsaName, type KemName, suiteOf } from './suite.ts';
import { isCanonicalCoordinate } from './x25519-input.ts';

const KEMS: Readonly<Record<KemName, typeof ml_kem768>> = {
  'ML-KEM-768': ml_kem768,
  'ML-KEM-1024': ml_kem1024,
};
const DSAS: Readonly<Record<DsaName, typeof ml_dsa65>> = { 'ML-DSA-65': ml_dsa65, 'ML-DSA-87': ml_dsa87 };

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** FIPS 204: the context's length stands in one byte. */
const MAX_CONTEXT_BYTES = 255;

function kemOf(suite: number): typeof ml_kem768 {
  const { kem } = suiteOf(suite);
  if (kem === null) throw new ProtocolError('E_SUITE', `suite ${suite} has no key encapsulation`);
  return KEMS[kem];
}

function dsaOf(suite: number): typeof ml_dsa65 {
  const { dsa } = suiteOf(suite);
  if (dsa === null) throw new ProtocolError('E_SUITE', `suite ${suite} has no post-quantum signature`);
  return DSAS[dsa];
}

function need(value: Uint8Array, length: number, what: string): void {
  if (value.length !== length) throw malformed(`${what} of ${value.length} bytes where ${length} belong`);
}

/**
 * ML-KEM.Decaps with an expanded decapsulation key, as FIPS 203, 7.3 has it: both lengths and the hash inside the key
 * are checked. We keep seeds; the expanded form lives only inside a call.
 * @returns 32 B
 * @throws E_FORMAT for lengths or a key that does not hold together
 */
export function decapsulateExpanded(
  suite: number,
  secretKey: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array {
  const kem = kemOf(suite);
  need(secretKey, kem.lengths.secretKey ?? 0, 'a decapsulation key');
  need(ciphertext, kem.lengths.cipherText ?? 0, 'a KEM ciphertext');
  try {
    return kem.decapsulate(ciphertext, secretKey);
  } catch {
    throw malformed('a decapsulation key that does not hold together');
  }
}

/** FIPS 203, ML-KEM.KeyGen: the encapsulation key and the expanded decapsulation key of a 64 B seed. @throws E_FORMAT */
export function expandKemSeed(
  suite: number,
  seed: Uint8Array,
): { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array } {
  need(seed, 64, 'a KEM seed');
  return kemOf(suite).keygen(seed);
}

/** FIPS 204, ML-DSA.KeyGen: both keys of a 32 B seed. @throws E_FORMAT */
export function expandDsaSeed(
  suite: number,
  seed: Uint8Array,
): { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array } {
  need(seed, 32, 'an ML-DSA seed');
  return dsaOf(suite).keygen(seed);
}

/** FIPS 204, ML-DSA.Verify_internal: over a message that already carries its context; false for malformed input. */
export function verifyFormatted(
  suite: number,
  publicKey: Uint8Array,
  formatted: Uint8Array,
  signature: Uint8Array,
): boolean {
  const dsa = dsaOf(suite);
  if (publicKey.length !== dsa.lengths.publicKey || signature.length !== dsa.lengths.signature) return false;
  try {
    return dsa.internal.verify(signature, formatted, publicKey);
  } catch {
    return false;
  }
}

/** A seed that has been expanded: a third of the time of a signature. */
class ExpandedKey implements KeyHandle {
  readonly extractable = false;
  readonly #use: DsaName;
  readonly #secretKey: Uint8Array;

  constructor(use: DsaName, secretKey: Uint8Array) {
    this.#use = use;
    this.#secretKey = secretKey;
  }
  sign(suite: number, message: Uint8Array, context: Uint8Array, extraEntropy: Uint8Array): Uint8Array {
    if (suiteOf(suite).dsa !== this.#use) throw malformed('a key of another suite');
    return DSAS[this.#use].sign(message, this.#secretKey, { context, extraEntropy });
  }
}

export const noble: Provider = {
  name: 'noble',

  async prepare(use, secret) {
    if (use === 'X25519' || use === 'Ed25519') return secret;
    need(secret, 32, 'an ML-DSA seed');
    return new ExpandedKey(use, DSAS[use].keygen(secret).secretKey);
  },

  async x25519PublicKey(ours) {
    const secret = secretBytes(ours);
    need(secret, 32, 'an X25519 secret');
    return x25519.getPublicKey(secret);
  },
  async x25519(ours, publicKey) {
    const secret = secretBytes(ours);
    need(secret, 32, 'an X25519 secret');
    need(publicKey, 32, 'an X25519 public key');
    if (!isCanonicalCoordinate(publicKey)) throw unauthentic();
    try {
      return x25519.getSharedSecret(secret, publicKey);
    } catch {
      // A point of low order: the result would be all zeros.
      throw unauthentic();
    }
  },

  async mlKemKeyPair(suite, seed) {
    const { publicKey, secretKey } = expandKemSeed(suite, seed);
    wipe(secretKey);
    return { publicKey };
  },
  async mlKemEncapsulate(suite, publicKey, randomness) {
    const kem = kemOf(suite);
    need(publicKey, kem.lengths.publicKey ?? 0, 'an encapsulation key');
    need(randomness, 32, 'encapsulation randomness');
    try {
      const { cipherText, sharedSecret } = kem.encapsulate(publicKey, randomness);
      return { ciphertext: cipherText, sharedSecret };
    } catch {
      // The modulus check of FIPS 203, 7.2.
      throw unauthentic();
    }
  },
  async mlKemDecapsulate(suite, seed, ciphertext) {
    const { secretKey } = expandKemSeed(suite, seed);
    try {
      return decapsulateExpanded(suite, secretKey, ciphertext);
    } finally {
      wipe(secretKey);
    }
  },

  ...strictEd25519,

  async mlDsaPublicKey(suite, seed) {
    const { publicKey, secretKey } = expandDsaSeed(suite, seed);
    wipe(secretKey);
    return publicKey;
  },
  async mlDsaSign(suite, seed, message, context, randomness) {
    need(randomness, 32, 'signing randomness');
    if (context.length > MAX_CONTEXT_BYTES) throw malformed('a signature context above 255 bytes');
    if (seed instanceof ExpandedKey) return seed.sign(suite, message, context, randomness);
    const { secretKey } = expandDsaSeed(suite, secretBytes(seed));
    try {
      return dsaOf(suite).sign(message, secretKey, { context, extraEntropy: randomness });
    } finally {
      wipe(secretKey);
    }
  },
  async mlDsaVerify(suite, publicKey, message, context, signature) {
    if (context.length > MAX_CONTEXT_BYTES) return false;
    // FIPS 204, algorithm 3: 0 stands for a message that was not hashed before.
    const formatted = concat(Uint8Array.of(0, context.length), context, message);
    return verifyFormatted(suite, publicKey, formatted, signature);
  },

  async sha256(bytes) {
    return sha256(bytes);
  },

  async aesGcmSeal(key, nonce, plaintext, associated) {
    need(key, 32, 'an AES key');
    need(nonce, NONCE_BYTES, 'a nonce');
    return gcm(key, nonce, associated).encrypt(plaintext);
  },
  async aesGcmOpen(key, nonce, ciphertext, associated) {
    need(key, 32, 'an AES key');
    need(nonce, NONCE_BYTES, 'a nonce');
    if (ciphertext.length < TAG_BYTES) throw unauthentic();
    try {
      return gcm(key, nonce, associated).decrypt(ciphertext);
    } catch {
      throw unauthentic();
    }
  },
};

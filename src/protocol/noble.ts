/** The provider on noble: pure TypeScript, the same in every runtime, and the reference for native ones. */
import { gcm } from '@noble/ciphers/aes.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import { ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js';
import { malformed, unauthentic } from './errors.ts';
import type { Provider } from './provider.ts';
import { suiteOf } from './suite.ts';

const KEMS = { 'ML-KEM-768': ml_kem768, 'ML-KEM-1024': ml_kem1024 } as const;
const DSAS = { 'ML-DSA-65': ml_dsa65, 'ML-DSA-87': ml_dsa87 } as const;

function kemOf(suite: number) {
  const { kem } = suiteOf(suite);
  if (!kem) throw malformed(`suite ${suite} has no KEM`);
  return KEMS[kem];
}

function dsaOf(suite: number) {
  const { dsa } = suiteOf(suite);
  if (!dsa) throw malformed(`suite ${suite} has no ML-DSA`);
  return DSAS[dsa];
}

function sized(bytes: Uint8Array, length: number | undefined, what: string): Uint8Array {
  if (bytes.length !== length) throw malformed(`${what} has ${bytes.length} bytes`);
  return bytes;
}

/** p = 2^255 - 19, little-endian (RFC 7748). */
const P = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0xed : i === 31 ? 0x7f : 0xff));

/** Bit 255 clear and a value below p: the one encoding of each point. */
function isCanonical(point: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = (point[i] ?? 0) - (P[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** Anything a primitive throws about what the other side sent has the one shape. */
function authentic<T>(compute: () => T): T {
  try {
    return compute();
  } catch {
    throw unauthentic();
  }
}

function verdict(compute: () => boolean): boolean {
  try {
    return compute();
  } catch {
    return false;
  }
}

export const noble: Provider = {
  name: 'noble',

  async x25519PublicKey(secret) {
    return x25519.getPublicKey(sized(secret, 32, 'an X25519 secret'));
  },
  async x25519(secret, publicKey) {
    sized(secret, 32, 'an X25519 secret');
    if (!isCanonical(sized(publicKey, 32, 'an X25519 public key'))) throw unauthentic();
    // noble refuses the all-zero result that low-order points give.
    return authentic(() => x25519.getSharedSecret(secret, publicKey));
  },

  async mlKemPublicKey(suite, seed) {
    return kemOf(suite).keygen(sized(seed, 64, 'an ML-KEM seed')).publicKey;
  },
  async mlKemEncapsulate(suite, publicKey, randomness) {
    const kem = kemOf(suite);
    sized(publicKey, kem.lengths.publicKey, 'an ML-KEM encapsulation key');
    sized(randomness, 32, 'the randomness of an encapsulation');
    const { cipherText, sharedSecret } = authentic(() => kem.encapsulate(publicKey, randomness));
    return { ciphertext: cipherText, sharedSecret };
  },
  async mlKemDecapsulate(suite, seed, ciphertext) {
    const kem = kemOf(suite);
    sized(ciphertext, kem.lengths.cipherText, 'an ML-KEM ciphertext');
    const { secretKey } = kem.keygen(sized(seed, 64, 'an ML-KEM seed'));
    const shared = kem.decapsulate(ciphertext, secretKey);
    secretKey.fill(0);
    return shared;
  },

  async ed25519PublicKey(seed) {
    return ed25519.getPublicKey(sized(seed, 32, 'an Ed25519 seed'));
  },
  async ed25519Sign(seed, message) {
    return ed25519.sign(message, sized(seed, 32, 'an Ed25519 seed'));
  },
  async ed25519Verify(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    return verdict(() => ed25519.verify(signature, message, publicKey, { zip215: false }));
  },

  async mlDsaPublicKey(suite, seed) {
    return dsaOf(suite).keygen(sized(seed, 32, 'an ML-DSA seed')).publicKey;
  },
  async mlDsaSign(suite, seed, message, context, randomness) {
    const dsa = dsaOf(suite);
    const { secretKey } = dsa.keygen(sized(seed, 32, 'an ML-DSA seed'));
    const signature = dsa.sign(message, secretKey, {
      context,
      extraEntropy: sized(randomness, 32, 'the randomness of a signature'),
    });
    secretKey.fill(0);
    return signature;
  },
  async mlDsaVerify(suite, publicKey, message, context, signature) {
    const dsa = dsaOf(suite);
    if (publicKey.length !== dsa.lengths.publicKey || signature.length !== dsa.lengths.signature)
      return false;
    return verdict(() => dsa.verify(signature, message, publicKey, { context }));
  },

  async aesGcmSeal(key, nonce, plaintext, associated) {
    return gcm(sized(key, 32, 'an AES key'), sized(nonce, 12, 'a nonce'), associated).encrypt(plaintext);
  },
  async aesGcmOpen(key, nonce, ciphertext, associated) {
    const cipher = gcm(sized(key, 32, 'an AES key'), sized(nonce, 12, 'a nonce'), associated);
    return authentic(() => cipher.decrypt(ciphertext));
  },
};

/** What the simulation gives the protocol: a clock that is moved by hand, randomness from a seed, cheap signatures. */
import { concat, u32be, utf8 } from '../codec.ts';
import { equalBytes, hash } from '../hash.ts';
import { noble } from '../noble.ts';
import type { Crypto, Random } from '../ports.ts';
import { type Provider, secretBytes } from '../provider.ts';

export interface ManualClock {
  now: number;
}

/** Bytes from a seed: the same seed gives the same run. */
export function seededRandom(seed: string): Random {
  const key = hash(utf8(seed));
  let counter = 0;
  return (length) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 32)
      out.set(hash(key, u32be(counter++)).subarray(0, Math.min(32, length - at)), at);
    return out;
  };
}

/** 3,309 bytes that only the right public key, context and message give; anybody can make them. */
const mark = (publicKey: Uint8Array, message: Uint8Array, context: Uint8Array): Uint8Array => {
  const out = new Uint8Array(3309);
  out.set(hash(publicKey, hash(message), context));
  return out;
};
const fakePublicKey = (seed: Uint8Array): Uint8Array => {
  const out = new Uint8Array(1952);
  out.set(hash(seed));
  return out;
};

/** noble with ML-DSA and Ed25519 replaced by hashes: for runs in which signatures are not what is tested. */
export const cheapSignatures: Provider = {
  ...noble,
  name: 'noble, cheap signatures',
  ed25519PublicKey: async (seed) => hash(seed, utf8('ed')),
  ed25519Sign: async (seed, message) =>
    concat(hash(hash(secretBytes(seed), utf8('ed')), message), new Uint8Array(32)),
  ed25519Verify: async (publicKey, message, signature) =>
    equalBytes(signature, concat(hash(publicKey, message), new Uint8Array(32))),
  mlDsaPublicKey: async (_suite, seed) => fakePublicKey(seed),
  mlDsaSign: async (_suite, seed, message, context) =>
    mark(fakePublicKey(secretBytes(seed)), message, context),
  mlDsaVerify: async (_suite, publicKey, message, context, signature) =>
    equalBytes(signature, mark(publicKey, message, context)),
};

/** Crypto for one device. */
export function simulatedCrypto(
  seed: string,
  clock: ManualClock,
  provider: Provider = cheapSignatures,
): Crypto {
  return { provider, random: seededRandom(seed), clock: () => clock.now };
}

/** Calls `see` with every AES-GCM key and nonce that is sealed with. */
export const observed = (
  provider: Provider,
  see: (key: Uint8Array, nonce: Uint8Array) => void,
): Provider => ({
  ...provider,
  aesGcmSeal: (key, nonce, plaintext, associated) => {
    see(key, nonce);
    return provider.aesGcmSeal(key, nonce, plaintext, associated);
  },
});

/**
 * Ed25519 as every provider has it: noble's, strict, because native verifiers accept keys of low order [R27]. In a file
 * of its own, so that a browser with native primitives fetches no other part of noble.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { malformed } from './errors.ts';
import { type Provider, secretBytes } from './provider.ts';

function needSeed(seed: Uint8Array): void {
  if (seed.length !== 32) throw malformed(`an Ed25519 seed of ${seed.length} bytes where 32 belong`);
}

export const strictEd25519: Pick<Provider, 'ed25519PublicKey' | 'ed25519Sign' | 'ed25519Verify'> = {
  async ed25519PublicKey(seed) {
    needSeed(seed);
    return ed25519.getPublicKey(seed);
  },
  async ed25519Sign(seed, message) {
    const secret = secretBytes(seed);
    needSeed(secret);
    return ed25519.sign(message, secret);
  },
  async ed25519Verify(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    try {
      return ed25519.verify(signature, message, publicKey, { zip215: false });
    } catch {
      return false;
    }
  },
};

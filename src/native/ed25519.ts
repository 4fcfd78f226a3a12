/**
 * Ed25519 with the browser's speed and noble's verdict [R27]. Native verifiers differ from noble's strict one in keys of
 * low order and in encodings that are not canonical, so those never reach them; for all others both RFC 8032 equations,
 * with the cofactor and without, imply noble's, and a native yes is a yes. Whatever is no yes, noble decides.
 */
import type { Provider } from '../protocol/provider.ts';
import { isCanonicalCoordinate } from '../protocol/x25519-input.ts';
import { hold, keyOf, need, own, subtle, verifyingKey } from './keys.ts';

/** The y coordinates of the eight points of low order, little-endian: 0, 1, p - 1, and the two of order 8. */
const LOW_ORDER: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);
/** The order of the base point, little-endian (RFC 8032, 5.1). */
const ORDER = Uint8Array.fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');

/** A point of 32 B whose encoding is canonical and whose order is not low. */
function isPlainPoint(encoded: Uint8Array): boolean {
  const y = own(encoded);
  y[31] = (y[31] ?? 0) & 0x7f;
  return isCanonicalCoordinate(y) && !LOW_ORDER.has(y.toHex());
}

/** Whether 32 B, little-endian, are below the order of the base point. */
function isReduced(scalar: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = (scalar[i] ?? 0) - (ORDER[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

type Edwards = Pick<Provider, 'ed25519PublicKey' | 'ed25519Sign' | 'ed25519Verify'>;

/** Ed25519 of this browser; `loadNoble` brings the judge of what is no plain yes. Where it cannot be had, that is a no. */
export const edwardsOver = (loadNoble: () => Promise<Provider>): Edwards => ({
  async ed25519PublicKey(seed) {
    need(seed, 32);
    const key = await subtle.getPublicKey(await hold('Ed25519', seed), ['verify']);
    return new Uint8Array(await subtle.exportKey('raw', key));
  },
  async ed25519Sign(seed, message) {
    if (seed instanceof Uint8Array) need(seed, 32);
    const key = await keyOf('Ed25519', seed);
    return new Uint8Array(await crypto.subtle.sign('Ed25519', key, own(message)));
  },
  async ed25519Verify(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    const plain =
      isPlainPoint(publicKey) && isPlainPoint(signature.subarray(0, 32)) && isReduced(signature.subarray(32));
    if (plain && (await verifies(publicKey, message, signature))) return true;
    const noble = await loadNoble().catch(() => null);
    return noble === null ? false : noble.ed25519Verify(publicKey, message, signature);
  },
});

/** What the browser says. False where it does not know Ed25519. */
export async function verifies(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  try {
    const key = await verifyingKey('Ed25519', publicKey);
    return await crypto.subtle.verify('Ed25519', key, own(signature), own(message));
  } catch {
    return false;
  }
}

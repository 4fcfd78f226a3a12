/** Keys of the browser: secrets that it does not give out again, and public keys that it remembers. */
import { malformed } from '../protocol/errors.ts';
import { type SecretKey, type SecretUse, secretBytes } from '../protocol/provider.ts';
import type { DsaName } from '../protocol/suite.ts';

/** WebCrypto with the modern algorithms, which the DOM's types do not know yet. */
interface Modern {
  importKey(
    format: string,
    key: BufferSource,
    algorithm: string,
    extractable: boolean,
    usages: readonly string[],
  ): Promise<CryptoKey>;
  getPublicKey(key: CryptoKey, usages: readonly string[]): Promise<CryptoKey>;
  encapsulateBits(
    algorithm: string,
    key: CryptoKey,
  ): Promise<{ readonly ciphertext: ArrayBuffer; readonly sharedKey: ArrayBuffer }>;
  decapsulateBits(algorithm: string, key: CryptoKey, ciphertext: BufferSource): Promise<ArrayBuffer>;
  exportKey(format: string, key: CryptoKey): Promise<ArrayBuffer>;
}
type ModernSubtle = Omit<SubtleCrypto, keyof Modern> & Modern;
/** A browser without them throws TypeError in the check of the part that wants them. */
export const subtle: ModernSubtle = crypto.subtle as unknown as ModernSubtle;

/** RFC 8410: what stands before the 32 bytes of a secret in PKCS #8. */
const PKCS8 = {
  X25519: Uint8Array.fromHex('302e020100300506032b656e04220420'),
  Ed25519: Uint8Array.fromHex('302e020100300506032b657004220420'),
} as const;

/** @throws E_FORMAT for another length */
export function need(value: Uint8Array, length: number): void {
  if (value.length !== length) throw malformed(`${value.length} bytes where ${length} belong`);
}
/** A copy that no other thread shares, which is what WebCrypto takes. */
export const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

const isUnshared = (bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer;
/** The same bytes, copied only where WebCrypto would not take them: it makes a copy of its own before it returns. */
export const unshared = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  isUnshared(bytes) ? bytes : own(bytes);

/** A secret of 32 B as a key that cannot be exported, for its one use. */
export async function hold(algorithm: SecretUse, secret: Uint8Array): Promise<CryptoKey> {
  need(secret, 32);
  if (algorithm !== 'X25519' && algorithm !== 'Ed25519')
    return subtle.importKey('raw-seed', own(secret), algorithm, false, ['sign']);
  const pkcs8 = new Uint8Array(48);
  pkcs8.set(PKCS8[algorithm]);
  pkcs8.set(secret, 16);
  const usage = algorithm === 'X25519' ? 'deriveBits' : 'sign';
  return subtle.importKey('pkcs8', pkcs8, algorithm, false, [usage]).finally(() => pkcs8.fill(0));
}

/** The key of a secret, whichever form it has. */
export const keyOf = async (algorithm: SecretUse, secret: SecretKey): Promise<CryptoKey> =>
  secret instanceof CryptoKey ? secret : hold(algorithm, secretBytes(secret));

/** Keys of peers that are remembered as the browser imported them: one device is verified many times. */
const MOST_REMEMBERED = 64;
const remembered = new Map<string, CryptoKey>();

/** A public key for verification. Rejects for bytes that are none. */
export async function verifyingKey(use: 'Ed25519' | DsaName, publicKey: Uint8Array): Promise<CryptoKey> {
  const place = `${use} ${publicKey.toHex()}`;
  const known = remembered.get(place);
  if (known) return known;
  const format = use === 'Ed25519' ? 'raw' : 'raw-public';
  const key = await subtle.importKey(format, own(publicKey), use, false, ['verify']);
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(place, key);
  return key;
}

/**
 * The parts of the provider that browsers have natively, 20 to 70 times as fast as script. Each one is used only after
 * it has given known answers. Ed25519 is in ed25519.ts.
 */
import { malformed, ProtocolError, unauthentic } from '../protocol/errors.ts';
import type { Provider, SecretKey } from '../protocol/provider.ts';
import { type DsaName, type KemName, suiteOf } from '../protocol/suite.ts';
import { isCanonicalCoordinate } from '../protocol/x25519-input.ts';
import { hold, keyOf, need, own, subtle, unshared, verifyingKey } from './keys.ts';

async function derive(secret: SecretKey, publicKey: Uint8Array): Promise<Uint8Array> {
  const [ours, theirs] = await Promise.all([
    keyOf('X25519', secret),
    subtle.importKey('raw', own(publicKey), 'X25519', false, []),
  ]);
  return new Uint8Array(await subtle.deriveBits({ name: 'X25519', public: theirs }, ours, 256));
}

export const agreement: Pick<Provider, 'x25519' | 'x25519PublicKey'> = {
  async x25519PublicKey(secret) {
    const key = await subtle.getPublicKey(await keyOf('X25519', secret), []);
    return new Uint8Array(await subtle.exportKey('raw', key));
  },
  async x25519(secret, publicKey) {
    if (secret instanceof Uint8Array) need(secret, 32);
    need(publicKey, 32);
    if (!isCanonicalCoordinate(publicKey)) throw unauthentic();
    try {
      return await derive(secret, publicKey);
    } catch {
      // WebCrypto refuses a shared secret of zeros: a point of low order.
      throw unauthentic();
    }
  },
};

function kemOf(suite: number): KemName {
  const { kem } = suiteOf(suite);
  if (kem === null) throw new ProtocolError('E_SUITE', `suite ${suite} has no key encapsulation`);
  return kem;
}
/** Bytes of an encapsulation key and of a ciphertext (FIPS 203, table 3). */
const kemBytes = (suite: number): { readonly key: number; readonly ciphertext: number } =>
  kemOf(suite) === 'ML-KEM-768' ? { key: 1184, ciphertext: 1088 } : { key: 1568, ciphertext: 1568 };
const kemKey = (suite: number, seed: Uint8Array): Promise<CryptoKey> =>
  subtle.importKey('raw-seed', own(seed), kemOf(suite), false, ['decapsulateBits']);

export const encapsulation: Pick<Provider, 'mlKemKeyPair' | 'mlKemEncapsulate' | 'mlKemDecapsulate'> = {
  async mlKemKeyPair(suite, seed) {
    need(seed, 64);
    const key = await subtle.getPublicKey(await kemKey(suite, seed), ['encapsulateBits']);
    return { publicKey: new Uint8Array(await subtle.exportKey('raw-public', key)) };
  },
  // The browser brings randomness of its own; the one that is handed in is for implementations that have none.
  async mlKemEncapsulate(suite, publicKey, randomness) {
    need(publicKey, kemBytes(suite).key);
    need(randomness, 32);
    let key: CryptoKey;
    try {
      key = await subtle.importKey('raw-public', own(publicKey), kemOf(suite), false, ['encapsulateBits']);
    } catch {
      // The modulus check of FIPS 203, 7.2.
      throw unauthentic();
    }
    const { ciphertext, sharedKey } = await subtle.encapsulateBits(kemOf(suite), key);
    return { ciphertext: new Uint8Array(ciphertext), sharedSecret: new Uint8Array(sharedKey) };
  },
  async mlKemDecapsulate(suite, seed, ciphertext) {
    need(seed, 64);
    need(ciphertext, kemBytes(suite).ciphertext);
    const key = await kemKey(suite, seed);
    return new Uint8Array(await subtle.decapsulateBits(kemOf(suite), key, own(ciphertext)));
  },
};

function dsaOf(suite: number): DsaName {
  const { dsa } = suiteOf(suite);
  if (dsa === null) throw new ProtocolError('E_SUITE', `suite ${suite} has no post-quantum signature`);
  return dsa;
}
/** FIPS 204: the context's length stands in one byte. */
const MAX_CONTEXT_BYTES = 255;

export const signatures: Pick<Provider, 'mlDsaPublicKey' | 'mlDsaSign' | 'mlDsaVerify'> = {
  async mlDsaPublicKey(suite, seed) {
    need(seed, 32);
    const key = await subtle.getPublicKey(await hold(dsaOf(suite), seed), ['verify']);
    return new Uint8Array(await subtle.exportKey('raw-public', key));
  },
  // Hedged by the browser's own randomness.
  async mlDsaSign(suite, seed, message, context, randomness) {
    need(randomness, 32);
    if (context.length > MAX_CONTEXT_BYTES) throw malformed('a signature context above 255 bytes');
    if (seed instanceof Uint8Array) need(seed, 32);
    const name = dsaOf(suite);
    const algorithm = { name, context: own(context) };
    return new Uint8Array(await subtle.sign(algorithm, await keyOf(name, seed), own(message)));
  },
  async mlDsaVerify(suite, publicKey, message, context, signature) {
    if (context.length > MAX_CONTEXT_BYTES) return false;
    const name = dsaOf(suite);
    try {
      const key = await verifyingKey(name, publicKey);
      const algorithm = { name, context: own(context) };
      return await subtle.verify(algorithm, key, own(signature), own(message));
    } catch {
      return false;
    }
  },
};

const aesKey = (key: Uint8Array, usage: KeyUsage): Promise<CryptoKey> =>
  subtle.importKey('raw', own(key), 'AES-GCM', false, [usage]);

export const sealing: Pick<Provider, 'sha256' | 'aesGcmSeal' | 'aesGcmOpen'> = {
  async sha256(bytes) {
    return new Uint8Array(await crypto.subtle.digest('SHA-256', unshared(bytes)));
  },
  async aesGcmSeal(key, nonce, plaintext, associated) {
    need(key, 32);
    need(nonce, 12);
    const algorithm = { name: 'AES-GCM', iv: own(nonce), additionalData: own(associated) };
    return new Uint8Array(await subtle.encrypt(algorithm, await aesKey(key, 'encrypt'), unshared(plaintext)));
  },
  async aesGcmOpen(key, nonce, ciphertext, associated) {
    need(key, 32);
    need(nonce, 12);
    const algorithm = { name: 'AES-GCM', iv: own(nonce), additionalData: own(associated) };
    const opener = await aesKey(key, 'decrypt');
    try {
      return new Uint8Array(await subtle.decrypt(algorithm, opener, unshared(ciphertext)));
    } catch {
      throw unauthentic();
    }
  },
};

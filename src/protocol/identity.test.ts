import { describe, expect, test } from 'bun:test';
import { ed25519 } from '@noble/curves/ed25519.js';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import { concat, utf8 } from './codec.ts';
import { hash } from './hash.ts';
import {
  createSigningKeyPair,
  fingerprint,
  prepareSigner,
  signHybrid,
  signingKeyPairFromSecret,
  verifyHybrid,
} from './identity.ts';
import { noble } from './noble.ts';
import { simulatedCrypto } from './simulation/crypto.ts';
import { refusal } from './simulation/refused.ts';

const crypto = simulatedCrypto('identity', { now: 0 }, noble);
const pair = await createSigningKeyPair(crypto);
const stranger = await createSigningKeyPair(crypto);
const message = utf8('a message');
const signature = await signHybrid(crypto, pair, 'devcert', message);
const other = await signHybrid(crypto, stranger, 'devcert', message);
const verify = (with_: Partial<{ key: Uint8Array; message: Uint8Array; signature: Uint8Array }>) =>
  verifyHybrid(
    crypto,
    with_.key ?? pair.publicKey,
    'devcert',
    with_.message ?? message,
    with_.signature ?? signature,
  );

describe('hybrid signatures', () => {
  test('verify, and have their sizes', async () => {
    expect(await verify({})).toBe(true);
    expect([pair.publicKey.length, pair.secret.length, signature.length]).toEqual([1984, 64, 3373]);
  });

  test('are Ed25519(M) || ML-DSA-65(M, context = label) over M = lp(label) || H(keys) || H(message)', () => {
    const label = utf8('sotto/2/sig/devcert');
    const signed = concat(Uint8Array.of(0, 0, 0, label.length), label, hash(pair.publicKey), hash(message));
    expect(ed25519.verify(signature.subarray(0, 64), signed, pair.publicKey.subarray(0, 32))).toBe(true);
    expect(
      ml_dsa65.verify(signature.subarray(64), signed, pair.publicKey.subarray(32), {
        context: utf8('devcert'),
      }),
    ).toBe(true);
  });

  test('hold for one label, message and key', async () => {
    expect(await verifyHybrid(crypto, pair.publicKey, 'pop', message, signature)).toBe(false);
    expect(await verify({ message: utf8('another') })).toBe(false);
    expect(await verify({ key: stranger.publicKey })).toBe(false);
  });

  test('need both halves of the same signer [R36]', async () => {
    const ed = signature.subarray(0, 64);
    const ml = signature.subarray(64);
    expect(await verify({ signature: concat(ed, other.subarray(64)) })).toBe(false);
    expect(await verify({ signature: concat(other.subarray(0, 64), ml) })).toBe(false);
    // A key made of two people's halves is a third key, under which neither signature verifies.
    const mixed = concat(pair.publicKey.subarray(0, 32), stranger.publicKey.subarray(32));
    expect(await verify({ key: mixed, signature: concat(ed, other.subarray(64)) })).toBe(false);
  });

  test('fail when stripped, reordered, cut, longer, or with any bit changed [R36]', async () => {
    const ed = signature.subarray(0, 64);
    const ml = signature.subarray(64);
    for (const wrong of [
      new Uint8Array(),
      ed,
      ml,
      concat(ml, ed),
      concat(ed, new Uint8Array(3309)),
      concat(new Uint8Array(64), ml),
      signature.subarray(0, -1),
      concat(signature, Uint8Array.of(0)),
    ])
      expect(await verify({ signature: wrong })).toBe(false);
    for (const at of [0, 31, 63, 64, 100, 3000, 3372])
      expect(await verify({ signature: signature.with(at, (signature[at] ?? 0) ^ 1) })).toBe(false);
    for (const length of [0, 32, 1952, 1983, 1985])
      expect(await verify({ key: new Uint8Array(length) })).toBe(false);
  });

  test('check lengths before any arithmetic [R41]', async () => {
    const fails = async (): Promise<never> => {
      throw new Error('asked the provider');
    };
    const provider = { ...noble, ed25519Verify: fails, mlDsaVerify: fails };
    expect(await verifyHybrid({ provider }, pair.publicKey, 'msg', message, signature.subarray(1))).toBe(
      false,
    );
    expect(await verifyHybrid({ provider }, pair.publicKey.subarray(1), 'msg', message, signature)).toBe(
      false,
    );
  });

  test('over the same message differ: they are hedged', async () => {
    const again = await signHybrid(crypto, pair, 'devcert', message);
    expect(again.subarray(0, 64)).toEqual(signature.subarray(0, 64));
    expect(again.subarray(64)).not.toEqual(signature.subarray(64));
    expect(await verify({ signature: again })).toBe(true);
  });
});

describe('key pairs', () => {
  test('come back from their secret', async () => {
    expect((await signingKeyPairFromSecret(crypto, pair.secret)).publicKey).toEqual(pair.publicKey);
    for (const length of [0, 32, 63, 65])
      await expect(signingKeyPairFromSecret(crypto, new Uint8Array(length))).rejects.toMatchObject({
        code: 'E_FORMAT',
      });
  });

  test('take every byte of their secret from the random source [R14]', async () => {
    const asked: number[] = [];
    const random = (length: number) => {
      asked.push(length);
      return crypto.random(length);
    };
    const made = await createSigningKeyPair({ ...crypto, random });
    expect(asked).toEqual([64]);
    expect(made.secret.subarray(0, 32)).not.toEqual(made.secret.subarray(32));
  });

  test('have a fingerprint over both halves', () => {
    expect(fingerprint(pair.publicKey)).toEqual(hash(pair.publicKey));
  });
});

describe('what is remembered', () => {
  test('a fingerprint is of the bytes as they are, and nobody can spoil it', () => {
    const key = pair.publicKey.slice();
    fingerprint(key).fill(0);
    expect(fingerprint(key)).toEqual(hash(pair.publicKey));
    key[1983] = (key[1983] ?? 0) ^ 1;
    expect(fingerprint(key)).toEqual(hash(key));
    expect(fingerprint(pair.publicKey)).toEqual(hash(pair.publicKey));
  });

  test('more keys than are remembered have their own fingerprints', () => {
    for (let i = 0; i < 600; i++) {
      const key = new Uint8Array(1984).fill(i % 256);
      key[5] = i >> 8;
      expect(fingerprint(key)).toEqual(hash(key));
    }
  });
});

describe('a prepared signer', () => {
  test('signs as the pair does, for its own suite only', async () => {
    const signer = await prepareSigner(crypto, pair);
    expect(await verify({ signature: await signHybrid(crypto, signer, 'devcert', message) })).toBe(true);
    expect(await refusal(signHybrid(crypto, signer, 'devcert', message, 3))).toBe('E_FORMAT');
  });
});

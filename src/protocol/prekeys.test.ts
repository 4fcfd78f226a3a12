import { describe, expect, test } from 'bun:test';
import { CLOCK_TOLERANCE_MS } from './certificate.ts';
import { concat } from './codec.ts';
import { hash } from './hash.ts';
import { createSigningKeyPair, SIGNATURE_BYTES, signHybrid } from './identity.ts';
import { leafHash } from './merkle.ts';
import { noble } from './noble.ts';
import {
  createPrekeyBatch,
  createSignedPrekey,
  decodePrekeyBatch,
  decodeSignedPrekey,
  MAX_BATCH,
  prekeyBatchRecord,
  prekeyPath,
  prekeyRootRecord,
  SIGNED_PREKEY_MAX_AGE_MS,
  verifyOneTimePrekey,
  verifySignedPrekey,
} from './prekeys.ts';
import { simulatedCrypto } from './simulation/crypto.ts';

const now = 1_800_000_000_000;
const crypto = simulatedCrypto('prekeys', { now }, noble);
const dik = await createSigningKeyPair(crypto);
const stranger = await createSigningKeyPair(crypto);
const signingKey = dik.publicKey;
const flip = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, (bytes[at] ?? 0) ^ 1);

describe('a signed prekey', async () => {
  const { signed, secret } = await createSignedPrekey(crypto, dik, 7);
  const refused = (bytes: Uint8Array, code: string, over: object = {}) =>
    expect(verifySignedPrekey(crypto, bytes, { signingKey, now, ...over })).rejects.toMatchObject({ code });

  test('verifies, and its secret is the other half', async () => {
    const { prekey, hash: statementHash } = await verifySignedPrekey(crypto, signed, { signingKey, now });
    expect([prekey.id, prekey.created, secret.id, secret.created]).toEqual([7, now, 7, now]);
    expect(await noble.x25519PublicKey(secret.x25519)).toEqual(prekey.x25519);
    expect((await noble.mlKemKeyPair(2, secret.kem)).publicKey).toEqual(prekey.kem);
    expect([secret.x25519.length, secret.kem.length]).toEqual([32, 64]);
    expect(statementHash).toEqual(hash(signed.subarray(0, -SIGNATURE_BYTES)));
    expect(decodeSignedPrekey(signed).hash).toEqual(statementHash);
  });

  test('is refused after 30 days, and when it comes from the future', async () => {
    const last = now + SIGNED_PREKEY_MAX_AGE_MS;
    await verifySignedPrekey(crypto, signed, { signingKey, now: last });
    await refused(signed, 'E_STALE', { now: last + 1 });
    await verifySignedPrekey(crypto, signed, { signingKey, now: now - CLOCK_TOLERANCE_MS });
    await refused(signed, 'E_STALE', { now: now - CLOCK_TOLERANCE_MS - 1 });
  });

  test('of another device, or changed anywhere, is refused [R36]', async () => {
    await refused(signed, 'E_AUTH', { signingKey: stranger.publicKey });
    await refused(signed.subarray(0, -SIGNATURE_BYTES), 'E_FORMAT');
    await refused(signed.subarray(1), 'E_FORMAT');
    for (let at = 0; at < signed.length; at += 113)
      await expect(verifySignedPrekey(crypto, flip(signed, at), { signingKey, now })).rejects.toMatchObject({
        code: expect.stringMatching(/^E_(?:FORMAT|AUTH|STALE)$/),
      });
  });

  test('has an id of four bytes', async () => {
    await expect(createSignedPrekey(crypto, dik, 2 ** 32)).rejects.toMatchObject({ code: 'E_FORMAT' });
  });
});

describe('a batch of one-time prekeys', async () => {
  const size = 11;
  const { batch, secrets } = await createPrekeyBatch(crypto, dik, 100, size);
  const { root, leaves, ids } = decodePrekeyBatch(batch);
  const serve = (index: number) => ({
    leaf: leaves[index] ?? new Uint8Array(),
    path: prekeyPath(leaves, index),
    index,
    size,
    root,
  });
  const refused = (served: ReturnType<typeof serve>, code: string, key = signingKey) =>
    expect(verifyOneTimePrekey(crypto, served, { signingKey: key })).rejects.toMatchObject({ code });

  test('serves each leaf by itself, under one signature', async () => {
    expect(ids).toEqual(Array.from({ length: size }, (_, i) => 100 + i));
    for (let index = 0; index < size; index++) {
      const secret = secrets[index];
      if (!secret) throw new Error('no secret');
      const prekey = await verifyOneTimePrekey(crypto, serve(index), { signingKey });
      expect([prekey.id, secret.id]).toEqual([100 + index, 100 + index]);
      expect(await noble.x25519PublicKey(secret.x25519)).toEqual(prekey.x25519);
      expect((await noble.mlKemKeyPair(2, secret.kem)).publicKey).toEqual(prekey.kem);
      expect(prekey.leafHash).toEqual(leafHash(hash, serve(index).leaf));
    }
  });

  test('does not vouch for another leaf, place, size, root or device', async () => {
    const good = serve(4);
    await refused({ ...good, leaf: serve(5).leaf }, 'E_AUTH');
    await refused({ ...good, leaf: flip(good.leaf, good.leaf.length - 1) }, 'E_AUTH');
    await refused({ ...good, leaf: good.leaf.subarray(1) }, 'E_FORMAT');
    await refused({ ...good, index: 5 }, 'E_AUTH');
    await refused({ ...good, size: 12 }, 'E_AUTH');
    await refused({ ...good, path: good.path.slice(1) }, 'E_AUTH');
    await refused({ ...good, path: good.path.map((each) => flip(each, 0)) }, 'E_AUTH');
    await refused({ ...good, root: flip(root, root.length - 1) }, 'E_AUTH');
    await refused({ ...good, root: root.subarray(0, -SIGNATURE_BYTES) }, 'E_FORMAT');
    await refused(good, 'E_AUTH', stranger.publicKey);
  });

  test('is checked up to the root before any signature [R41]', async () => {
    const fails = async (): Promise<never> => {
      throw new Error('asked the provider');
    };
    const provider = { ...noble, ed25519Verify: fails, mlDsaVerify: fails };
    const served = { ...serve(4), leaf: serve(5).leaf };
    await expect(verifyOneTimePrekey({ provider }, served, { signingKey })).rejects.toMatchObject({
      code: 'E_AUTH',
    });
  });

  test('with an overlong root is refused, even when it is signed', async () => {
    const [leaf] = leaves;
    if (!leaf) throw new Error('no leaf');
    const encoded = prekeyRootRecord.encode({
      size: MAX_BATCH + 1,
      root: leafHash(hash, leaf),
      created: now,
    });
    const signed = concat(encoded, await signHybrid(crypto, dik, 'otp', encoded));
    await refused({ leaf, path: [], index: 0, size: MAX_BATCH + 1, root: signed }, 'E_AUTH');
  });

  test('whose leaves do not make its root is no batch', () => {
    const format = (bytes: Uint8Array) => expect(() => decodePrekeyBatch(bytes)).toThrow('E_FORMAT');
    const [first] = leaves;
    if (!first) throw new Error('no leaf');
    format(prekeyBatchRecord.encode({ root, leaves: leaves.slice(1) }));
    format(prekeyBatchRecord.encode({ root, leaves: leaves.toReversed() }));
    format(prekeyBatchRecord.encode({ root, leaves: leaves.with(1, first) }));
    format(prekeyBatchRecord.encode({ root, leaves: [] }));
    format(batch.subarray(0, -1));
    format(concat(batch, Uint8Array.of(0)));
    format(new Uint8Array());
  });

  test('holds 1 to 100', async () => {
    for (const count of [0, -1, 1.5, MAX_BATCH + 1])
      await expect(createPrekeyBatch(crypto, dik, 1, count)).rejects.toMatchObject({ code: 'E_LIMIT' });
    const one = decodePrekeyBatch((await createPrekeyBatch(crypto, dik, 1, 1)).batch);
    expect(prekeyPath(one.leaves, 0)).toEqual([]);
    expect(() => prekeyPath(one.leaves, 1)).toThrow('E_FORMAT');
  });

  test('takes every secret at full length from the random source [R14]', async () => {
    const asked: number[] = [];
    const random = (length: number) => {
      asked.push(length);
      return crypto.random(length);
    };
    await createPrekeyBatch({ ...crypto, random }, dik, 1, 2);
    // Two pairs, then the hedging of the signature.
    expect(asked).toEqual([32, 64, 32, 64, 32]);
  });
});

test('a signed prekey and a batch’s root do not stand for each other [R3]', async () => {
  const { signed } = await createSignedPrekey(crypto, dik, 1);
  const { batch } = await createPrekeyBatch(crypto, dik, 1, 1);
  const { root, leaves } = decodePrekeyBatch(batch);
  expect(() => decodeSignedPrekey(root)).toThrow('E_FORMAT');
  const [leaf] = leaves;
  if (!leaf) throw new Error('no leaf');
  await expect(
    verifyOneTimePrekey(crypto, { leaf, path: [], index: 0, size: 1, root: signed }, { signingKey }),
  ).rejects.toMatchObject({ code: 'E_FORMAT' });
});

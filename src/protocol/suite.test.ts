import { expect, test } from 'bun:test';
import { utf8 } from './codec.ts';
import { hkdfBytes, kdf, suiteHash } from './hash.ts';
import { createSigningKeyPair, signHybrid, signingSizes, verifyHybrid } from './identity.ts';
import { noble } from './noble.ts';
import { simulatedCrypto } from './simulation/crypto.ts';
import { ACTIVE_SUITE, describeSuite, liveSuite, negotiate, SUITE_FLOOR, SUITES } from './suite.ts';

test('one suite is live, one decodes exports, one is reserved', () => {
  expect(SUITES.map(({ id, status }) => [id, status])).toEqual([
    [1, 'export'],
    [2, 'active'],
    [3, 'reserved'],
  ]);
  expect([ACTIVE_SUITE, SUITE_FLOOR]).toEqual([2, 2]);
  expect(liveSuite(2).id).toBe(2);
  for (const id of [0, 1, 3, 4, 65_535, Number.NaN]) expect(() => liveSuite(id)).toThrow('E_SUITE');
});

test('the strings are those that people and exports see', () => {
  expect(describeSuite(1)).toEqual({
    crypto_version: 'v1',
    encryption_algorithm: 'ECDH-AES256-GCM (X25519)',
    kdf_algorithm: 'HKDF-SHA256',
    signatures: ['Ed25519'],
  });
  expect(describeSuite(2)).toEqual({
    crypto_version: 'v2',
    encryption_algorithm: 'X25519-ML-KEM-768-AES256-GCM',
    kdf_algorithm: 'HKDF-SHA3-256',
    signatures: ['Ed25519', 'ML-DSA-65'],
  });
  expect(describeSuite(3).encryption_algorithm).toBe('X25519-ML-KEM-1024-AES256-GCM');
  expect(() => describeSuite(9)).toThrow('E_SUITE');
});

test('the highest suite that both have, never one below the floor, and no way back [R36]', () => {
  expect(negotiate([2], [2], 0)).toBe(2);
  expect(negotiate([2], [1, 2], 2)).toBe(2);
  // A peer may be ahead of us.
  expect(negotiate([2], [2, 3], 3)).toBe(2);
  // Nobody speaks suite 3 yet, whatever a certificate says.
  expect(negotiate([2, 3], [2, 3], 0)).toBe(2);
  expect(() => negotiate([1, 2], [1], 0)).toThrow('E_SUITE');
  expect(() => negotiate([2], [], 0)).toThrow('E_SUITE');
  expect(() => negotiate([2, 3], [3], 0)).toThrow('E_SUITE');
  expect(() => negotiate([2], [2], 3)).toThrow('E_SUITE');
});

test('every row works without a line of its own: keys, signatures, encapsulation, derivation', async () => {
  const crypto = simulatedCrypto('suites', { now: 0 }, noble);
  for (const { id, dsa, kem } of SUITES) {
    const pair = await createSigningKeyPair(crypto, id);
    const signature = await signHybrid(crypto, pair, 'msg', utf8('m'), id);
    expect([pair.publicKey.length, pair.secret.length, signature.length]).toEqual([
      signingSizes(id).publicKey,
      signingSizes(id).secret,
      signingSizes(id).signature,
    ]);
    expect(await verifyHybrid(crypto, pair.publicKey, 'msg', utf8('m'), signature, id)).toBe(true);
    expect(await verifyHybrid(crypto, pair.publicKey, 'msg', utf8('n'), signature, id)).toBe(false);
    for (const other of SUITES)
      if (other.id !== id)
        expect(await verifyHybrid(crypto, pair.publicKey, 'msg', utf8('m'), signature, other.id)).toBe(false);
    expect(dsa === null).toBe(signature.length === 64);
    expect(suiteHash(id, utf8('m')).length).toBe(32);
    if (kem === null) continue;
    const seed = crypto.random(64);
    const { publicKey } = await noble.mlKemKeyPair(id, seed);
    const { ciphertext, sharedSecret } = await noble.mlKemEncapsulate(id, publicKey, crypto.random(32));
    expect(await noble.mlKemDecapsulate(id, seed, ciphertext)).toEqual(sharedSecret);
  }
});

test('keys of different suites, labels, contexts, salts and inputs have nothing in common', () => {
  const input = { suite: 2, ikm: utf8('i'), salt: utf8('s'), label: 'l', context: utf8('c'), length: 32 };
  const keys = [
    kdf(input),
    kdf({ ...input, suite: 1 }),
    kdf({ ...input, suite: 3 }),
    kdf({ ...input, label: 'lc' }),
    kdf({ ...input, label: 'lc', context: new Uint8Array() }),
    kdf({ ...input, context: utf8('d') }),
    kdf({ ...input, salt: utf8('t') }),
    kdf({ ...input, ikm: utf8('j') }),
  ];
  expect(new Set(keys.map((key) => key.toHex())).size).toBe(keys.length);
  const { suite: _, ...withoutSuite } = input;
  expect(kdf(withoutSuite)).toEqual(kdf(input));
});

test('KDF is HKDF with info = lp("sotto/2/" + label) || u16be(suite) || lp(context)', () => {
  for (const { id, kdfHash } of SUITES) {
    const info = Uint8Array.fromHex(`0000000c736f74746f2f322f726f6f74000${id}0000000401020304`);
    const [ikm, salt, context] = [utf8('ikm'), utf8('salt'), Uint8Array.of(1, 2, 3, 4)];
    expect(kdf({ suite: id, ikm, salt, label: 'root', context, length: 64 })).toEqual(
      hkdfBytes(kdfHash, ikm, salt, info, 64),
    );
  }
});

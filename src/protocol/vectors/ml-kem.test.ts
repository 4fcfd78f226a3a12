import { describe, expect, test } from 'bun:test';
import { type Acvp, haveVectors, hex, loadVectors, type Wycheproof } from '../../../test/support/vectors.ts';
import { ProtocolError } from '../errors.ts';
import { decapsulateExpanded, expandKemSeed, noble } from '../noble.ts';
import { SUITES } from '../suite.ts';

const suiteFor = (parameterSet: string): number | null =>
  SUITES.find(({ kem }) => kem === parameterSet)?.id ?? null;

/** Groups of parameter sets that a suite has; says how many cases the others are. */
function known<G extends { readonly parameterSet: string; readonly tests: readonly unknown[] }>(
  groups: readonly G[],
): readonly (readonly [suite: number, group: G])[] {
  const skipped = groups.filter(({ parameterSet }) => suiteFor(parameterSet) === null);
  const cases = skipped.reduce((sum, { tests }) => sum + tests.length, 0);
  if (cases > 0)
    console.log(`${cases} cases skipped: no suite has ${[...new Set(skipped.map((g) => g.parameterSet))]}`);
  return groups.flatMap((group) => {
    const suite = suiteFor(group.parameterSet);
    return suite === null ? [] : [[suite, group] as const];
  });
}

describe.skipIf(!haveVectors())('ML-KEM, known answers', () => {
  test('ACVP key generation', async () => {
    const { testGroups } =
      loadVectors<Acvp<object, { z: string; d: string; ek: string; dk: string }>>('acvp_mlkem_keygen.json');
    let cases = 0;
    for (const [suite, { tests }] of known(testGroups))
      for (const { d, z, ek, dk } of tests) {
        const seed = hex(d + z);
        expect((await noble.mlKemKeyPair(suite, seed)).publicKey).toEqual(hex(ek));
        expect(expandKemSeed(suite, seed).secretKey).toEqual(hex(dk));
        cases++;
      }
    expect(cases).toBeGreaterThan(0);
  });

  test('ACVP encapsulation and decapsulation', async () => {
    const { testGroups } = loadVectors<
      Acvp<{ function: string; dk?: string }, { ek?: string; dk?: string; m?: string; c: string; k: string }>
    >('acvp_mlkem_encapdecap.json');
    let cases = 0;
    for (const [suite, group] of known(testGroups))
      for (const { ek, m, c, k, dk } of group.tests) {
        if (ek !== undefined && m !== undefined) {
          const { ciphertext, sharedSecret } = await noble.mlKemEncapsulate(suite, hex(ek), hex(m));
          expect(ciphertext).toEqual(hex(c));
          expect(sharedSecret).toEqual(hex(k));
        }
        expect(decapsulateExpanded(suite, hex(dk ?? group.dk ?? ''), hex(c))).toEqual(hex(k));
        cases++;
      }
    expect(cases).toBeGreaterThan(0);
  });

  test('Wycheproof key generation', async () => {
    const { testGroups } = loadVectors<
      Wycheproof<{ parameterSet: string }, { seed: string; ek: string; dk: string }>
    >('wycheproof_mlkem_768_keygen_seed_test.json');
    for (const [suite, { tests }] of known(testGroups))
      for (const { seed, ek, dk } of tests) {
        expect((await noble.mlKemKeyPair(suite, hex(seed))).publicKey).toEqual(hex(ek));
        expect(expandKemSeed(suite, hex(seed)).secretKey).toEqual(hex(dk));
      }
  });

  test('Wycheproof decapsulation from the seed, with wrong lengths', async () => {
    const { testGroups, numberOfTests } = loadVectors<
      Wycheproof<{ parameterSet: string }, { seed: string; ek?: string; c: string; K: string }>
    >('wycheproof_mlkem_768_test.json');
    let cases = 0;
    for (const [suite, { tests }] of known(testGroups))
      for (const { seed, ek, c, K, result, tcId } of tests) {
        const shared = await noble.mlKemDecapsulate(suite, hex(seed), hex(c)).catch((error: unknown) => {
          expect(error).toBeInstanceOf(ProtocolError);
          return null;
        });
        expect([tcId, shared?.toHex() ?? 'refused']).toEqual([tcId, result === 'valid' ? K : 'refused']);
        if (result === 'valid' && ek !== undefined)
          expect((await noble.mlKemKeyPair(suite, hex(seed))).publicKey).toEqual(hex(ek));
        cases++;
      }
    expect(cases).toBe(numberOfTests);
  });
});

describe('ML-KEM, what FIPS 203 has refused', () => {
  const seed = new Uint8Array(64).fill(7);
  const randomness = new Uint8Array(32).fill(8);

  test('an encapsulation key with a coefficient that is not reduced', async () => {
    for (const { id, kem } of SUITES) {
      if (kem === null) continue;
      const { publicKey } = await noble.mlKemKeyPair(id, seed);
      // 3329 = q, in the first 12 bits; then 4095.
      for (const [low, high] of [
        [0x01, 0x0d],
        [0xff, 0x0f],
      ] as const) {
        const bad = publicKey.slice();
        bad[0] = low;
        bad[1] = ((bad[1] ?? 0) & 0xf0) | high;
        await expect(noble.mlKemEncapsulate(id, bad, randomness)).rejects.toMatchObject({ code: 'E_AUTH' });
      }
      const highest = publicKey.slice();
      highest[0] = 0x00;
      highest[1] = ((highest[1] ?? 0) & 0xf0) | 0x0d;
      expect((await noble.mlKemEncapsulate(id, highest, randomness)).sharedSecret.length).toBe(32);
    }
  });

  test('a decapsulation key whose hash is of another key', async () => {
    for (const { id, kem } of SUITES) {
      if (kem === null) continue;
      const { secretKey, publicKey } = expandKemSeed(id, seed);
      const { ciphertext, sharedSecret } = await noble.mlKemEncapsulate(id, publicKey, randomness);
      expect(decapsulateExpanded(id, secretKey, ciphertext)).toEqual(sharedSecret);
      for (const at of [secretKey.length - 40, secretKey.length - 100]) {
        const bad = secretKey.slice();
        bad[at] = (bad[at] ?? 0) ^ 1;
        expect(() => decapsulateExpanded(id, bad, ciphertext)).toThrow('hold together');
      }
    }
  });

  test('keys, ciphertexts, seeds and randomness of other lengths', async () => {
    const { publicKey } = await noble.mlKemKeyPair(2, seed);
    const { ciphertext } = await noble.mlKemEncapsulate(2, publicKey, randomness);
    const format = { code: 'E_FORMAT' };
    for (const wrong of [
      new Uint8Array(0),
      publicKey.subarray(1),
      new Uint8Array(1185),
      new Uint8Array(1568),
    ])
      await expect(noble.mlKemEncapsulate(2, wrong, randomness)).rejects.toMatchObject(format);
    for (const wrong of [new Uint8Array(0), ciphertext.subarray(1), new Uint8Array(1089)])
      await expect(noble.mlKemDecapsulate(2, seed, wrong)).rejects.toMatchObject(format);
    for (const length of [0, 31, 33, 63, 65]) {
      await expect(noble.mlKemKeyPair(2, new Uint8Array(length))).rejects.toMatchObject(format);
      await expect(noble.mlKemEncapsulate(2, publicKey, new Uint8Array(length))).rejects.toMatchObject(
        format,
      );
    }
  });

  test('a changed ciphertext gives another secret and no error [R42]', async () => {
    const { publicKey } = await noble.mlKemKeyPair(2, seed);
    const { ciphertext, sharedSecret } = await noble.mlKemEncapsulate(2, publicKey, randomness);
    ciphertext[100] = (ciphertext[100] ?? 0) ^ 1;
    const other = await noble.mlKemDecapsulate(2, seed, ciphertext);
    expect(other.length).toBe(32);
    expect(other).not.toEqual(sharedSecret);
  });

  test('a suite without a KEM', async () => {
    await expect(noble.mlKemKeyPair(1, seed)).rejects.toMatchObject({ code: 'E_SUITE' });
  });
});

import { describe, expect, test } from 'bun:test';
import { type Acvp, haveVectors, hex, loadVectors } from '../../../test/support/vectors.ts';
import { utf8 } from '../codec.ts';
import { expandDsaSeed, noble, verifyFormatted } from '../noble.ts';
import { SUITES } from '../suite.ts';

const suiteFor = (parameterSet: string): number | undefined =>
  SUITES.find(({ dsa }) => dsa === parameterSet)?.id;

describe.skipIf(!haveVectors())('ML-DSA, known answers', () => {
  test('ACVP key generation', async () => {
    const { testGroups } =
      loadVectors<Acvp<object, { seed: string; pk: string; sk: string }>>('acvp_mldsa_keygen.json');
    let cases = 0;
    let skipped = 0;
    for (const { parameterSet, tests } of testGroups)
      for (const { seed, pk, sk } of tests) {
        const suite = suiteFor(parameterSet);
        if (suite === undefined) {
          skipped++;
          continue;
        }
        expect(await noble.mlDsaPublicKey(suite, hex(seed))).toEqual(hex(pk));
        expect(expandDsaSeed(suite, hex(seed)).secretKey).toEqual(hex(sk));
        cases++;
      }
    console.log(`${skipped} cases skipped: no suite has ML-DSA-44`);
    expect(cases).toBeGreaterThan(0);
  });

  test('ACVP verification, with hints, norms, messages and signatures that are wrong', () => {
    const { testGroups } =
      loadVectors<
        Acvp<{ pk: string }, { testPassed: boolean; message: string; signature: string; reason: string }>
      >('acvp_mldsa_sigver.json');
    const verdicts = { true: 0, false: 0 };
    for (const { parameterSet, pk, tests } of testGroups) {
      const suite = suiteFor(parameterSet);
      if (suite === undefined) continue;
      for (const { tcId, message, signature, testPassed, reason } of tests) {
        const verdict = verifyFormatted(suite, hex(pk), hex(message), hex(signature));
        expect([tcId, reason, verdict]).toEqual([tcId, reason, testPassed]);
        verdicts[`${verdict}`]++;
      }
    }
    expect(verdicts.true).toBeGreaterThan(0);
    expect(verdicts.false).toBeGreaterThan(0);
  });
});

describe('ML-DSA', () => {
  const seed = new Uint8Array(32).fill(3);
  const message = utf8('a message');
  const context = utf8('devcert');
  const random = new Uint8Array(32).fill(4);

  for (const { id, dsa } of SUITES) {
    if (dsa === null) continue;
    test(`${dsa} signs for one message, context and key`, async () => {
      const publicKey = await noble.mlDsaPublicKey(id, seed);
      const signature = await noble.mlDsaSign(id, seed, message, context, random);
      const verify = (over: Partial<Record<'publicKey' | 'message' | 'context' | 'signature', Uint8Array>>) =>
        noble.mlDsaVerify(
          id,
          over.publicKey ?? publicKey,
          over.message ?? message,
          over.context ?? context,
          over.signature ?? signature,
        );
      expect(await verify({})).toBe(true);
      expect(await verify({ message: utf8('another') })).toBe(false);
      expect(await verify({ context: utf8('pop') })).toBe(false);
      expect(await verify({ context: new Uint8Array() })).toBe(false);
      // The context and the message do not run into each other.
      expect(await verify({ context: utf8('devcer'), message: utf8('ta message') })).toBe(false);
      expect(await verify({ publicKey: await noble.mlDsaPublicKey(id, random) })).toBe(false);
      for (const wrong of [signature.subarray(1), new Uint8Array(signature.length), new Uint8Array()])
        expect(await verify({ signature: wrong })).toBe(false);
      expect(await verify({ publicKey: publicKey.subarray(1) })).toBe(false);
      expect(await verify({ context: new Uint8Array(256) })).toBe(false);
    });
  }

  test('is hedged with the randomness it is given, and deterministic with zeros', async () => {
    const sign = (randomness: Uint8Array) => noble.mlDsaSign(2, seed, message, context, randomness);
    const [one, other] = [await sign(random), await sign(new Uint8Array(32).fill(5))];
    expect(one).not.toEqual(other);
    expect(await sign(random)).toEqual(one);
    await expect(sign(new Uint8Array(31))).rejects.toMatchObject({ code: 'E_FORMAT' });
    await expect(noble.mlDsaSign(2, new Uint8Array(31), message, context, random)).rejects.toMatchObject({
      code: 'E_FORMAT',
    });
    await expect(noble.mlDsaSign(2, seed, message, new Uint8Array(256), random)).rejects.toMatchObject({
      code: 'E_FORMAT',
    });
  });
});

/** The browser's own primitives give noble's bytes, verdicts and refusals, for known answers and for random inputs. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { type Acvp, haveVectors, loadVectors, type Wycheproof } from '../support/vectors.ts';
import { type BlankPage, serveModule } from './support/blank-page.ts';
import { launchBrowser } from './support/browser.ts';
import type { Case } from './support/provider-module.ts';

type Tested = typeof import('./support/provider-module.ts');

let blank: BlankPage;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  blank = await serveModule('test/browser/support/provider-module.ts');
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.goto(blank.url);
  await page.waitForFunction(() => 'tested' in globalThis);
});
afterAll(async () => {
  await browser.close();
  await blank.stop();
});

/** Runs the cases in the page; fails on a difference. Gives how noble's outcomes are spread. */
async function agreed(cases: readonly Case[]): Promise<Readonly<Record<string, number>>> {
  const compared = await page.evaluate(
    (all) => (globalThis as unknown as { tested: Tested }).tested.compare(all),
    cases,
  );
  expect(compared.differences).toEqual([]);
  expect(compared.name).toBe('native');
  return compared.tally;
}

const SUITES = { 'ML-KEM-768': 2, 'ML-KEM-1024': 3, 'ML-DSA-65': 2, 'ML-DSA-87': 3 } as const;
const suiteOf = (set: string): 2 | 3 | null =>
  set === 'ML-KEM-768' || set === 'ML-KEM-1024' || set === 'ML-DSA-65' || set === 'ML-DSA-87'
    ? SUITES[set]
    : null;

describe.skipIf(!haveVectors())('known answers', () => {
  test('Wycheproof X25519, low order and second encodings among them [R26]', async () => {
    const { testGroups, numberOfTests } = loadVectors<
      Wycheproof<object, { public: string; private: string }>
    >('wycheproof_x25519_test.json');
    const cases = testGroups.flatMap(({ tests }) =>
      tests.map((each): Case => ({ call: 'x25519', args: [each.private, each.public] })),
    );
    const tally = await agreed(cases);
    expect(cases.length).toBe(numberOfTests);
    expect(tally.E_AUTH).toBeGreaterThan(20);
    expect(tally.bytes).toBeGreaterThan(400);
  });

  test('all CCTV and Wycheproof Ed25519 cases have the strict verdict [R27]', async () => {
    const cctv = loadVectors<readonly { key: string; sig: string; msg: string }[]>('cctv_ed25519.json');
    const { testGroups } = loadVectors<
      Wycheproof<{ publicKey: { pk: string } }, { msg: string; sig: string }>
    >('wycheproof_ed25519_test.json');
    const verify = (key: string, message: string, signature: string): Case => ({
      call: 'ed25519Verify',
      args: [key, message, signature],
    });
    const tally = await agreed(
      cctv.map(({ key, msg, sig }) => verify(key, Buffer.from(msg).toString('hex'), sig)),
    );
    expect(tally).toEqual({ true: 212, false: 702 });
    const wycheproof = testGroups.flatMap(({ publicKey, tests }) =>
      tests.map(({ msg, sig }) => verify(publicKey.pk, msg, sig)),
    );
    expect((await agreed(wycheproof)).true).toBeGreaterThan(50);
  });

  test('ACVP and Wycheproof ML-KEM from seeds, with ciphertexts of wrong lengths', async () => {
    const keys = loadVectors<Acvp<object, { z: string; d: string }>>('acvp_mlkem_keygen.json');
    const keyCases = keys.testGroups.flatMap(({ parameterSet, tests }) => {
      const suite = suiteOf(parameterSet);
      return suite === null
        ? []
        : tests.map(({ d, z }): Case => ({ call: 'mlKemKeyPair', args: [suite, d + z] }));
    });
    expect((await agreed(keyCases)).bytes).toBe(50);
    const { testGroups, numberOfTests } = loadVectors<
      Wycheproof<{ parameterSet: string }, { seed: string; c: string }>
    >('wycheproof_mlkem_768_test.json');
    const tally = await agreed(
      testGroups.flatMap(({ tests }) =>
        tests.map(({ seed, c }): Case => ({ call: 'mlKemDecapsulate', args: [2, seed, c] })),
      ),
    );
    expect((tally.bytes ?? 0) + (tally.E_FORMAT ?? 0)).toBe(numberOfTests);
    expect(tally.E_FORMAT).toBeGreaterThan(0);
  });

  test('ACVP ML-DSA keys from seeds', async () => {
    const { testGroups } = loadVectors<Acvp<object, { seed: string }>>('acvp_mldsa_keygen.json');
    const cases = testGroups.flatMap(({ parameterSet, tests }) => {
      const suite = suiteOf(parameterSet);
      return suite === null
        ? []
        : tests.map(({ seed }): Case => ({ call: 'mlDsaPublicKey', args: [suite, seed] }));
    });
    expect((await agreed(cases)).bytes).toBe(50);
  });

  test('Wycheproof AES-GCM, with keys, nonces and tags of other sizes', async () => {
    const { testGroups, numberOfTests } = loadVectors<
      Wycheproof<object, { key: string; iv: string; aad: string; msg: string; ct: string; tag: string }>
    >('wycheproof_aes_gcm_test.json');
    const tests = testGroups.flatMap((group) => group.tests);
    const open = tests.map(
      ({ key, iv, aad, ct, tag }): Case => ({ call: 'aesGcmOpen', args: [key, iv, ct + tag, aad] }),
    );
    const seal = tests.map(
      ({ key, iv, aad, msg }): Case => ({ call: 'aesGcmSeal', args: [key, iv, msg, aad] }),
    );
    expect((await agreed(open)).E_AUTH).toBeGreaterThan(10);
    expect((await agreed(seal)).bytes).toBeGreaterThan(50);
    expect(open.length).toBe(numberOfTests);
  });
});

describe('random inputs', () => {
  const bytes = (...lengths: readonly number[]) =>
    fc
      .constantFrom(...lengths)
      .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }).map((each) => each.toHex()));
  const suite = fc.constantFrom(0, 1, 2, 3, 9);
  const some = <T>(arbitrary: fc.Arbitrary<T>, count = 60): T[] => fc.sample(arbitrary, count);
  /** Mostly the right length, now and then its neighbours. */
  const about = (length: number) => bytes(length, length, length, length, 0, length - 1, length + 1);

  test('X25519', async () => {
    const low = [
      '00'.repeat(32),
      `01${'00'.repeat(31)}`,
      `ec${'ff'.repeat(30)}7f`,
      `ed${'ff'.repeat(30)}7f`,
      'ff'.repeat(32),
    ];
    const publicKey = fc.oneof(
      { weight: 4, arbitrary: about(32) },
      { weight: 1, arbitrary: fc.constantFrom(...low) },
    );
    const tally = await agreed([
      ...some(fc.tuple(about(32), publicKey), 200).map((args): Case => ({ call: 'x25519', args })),
      ...some(about(32)).map((secret): Case => ({ call: 'x25519PublicKey', args: [secret] })),
    ]);
    expect(Object.keys(tally).sort()).toEqual(['E_AUTH', 'E_FORMAT', 'bytes']);
  });

  test('Ed25519 signs the same bytes, and takes and refuses the same signatures', async () => {
    await agreed([
      ...some(fc.tuple(about(32), bytes(0, 1, 64, 5000))).map(
        (args): Case => ({ call: 'ed25519Sign', args }),
      ),
      ...some(about(32), 20).map((seed): Case => ({ call: 'ed25519PublicKey', args: [seed] })),
      ...some(fc.tuple(about(32), bytes(0, 40), about(64))).map(
        (args): Case => ({ call: 'ed25519Verify', args }),
      ),
    ]);
  });

  test('ML-KEM: keys, and ciphertexts that are for another key or of no length [R42]', async () => {
    const tally = await agreed([
      ...some(fc.tuple(suite, about(64))).map((args): Case => ({ call: 'mlKemKeyPair', args })),
      ...some(fc.tuple(suite, about(64), bytes(0, 1087, 1088, 1088, 1089, 1568)), 120).map(
        (args): Case => ({ call: 'mlKemDecapsulate', args }),
      ),
    ]);
    expect(Object.keys(tally).sort()).toEqual(['E_FORMAT', 'E_SUITE', 'bytes']);
  });

  test('ML-DSA: keys, and rubbish for signatures', async () => {
    const verification = fc.tuple(
      suite,
      bytes(0, 1951, 1952, 2592),
      bytes(0, 70),
      bytes(0, 3, 255, 256),
      bytes(0, 3309, 4627),
    );
    const tally = await agreed([
      ...some(fc.tuple(suite, about(32)), 40).map((args): Case => ({ call: 'mlDsaPublicKey', args })),
      ...some(verification).map((args): Case => ({ call: 'mlDsaVerify', args })),
    ]);
    expect(tally.false).toBeGreaterThan(0);
    expect(tally.E_SUITE).toBeGreaterThan(0);
  });

  test('AES-GCM, empty and large', async () => {
    const associated = bytes(0, 1, 300);
    const tally = await agreed([
      ...some(fc.tuple(about(32), about(12), bytes(0, 1, 15, 16, 17, 4096), associated), 120).map(
        (args): Case => ({ call: 'aesGcmSeal', args }),
      ),
      ...some(fc.tuple(about(32), about(12), bytes(0, 15, 16, 17, 90), associated)).map(
        (args): Case => ({ call: 'aesGcmOpen', args }),
      ),
      ...some(fc.tuple(bytes(32), bytes(12), bytes(0, 77_269, 1_048_576), associated), 6).map(
        (args): Case => ({ call: 'aesGcmSeal', args }),
      ),
    ]);
    expect(Object.keys(tally).sort()).toEqual(['E_AUTH', 'E_FORMAT', 'bytes']);
  });
});

test('what one seals, signs or encapsulates, the other opens, verifies and decapsulates, prepared or not', async () => {
  const failed = await page.evaluate(async () => {
    const { chooseProvider, noble } = (globalThis as unknown as { tested: Tested }).tested;
    const native = await chooseProvider(() => Promise.reject(new Error('not needed')));
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const wrong: string[] = [];
    const check = (what: string, holds: boolean) => holds || wrong.push(what);
    for (const suite of [2, 3])
      for (const [a, b] of [
        [native, noble],
        [noble, native],
      ] as const)
        for (let round = 0; round < 8; round++) {
          const what = `${a.name} to ${b.name}, suite ${suite}`;
          const seed = random(64);
          const { publicKey } = await a.mlKemKeyPair(suite, seed);
          const { ciphertext, sharedSecret } = await a.mlKemEncapsulate(suite, publicKey, random(32));
          const opened = await b.mlKemDecapsulate(suite, seed, ciphertext);
          check(`${what}: ML-KEM`, opened.toHex() === sharedSecret.toHex());
          const [dsaSeed, edSeed, text, context] = [
            random(32),
            random(32),
            random(round * 31),
            random(round),
          ];
          const use = suite === 2 ? 'ML-DSA-65' : 'ML-DSA-87';
          for (const secret of [dsaSeed, (await a.prepare?.(use, dsaSeed)) ?? dsaSeed]) {
            const signature = await a.mlDsaSign(suite, secret, text, context, random(32));
            const key = await b.mlDsaPublicKey(suite, dsaSeed);
            check(`${what}: ML-DSA`, await b.mlDsaVerify(suite, key, text, context, signature));
            const flipped = signature.with(9, (signature[9] ?? 0) ^ 1);
            check(`${what}: ML-DSA, flipped`, !(await b.mlDsaVerify(suite, key, text, context, flipped)));
            check(`${what}: context`, !(await b.mlDsaVerify(suite, key, text, random(9), signature)));
          }
          const prepared = (await a.prepare?.('Ed25519', edSeed)) ?? edSeed;
          const signature = await a.ed25519Sign(prepared, text);
          check(`${what}: Ed25519`, signature.toHex() === (await b.ed25519Sign(edSeed, text)).toHex());
          check(`${what}: verdict`, await b.ed25519Verify(await a.ed25519PublicKey(edSeed), text, signature));
          const ours = (await a.prepare?.('X25519', edSeed)) ?? edSeed;
          check(
            `${what}: X25519`,
            (await a.x25519PublicKey(ours)).toHex() === (await b.x25519PublicKey(edSeed)).toHex(),
          );
        }
    return wrong;
  });
  expect(failed).toEqual([]);
});

test('randomness, keys and contexts of other lengths are refused alike', async () => {
  const [native, theirs] = await page.evaluate(async () => {
    const { chooseProvider, noble, outcome } = (globalThis as unknown as { tested: Tested }).tested;
    const chosen = await chooseProvider(() => Promise.reject(new Error('not needed')));
    const zeros = (length: number) => new Uint8Array(length);
    const refusals: string[][] = [];
    for (const provider of [chosen, noble]) {
      const sign = (suite: number, seed: number, context: number, randomness: number) =>
        outcome(() => provider.mlDsaSign(suite, zeros(seed), zeros(1), zeros(context), zeros(randomness)));
      const encapsulate = (suite: number, key: Uint8Array, randomness: number) =>
        outcome(() => provider.mlKemEncapsulate(suite, key, zeros(randomness)));
      refusals.push([
        await sign(2, 31, 0, 32),
        await sign(2, 32, 256, 32),
        await sign(2, 32, 0, 31),
        await sign(1, 32, 0, 32),
        await encapsulate(2, zeros(1183), 32),
        await encapsulate(2, zeros(1184).fill(0xff), 32),
        await encapsulate(2, zeros(1184), 31),
        await encapsulate(1, zeros(1184), 32),
        await encapsulate(3, zeros(1184), 32),
      ]);
    }
    return refusals;
  });
  expect(native).toEqual(theirs);
  expect(native).toEqual([
    'E_FORMAT',
    'E_FORMAT',
    'E_FORMAT',
    'E_SUITE',
    'E_FORMAT',
    'E_AUTH',
    'E_FORMAT',
    'E_SUITE',
    'E_FORMAT',
  ]);
});

/** The browser's own primitives, chosen part by part, against noble. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Browser, Page } from 'playwright-core';
import { type BlankPage, serveModule } from './support/blank-page.ts';
import { launchBrowser } from './support/browser.ts';

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

test('Chromium has every part, and each gives what noble gives', async () => {
  const seen = await page.evaluate(async () => {
    const { chooseProvider, noble } = (globalThis as unknown as { tested: Tested }).tested;
    const native = await chooseProvider(() => Promise.reject(new Error('not needed')));
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const same = (a: Uint8Array, b: Uint8Array) => a.toHex() === b.toHex();
    const failure = (running: Promise<unknown>) =>
      running.then(
        () => 'none',
        (error) => error.code,
      );
    const results: boolean[] = [];
    for (let round = 0; round < 20; round++) {
      const [a, b, seed, dsaSeed] = [random(32), random(32), random(64), random(32)];
      const [keyA, keyB] = [await native.x25519PublicKey(a), await noble.x25519PublicKey(b)];
      results.push(same(await native.x25519(a, keyB), await noble.x25519(b, keyA)));
      const { publicKey: kem } = await native.mlKemKeyPair(2, seed);
      const there = await native.mlKemEncapsulate(2, kem, random(32));
      const back = await noble.mlKemEncapsulate(2, kem, random(32));
      results.push(same(await noble.mlKemDecapsulate(2, seed, there.ciphertext), there.sharedSecret));
      results.push(same(await native.mlKemDecapsulate(2, seed, back.ciphertext), back.sharedSecret));
      const dsa = await native.mlDsaPublicKey(2, dsaSeed);
      const [text, context] = [random(round * 7), random(round)];
      const ours = await native.mlDsaSign(2, dsaSeed, text, context, random(32));
      const theirs = await noble.mlDsaSign(2, dsaSeed, text, context, random(32));
      results.push(await noble.mlDsaVerify(2, dsa, text, context, ours));
      results.push(await native.mlDsaVerify(2, dsa, text, context, theirs));
      const [key, nonce, aad] = [random(32), random(12), random(round)];
      const sealed = await native.aesGcmSeal(key, nonce, text, aad);
      results.push(same(sealed, await noble.aesGcmSeal(key, nonce, text, aad)));
      results.push(same(await native.aesGcmOpen(key, nonce, sealed, aad), text));
    }
    const lowOrder = new Uint8Array(32);
    const notCanonical = new Uint8Array(32).fill(0xff);
    return {
      name: native.name,
      results: results.every(Boolean),
      count: results.length,
      refusals: [
        await failure(native.x25519(random(32), lowOrder)),
        await failure(native.x25519(random(32), notCanonical)),
        await failure(native.x25519(random(31), lowOrder)),
        await failure(native.mlKemEncapsulate(2, notCanonical, random(32))),
        await failure(native.mlKemEncapsulate(2, new Uint8Array(1184).fill(0xff), random(32))),
        await failure(native.mlKemDecapsulate(2, random(64), random(12))),
        await failure(native.aesGcmOpen(random(32), random(12), random(40), random(1))),
        await failure(native.aesGcmOpen(random(32), random(12), random(4), random(1))),
        await failure(native.mlDsaPublicKey(2, random(3))),
      ],
      verdicts: [
        await native.mlDsaVerify(2, random(12), random(1), random(1), random(12)),
        await native.mlDsaVerify(
          2,
          await native.mlDsaPublicKey(2, random(32)),
          random(1),
          random(1),
          random(3309),
        ),
      ],
    };
  });
  expect(seen).toEqual({
    name: 'native',
    results: true,
    count: 140,
    refusals: [
      'E_AUTH',
      'E_AUTH',
      'E_FORMAT',
      'E_FORMAT',
      'E_AUTH',
      'E_FORMAT',
      'E_AUTH',
      'E_AUTH',
      'E_FORMAT',
    ],
    verdicts: [false, false],
  });
});

const ALL = ['agreement', 'encapsulation', 'signatures', 'sealing', 'edwards'] as const;

/** What the browser does wrong, and the part that must not be used then. */
const FAULTS: readonly (readonly [fault: string, part: (typeof ALL)[number]])[] = [
  ['X25519 agrees on something else', 'agreement'],
  ['X25519 is unknown', 'agreement'],
  ['ML-KEM-768 decapsulates something else', 'encapsulation'],
  ['ML-KEM-768 is unknown', 'encapsulation'],
  ['ML-DSA-65 verifies everything', 'signatures'],
  ['ML-DSA-65 is unknown', 'signatures'],
  ['AES-GCM seals something else', 'sealing'],
  ['AES-GCM opens everything', 'sealing'],
  ['Ed25519 signs something else', 'edwards'],
  ['Ed25519 is unknown', 'edwards'],
];

test.each(FAULTS)('%s: noble serves for %s, and for nothing else', async (fault, part) => {
  const chosen = await page.evaluate(async (wrong) => {
    const { chooseProvider, noble, parts, outcome } = (globalThis as unknown as { tested: Tested }).tested;
    const [algorithm = ''] = wrong.split(' ');
    const { prototype } = SubtleCrypto;
    const { importKey, deriveBits, encrypt, decrypt, sign, verify } = prototype;
    const decapsulate: unknown = Reflect.get(prototype, 'decapsulateBits');
    const nameOf = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && 'name' in value ? value.name : value;
    /** The original for every other algorithm. */
    const faulty = (original: unknown, at: number, answer: () => unknown) =>
      function (this: SubtleCrypto, ...args: unknown[]) {
        if (nameOf(args[at]) === algorithm) return Promise.resolve().then(answer);
        if (typeof original !== 'function') throw new TypeError('no such method');
        return Reflect.apply(original, this, args);
      };
    const junk = (length: number) => () => new Uint8Array(length).fill(7).buffer;
    const refuse = () => {
      throw new DOMException('Unrecognized name', 'NotSupportedError');
    };
    if (wrong.endsWith('unknown')) Object.assign(prototype, { importKey: faulty(importKey, 2, refuse) });
    else if (algorithm === 'X25519')
      Object.assign(prototype, { deriveBits: faulty(deriveBits, 0, junk(32)) });
    else if (algorithm === 'ML-KEM-768')
      Object.assign(prototype, { decapsulateBits: faulty(decapsulate, 0, junk(32)) });
    else if (algorithm === 'ML-DSA-65') Object.assign(prototype, { verify: faulty(verify, 0, () => true) });
    else if (algorithm === 'Ed25519') Object.assign(prototype, { sign: faulty(sign, 0, junk(64)) });
    else if (wrong.includes('opens')) Object.assign(prototype, { decrypt: faulty(decrypt, 0, junk(16)) });
    else Object.assign(prototype, { encrypt: faulty(encrypt, 0, junk(32)) });
    const provider = await chooseProvider(async () => noble).finally(() =>
      Object.assign(prototype, {
        importKey,
        deriveBits,
        encrypt,
        decrypt,
        sign,
        verify,
        decapsulateBits: decapsulate,
      }),
    );
    const used = Object.entries(parts)
      .filter(([name, each]) =>
        Object.entries(each).every(([call, own]) =>
          // Each provider has an Ed25519 of its own, which knows its judge.
          name === 'edwards'
            ? Reflect.get(provider, call) !== Reflect.get(noble, call)
            : Reflect.get(provider, call) === own,
        ),
      )
      .map(([name]) => name);
    const noblesOwn = Object.entries(parts)
      .filter(([, each]) =>
        Object.keys(each).every((call) => Reflect.get(provider, call) === Reflect.get(noble, call)),
      )
      .map(([name]) => name);
    const seed = new Uint8Array(32).fill(5);
    const { prepare } = provider;
    const secret = (await prepare?.('ML-DSA-65', seed)) ?? seed;
    const signed = await outcome(() => provider.mlDsaSign(2, secret, seed, seed, seed));
    return { name: provider.name, used, noblesOwn, holds: provider.holds === true, signs: signed.length };
  }, fault);
  expect(chosen).toEqual({
    name: 'native 4/5, noble',
    used: ALL.filter((each) => each !== part),
    noblesOwn: [part],
    // Secrets that nobody reads out need all three that work with them.
    holds: part === 'encapsulation' || part === 'sealing',
    signs: 3309 * 2,
  });
});

test('a signature that is not plainly right is judged by noble, and is wrong where noble cannot be had [R27]', async () => {
  const seen = await page.evaluate(async () => {
    const { chooseProvider, noble } = (globalThis as unknown as { tested: Tested }).tested;
    let asked = 0;
    const judged = await chooseProvider(() => {
      asked++;
      return Promise.resolve(noble);
    });
    const alone = await chooseProvider(() => Promise.reject(new Error('away')));
    const [seed, text] = [crypto.getRandomValues(new Uint8Array(32)), new Uint8Array(5)];
    const key = await judged.ed25519PublicKey(seed);
    const signature = await judged.ed25519Sign(seed, text);
    const right = [
      await judged.ed25519Verify(key, text, signature),
      await alone.ed25519Verify(key, text, signature),
    ];
    const before = asked;
    const flipped = signature.with(0, (signature[0] ?? 0) ^ 1);
    const wrong = [
      await judged.ed25519Verify(key, text, flipped),
      await judged.ed25519Verify(new Uint8Array(32), text, signature),
      await alone.ed25519Verify(key, text, flipped),
      await alone.ed25519Verify(new Uint8Array(32), text, signature),
    ];
    return { right, wrong, before, after: asked };
  });
  expect(seen).toEqual({ right: [true, true], wrong: [false, false, false, false], before: 0, after: 1 });
});

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

test('a part that gives a wrong answer is not used', async () => {
  const name = await page.evaluate(async () => {
    const { chooseProvider, noble } = (globalThis as unknown as { tested: Tested }).tested;
    const { encrypt } = crypto.subtle;
    SubtleCrypto.prototype.encrypt = async () => new ArrayBuffer(80);
    try {
      return (await chooseProvider(async () => noble)).name;
    } finally {
      SubtleCrypto.prototype.encrypt = encrypt;
    }
  });
  expect(name).toBe('native 4/5, noble');
});

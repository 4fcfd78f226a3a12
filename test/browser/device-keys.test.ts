/** The device's long-term secrets as keys that a script in the page can use and not carry off. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Browser, Page } from 'playwright-core';
import { type BlankPage, serveModule } from './support/blank-page.ts';
import { launchBrowser } from './support/browser.ts';

type Tested = typeof import('./support/device-keys-module.ts');

let blank: BlankPage;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  blank = await serveModule('test/browser/support/device-keys-module.ts');
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.goto(blank.url);
  await page.waitForFunction(() => 'tested' in globalThis);
});
afterAll(async () => {
  await browser.close();
  await blank.stop();
});

test('[R40] a new device keeps no seeds, its keys work after a reload, and no script exports them', async () => {
  const seen = await page.evaluate(async () => {
    const { createPlace, enrol, look, openUnlockedStorage, works, carryOff } = (
      globalThis as unknown as { tested: Tested }
    ).tested;
    const place = await createPlace();
    await enrol(place);
    const wiped = [...place.made.signing, ...place.made.agreement].every((byte) => byte === 0);
    const storage = await openUnlockedStorage(place.account);
    const usable = storage !== null && (await works(storage, place));
    return { wiped, usable, ...(await look(place.account)), taken: await carryOff(place.account) };
  });
  expect(seen).toEqual({ wiped: true, usable: true, seeds: false, held: true, sealed: true, taken: [] });
});

test('signing out takes the keys off the disk, and opening the vault brings them back', async () => {
  const seen = await page.evaluate(async () => {
    const { createPlace, enrol, look, lockStorage, openStorage, openUnlockedStorage, works } = (
      globalThis as unknown as { tested: Tested }
    ).tested;
    const place = await createPlace();
    await enrol(place);
    await lockStorage(place.account);
    const signedOut = await look(place.account);
    const locked = (await openUnlockedStorage(place.account)) === null;
    const resumed = await openStorage(place.vault);
    const usable = await works(resumed, place);
    await resumed.close();
    return { signedOut, locked, usable, resumed: await look(place.account) };
  });
  expect(seen).toEqual({
    signedOut: { seeds: false, held: false, sealed: true },
    locked: true,
    usable: true,
    resumed: { seeds: false, held: true, sealed: true },
  });
});

test('seeds of an earlier release stay until the vault is opened, and then become keys', async () => {
  const seen = await page.evaluate(async () => {
    const { createPlace, enrolWithSeeds, look, openStorage, openUnlockedStorage, works } = (
      globalThis as unknown as { tested: Tested }
    ).tested;
    const place = await createPlace();
    await enrolWithSeeds(place);
    const before = await openUnlockedStorage(place.account);
    const usable = before !== null && (await works(before, place));
    await before?.close();
    const kept = await look(place.account);
    const opened = await openStorage(place.vault);
    const usableNow = await works(opened, place);
    await opened.close();
    return { usable, kept, usableNow, after: await look(place.account) };
  });
  expect(seen).toEqual({
    usable: true,
    kept: { seeds: true, held: false, sealed: false },
    usableNow: true,
    after: { seeds: false, held: true, sealed: true },
  });
});

test('[R40] where keys cannot be stored, or what is read back is another key, the seeds stay', async () => {
  const seen = await page.evaluate(async () => {
    const { createPlace, enrol, look, openUnlockedStorage, works } = (
      globalThis as unknown as { tested: Tested }
    ).tested;
    const { put } = IDBObjectStore.prototype;
    const { importKey } = SubtleCrypto.prototype;
    const after = async (place: Awaited<ReturnType<typeof createPlace>>) => {
      const storage = await openUnlockedStorage(place.account);
      return { usable: storage !== null && (await works(storage, place)), ...(await look(place.account)) };
    };
    const [first, second] = [await createPlace(), await createPlace()];
    IDBObjectStore.prototype.put = function (value, ...rest) {
      if (typeof value === 'object' && 'agreement' in value) throw new DOMException('no', 'DataCloneError');
      return put.call(this, value, ...rest);
    };
    await enrol(first).finally(() => {
      IDBObjectStore.prototype.put = put;
    });
    const refused = await after(first);
    // The lattice key of another seed: what a browser would store whose clone loses something.
    SubtleCrypto.prototype.importKey = function (...args: unknown[]) {
      if (args[0] === 'raw-seed' && args[2] === 'ML-DSA-65') args[1] = new Uint8Array(32);
      return Reflect.apply(importKey, this, args);
    };
    await enrol(second).finally(() => {
      SubtleCrypto.prototype.importKey = importKey;
    });
    const swapped = await after(second);
    return { refused, swapped };
  });
  const seeds = { usable: true, seeds: true, held: false, sealed: true };
  expect(seen).toEqual({ refused: seeds, swapped: seeds });
});

test('[R40] keys that fail after signing in again cost no device: the sealed seeds are still there', async () => {
  const seen = await page.evaluate(async () => {
    const { createPlace, enrol, look, lockStorage, openStorage, works } = (
      globalThis as unknown as { tested: Tested }
    ).tested;
    const place = await createPlace();
    await enrol(place);
    await lockStorage(place.account);
    const { importKey } = SubtleCrypto.prototype;
    SubtleCrypto.prototype.importKey = function (...args: unknown[]) {
      if (args[0] === 'raw-seed' && args[2] === 'ML-DSA-65') args[1] = new Uint8Array(32);
      return Reflect.apply(importKey, this, args);
    };
    const storage = await openStorage(place.vault);
    const { commit } = storage;
    // The page dies before the seeds are stored.
    const died = { ...storage, commit: () => Promise.reject(new Error('closed')) };
    const first = await works(died, place).catch(() => false);
    SubtleCrypto.prototype.importKey = importKey;
    const between = await look(place.account);
    const later = await works({ ...storage, commit }, place);
    return { first, between, later, after: await look(place.account) };
  });
  expect(seen).toEqual({
    first: false,
    between: { seeds: false, held: false, sealed: true },
    later: true,
    after: { seeds: false, held: true, sealed: true },
  });
});

test('a browser that lost what holding keys takes gets its seeds back from the open vault', async () => {
  const seen = await page.evaluate(async () => {
    const { createPlace, look, openKnown, openWithoutHolding, random, storeNewDevice, works } = (
      globalThis as unknown as { tested: Tested }
    ).tested;
    const place = await createPlace();
    const localKey = random(32);
    const first = await openKnown(place.account, localKey);
    await storeNewDevice(first, place.made);
    await first.close();
    const before = await look(place.account);
    const later = await openWithoutHolding(place.account, localKey);
    const usable = await works(later, place);
    return { before, usable, seeds: (await look(place.account)).seeds };
  });
  expect(seen).toEqual({ before: { seeds: false, held: true, sealed: true }, usable: true, seeds: true });
});

test('a device that is forgotten leaves neither keys nor seeds', async () => {
  const seen = await page.evaluate(async () => {
    const { createPlace, enrol, forgetDevice, look, openUnlockedStorage } = (
      globalThis as unknown as { tested: Tested }
    ).tested;
    const place = await createPlace();
    await enrol(place);
    const storage = await openUnlockedStorage(place.account);
    if (storage) await forgetDevice(storage);
    return look(place.account);
  });
  expect(seen).toEqual({ seeds: false, held: false, sealed: false });
});

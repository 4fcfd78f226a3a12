/** The Storage port on IndexedDB: sealed at rest, bound to its place, whole or not at all. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import type { Browser } from 'playwright-core';
import type { AccountId } from '../../src/contract/ids.ts';
import { type BlankPage, serveModule } from './support/blank-page.ts';
import { launchBrowser, openPerson, type Person } from './support/browser.ts';

type Tested = typeof import('./support/storage-module.ts');
declare global {
  var tested: Tested;
  var opened: Awaited<ReturnType<Tested['openStore']>>;
}

let blank: BlankPage;
let browser: Browser;
let person: Person;
const ACCOUNT = '0123456789abcdef0123456789abcdef' as AccountId;

beforeAll(async () => {
  blank = await serveModule('test/browser/support/storage-module.ts');
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await blank.stop();
});
beforeEach(async () => {
  await person?.context.close();
  person = await openPerson(browser);
  await open();
});

/** Loads the page and opens the storage there as `globalThis.opened`. */
async function open(): Promise<void> {
  await person.page.goto(blank.url);
  await person.page.waitForFunction(() => 'tested' in globalThis);
  await person.page.evaluate(async (account) => {
    globalThis.opened = await globalThis.tested.openStore(account);
  }, ACCOUNT);
}

test('gives back what was committed, after a reload too, and nothing of it lies in the clear', async () => {
  await person.page.evaluate(async () => {
    const { storage, bytes } = globalThis.opened;
    await storage.commit([
      { store: 'history', key: 'c/1', value: bytes('soup at one') },
      { store: 'meta', key: 'self', value: bytes('me') },
    ]);
  });
  await open();
  const found = await person.page.evaluate(async () => {
    const { storage, database, text } = globalThis.opened;
    const raw = await new Promise<Uint8Array>((resolve) => {
      const request = database.transaction('history').objectStore('history').get('c/1');
      request.onsuccess = () => resolve(request.result);
    });
    return {
      value: text(await storage.get('history', 'c/1')),
      self: text(await storage.get('meta', 'self')),
      missing: await storage.get('history', 'c/2'),
      raw: new TextDecoder('latin1').decode(raw),
    };
  });
  expect(found).toMatchObject({ value: 'soup at one', self: 'me', missing: null });
  expect(found.raw).not.toContain('soup');
});

test('the key cannot be read out, and without it nothing can', async () => {
  const result = await person.page.evaluate(async () => {
    const { storage, bytes, key, database } = globalThis.opened;
    await storage.commit([{ store: 'meta', key: 'a', value: bytes('x') }]);
    const exported = await crypto.subtle.exportKey('raw', key).then(
      () => 'read',
      (error) => error.name,
    );
    await globalThis.tested.deleteLocalKey(database);
    const left = await globalThis.tested.readLocalKey(database);
    const other = await globalThis.tested.importLocalKey(new Uint8Array(32));
    const opened = await globalThis.tested
      .createStorage(database, other)
      .get('meta', 'a')
      .then(
        () => 'read',
        (error) => error.name,
      );
    return { exported, left, opened };
  });
  expect(result).toEqual({ exported: 'InvalidAccessError', left: null, opened: 'OperationError' });
});

test('a record that is changed, renamed or moved to another store does not open', async () => {
  const results = await person.page.evaluate(async () => {
    const { storage, database, bytes } = globalThis.opened;
    await storage.commit([{ store: 'meta', key: 'a', value: bytes('first') }]);
    const record = await new Promise<Uint8Array>((resolve) => {
      const request = database.transaction('meta').objectStore('meta').get('a');
      request.onsuccess = () => resolve(request.result);
    });
    const put = (store: string, key: string, value: Uint8Array) =>
      new Promise<void>((resolve) => {
        const transaction = database.transaction(store, 'readwrite');
        transaction.objectStore(store).put(value, key);
        transaction.oncomplete = () => resolve();
      });
    const flipped = record.slice();
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    await put('meta', 'b', record);
    await put('peers', 'a', record);
    await put('meta', 'c', flipped);
    const tries = [storage.get('meta', 'b'), storage.get('peers', 'a'), storage.get('meta', 'c')];
    return (await Promise.allSettled(tries)).map(({ status }) => status);
  });
  expect(results).toEqual(['rejected', 'rejected', 'rejected']);
});

test('lists by prefix, from and to a key, backwards, and only so many', async () => {
  const lists = await person.page.evaluate(async () => {
    const { storage, bytes } = globalThis.opened;
    const keys = ['a/1', 'a/2', 'a/3', 'a/4', 'b/1', 'aa'];
    await storage.commit(keys.map((key) => ({ store: 'history', key, value: bytes(key) })));
    const list = async (range: Parameters<typeof storage.list>[1]) =>
      (await storage.list('history', range)).map(([key]) => key).join(' ');
    return [
      await list({ prefix: 'a/' }),
      await list({ prefix: '' }),
      await list({ prefix: 'a/', after: 'a/2' }),
      await list({ prefix: 'a/', before: 'a/3' }),
      await list({ prefix: 'a/', after: 'a/1', before: 'a/4' }),
      await list({ prefix: 'a/', reverse: true, limit: 2 }),
      await list({ prefix: 'a/', reverse: true, before: 'a/3' }),
      await list({ prefix: 'a/', limit: 3 }),
      await list({ prefix: 'c/' }),
      await list({ prefix: 'a/', after: 'a/4' }),
    ];
  });
  expect(lists).toEqual([
    'a/1 a/2 a/3 a/4',
    'a/1 a/2 a/3 a/4 aa b/1',
    'a/3 a/4',
    'a/1 a/2',
    'a/2 a/3',
    'a/4 a/3',
    'a/2 a/1',
    'a/1 a/2 a/3',
    '',
    '',
  ]);
});

test('a commit that cannot be whole leaves nothing, and deletes go with it', async () => {
  const found = await person.page.evaluate(async () => {
    const { storage, bytes, text } = globalThis.opened;
    await storage.commit([{ store: 'meta', key: 'old', value: bytes('stays') }]);
    const failed = await storage
      .commit([
        { store: 'meta', key: 'old', value: null },
        { store: 'meta', key: 'new', value: bytes('x') },
        { store: 'nowhere' as 'meta', key: 'k', value: bytes('x') },
      ])
      .then(
        () => false,
        () => true,
      );
    const before = [text(await storage.get('meta', 'old')), text(await storage.get('meta', 'new'))];
    await storage.commit([
      { store: 'meta', key: 'old', value: null },
      { store: 'outbox', key: '1', value: bytes('y') },
    ]);
    return { failed, before, after: await storage.get('meta', 'old') };
  });
  expect(found).toEqual({ failed: true, before: ['stays', null], after: null });
});

test('one operation at a time over two tabs', async () => {
  const second = await person.newPage();
  const first = person.page;
  person = { ...person, page: second };
  await open();
  // Both tabs count in the same record; a lost update would end below the sum.
  const count = () =>
    Promise.all(
      Array.from({ length: 20 }, () =>
        globalThis.opened.storage.exclusive(async () => {
          const { storage, bytes, text } = globalThis.opened;
          const now = Number(text(await storage.get('meta', 'count')) ?? 0);
          await storage.commit([{ store: 'meta', key: 'count', value: bytes(String(now + 1)) }]);
        }),
      ),
    ).then(() => {});
  await Promise.all([first.evaluate(count), second.evaluate(count)]);
  const total = await second.evaluate(async () => {
    const { storage, text } = globalThis.opened;
    return text(await storage.get('meta', 'count'));
  });
  expect(total).toBe('40');
});

test('wiping takes everything, while another connection lets go', async () => {
  const left = await person.page.evaluate(async (account) => {
    const { storage, bytes } = globalThis.opened;
    await storage.commit([{ store: 'meta', key: 'a', value: bytes('x') }]);
    await globalThis.tested.deleteDatabase(account);
    return (await indexedDB.databases()).map(({ name }) => name);
  }, ACCOUNT);
  expect(left).toEqual([]);
});

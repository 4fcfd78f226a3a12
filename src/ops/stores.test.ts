import { expect, test } from 'bun:test';
import { type Blobs, BlobsUnavailable } from '../blobs/blobs.ts';
import { openSqlite } from '../store/sqlite.ts';
import { createLog } from './log.ts';
import { createMeter } from './meter.ts';
import { createStores } from './stores.ts';

function watched() {
  let now = 1_000_000;
  const lines: string[] = [];
  const meter = createMeter();
  const stores = createStores({
    log: createLog(
      'info',
      () => now,
      (line) => lines.push(line),
    ),
    meter,
    clock: () => now,
  });
  const messages = () => lines.map((line) => JSON.parse(line).message);
  return { stores, meter, messages, pass: (ms: number) => (now += ms) };
}

test('a database that is full is said once, and once that it takes what it is given again', async () => {
  const { stores, meter, messages, pass } = watched();
  const db = stores.watchDb(openSqlite(':memory:'));
  await db.write((tx) => tx.run('CREATE TABLE things (bytes BYTEA)'));
  const limit = (pages: number) => db.write((tx) => tx.run(`PRAGMA max_page_count = ${pages}`));
  const put = () => db.write((tx) => tx.run('INSERT INTO things VALUES ($1)', [new Uint8Array(100_000)]));
  await limit(5);
  await expect(put()).rejects.toThrow('SQLITE_FULL');
  await expect(put()).rejects.toThrow('SQLITE_FULL');
  expect(stores.refused()).toMatchObject([{ store: 'database', since: 1_000_000, reason: 'SQLITE_FULL' }]);
  // What is small still fits: that is no end of it.
  await limit(5);
  expect(messages()).toEqual(['cannot store']);
  pass(10_000);
  await limit(10_000);
  await put();
  expect(stores.refused()).toEqual([]);
  expect(messages()).toEqual(['cannot store', 'stores again']);
  expect(await (await meter.registry()).total('storeRefusals', { store: 'database' })).toBe(2);
  await db.close();
});

test('a refusal of the caller is none of the disk', async () => {
  const { stores, messages } = watched();
  const db = stores.watchDb(openSqlite(':memory:'));
  await expect(db.write(() => Promise.reject(new Error('not allowed')))).rejects.toThrow('not allowed');
  expect(stores.refused()).toEqual([]);
  expect(messages()).toEqual([]);
  await db.close();
});

test('files are watched beside the database, and what waits is counted', async () => {
  const { stores, pass } = watched();
  let isFull = true;
  const blobs: Blobs = {
    put: () => (isFull ? Promise.reject(new BlobsUnavailable('ENOSPC')) : Promise.resolve()),
    get: () => Promise.resolve(null),
    remove: () => Promise.resolve(),
    list: () => Promise.resolve([]),
    written: () => Promise.resolve(null),
    direct: () => null,
    free: () => Promise.resolve(null),
  };
  const own = stores.watchBlobs(blobs);
  const key = 'ab'.repeat(16);
  await expect(own.put(key, new Uint8Array(1))).rejects.toThrow(BlobsUnavailable);
  expect(stores.refused()).toMatchObject([{ store: 'files', reason: 'ENOSPC' }]);
  isFull = false;
  pass(10_000);
  // Reading says nothing of whether there is room.
  await own.get(key);
  expect(stores.refused().length).toBe(1);
  await own.put(key, new Uint8Array(1));
  expect(stores.refused()).toEqual([]);

  const db = stores.watchDb(openSqlite(':memory:'));
  const writing = db.write((tx) => tx.get('SELECT 1'));
  expect(stores.waiting).toBe(1);
  await writing;
  expect(stores.waiting).toBe(0);
  await db.close();
});

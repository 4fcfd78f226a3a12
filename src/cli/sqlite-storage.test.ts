/** The folder's storage against the one in memory: the same answers to whatever is asked. */
import { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { MemoryStorage } from '../client/memory-storage.ts';
import { type Change, type Range, STORES, StorageFull } from '../client/ports.ts';
import { Home } from './home.ts';
import { ProcessLock } from './process-lock.ts';
import { SqliteStorage, STORAGE_SCHEMA } from './sqlite-storage.ts';

const root = mkdtempSync(join(tmpdir(), 'sotto-storage-'));
afterAll(() => rmSync(root, { recursive: true }));
let homes = 0;
const newHome = () => Home.open(join(root, String(homes++)));

const store = fc.constantFrom(...STORES);
const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', '0', 'z', '%', '_', "'"), maxLength: 5 });
const value = fc.uint8Array({ maxLength: 20 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ store, key, value }),
  fc.record({ store, key, value: fc.constant(null) }),
);
const range: fc.Arbitrary<Range> = fc.record(
  { prefix: key, before: key, after: key, reverse: fc.boolean(), limit: fc.nat(4) },
  { requiredKeys: ['prefix'] },
);

test('the same as in memory, and still so after opening it again', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 8 }),
      fc.array(fc.tuple(store, range), { maxLength: 8 }),
      async (commits, ranges) => {
        const home = newHome();
        const memory = new MemoryStorage();
        for (const changes of commits) {
          await home.storage.commit(changes);
          await memory.commit(changes);
        }
        home.close();
        const again = Home.open(home.folder);
        for (const [name, asked] of ranges) {
          const found = await again.storage.list(name, asked);
          expect(found).toEqual(await memory.list(name, asked));
          for (const [each, bytes] of found) expect(await again.storage.get(name, each)).toEqual(bytes);
        }
        expect(await again.storage.get('meta', 'never written')).toBeNull();
        again.close();
      },
    ),
    { numRuns: 30 },
  );
}, 60_000);

test('a commit is whole or not there at all', async () => {
  const home = newHome();
  await home.storage.commit([{ store: 'meta', key: 'a', value: new Uint8Array([1]) }]);
  const broken: Change[] = [
    { store: 'meta', key: 'a', value: new Uint8Array([2]) },
    // A table that is not there stands for a disk that fails half-way.
    { ...{ store: 'meta', key: 'b', value: new Uint8Array([3]) }, store: 'nowhere' as 'meta' },
  ];
  await expect(home.storage.commit(broken)).rejects.toThrow();
  expect(await home.storage.get('meta', 'a')).toEqual(new Uint8Array([1]));
  expect(await home.storage.get('meta', 'b')).toBeNull();
  home.close();
});

test('a process that is killed leaves what it committed, in order', async () => {
  const folder = join(root, 'killed');
  Home.open(folder).close();
  const child = Bun.spawn(
    [
      process.execPath,
      '-e',
      `import { Home } from ${JSON.stringify(join(import.meta.dir, 'home.ts'))};
       const { storage } = Home.open(${JSON.stringify(folder)});
       for (let n = 1; ; n++) {
         const value = new Uint8Array([n >> 8, n]);
         await storage.commit([
           { store: 'meta', key: 'count', value },
           { store: 'outbox', key: String(n).padStart(6, '0'), value },
         ]);
         console.log(n);
       }`,
    ],
    { stdout: 'pipe', stderr: 'inherit' },
  );
  const decoder = new TextDecoder();
  const reader = child.stdout.getReader();
  let printed = '';
  while (printed.split('\n').length < 50) {
    const { value: chunk } = await reader.read();
    printed += decoder.decode(chunk, { stream: true });
  }
  child.kill('SIGKILL');
  await child.exited;
  const acknowledged = Number(printed.trimEnd().split('\n').slice(0, -1).at(-1));
  const home = Home.open(folder);
  const [high = 0, low = 0] = (await home.storage.get('meta', 'count')) ?? [];
  const count = high * 256 + low;
  expect(count).toBeGreaterThanOrEqual(acknowledged);
  expect(await home.storage.list('outbox', { prefix: '' })).toHaveLength(count);
  home.close();
}, 30_000);

test('a disk that is full keeps all that was kept, nothing of the commit, and takes it again with room', async () => {
  const folder = mkdtempSync(join(root, 'full-'));
  const db = new Database(join(folder, 'device.sqlite'), { strict: true });
  db.run('PRAGMA journal_mode = WAL');
  db.run(STORAGE_SCHEMA);
  const lock = new ProcessLock(join(folder, 'lock.sqlite'));
  const storage = new SqliteStorage(db, lock);
  const small: Change = { store: 'history', key: 'small', value: new Uint8Array(10) };
  const large: Change = { store: 'history', key: 'large', value: new Uint8Array(64 * 1024) };
  await storage.commit([small]);
  const pages = db.query<{ page_count: number }, []>('PRAGMA page_count').get()?.page_count ?? 0;
  db.run(`PRAGMA max_page_count = ${pages + 4}`);
  const also: Change = { store: 'outbox', key: 'also', value: new Uint8Array(10) };
  await expect(storage.commit([also, large])).rejects.toBeInstanceOf(StorageFull);
  expect(await storage.get('history', 'small')).not.toBeNull();
  expect(await storage.get('outbox', 'also')).toBeNull();
  db.run(`PRAGMA max_page_count = ${pages + 400}`);
  await storage.commit([also, large]);
  expect((await storage.get('history', 'large'))?.length).toBe(64 * 1024);
  lock.close();
  db.close();
});

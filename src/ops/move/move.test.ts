import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPostgresDatabase } from '../../../test/support/database.ts';
import { fillTables } from '../../../test/support/full-tables.ts';
import {
  POSTGRES_PROGRAMS,
  type PostgresServer,
  startPostgres,
} from '../../../test/support/postgres-server.ts';
import { S3_MISSING, startS3 } from '../../../test/support/s3-server.ts';
import type { Blobs } from '../../blobs/blobs.ts';
import { createDiskBlobs } from '../../blobs/disk.ts';
import { createS3Blobs } from '../../blobs/s3.ts';
import { type Db, DbUnavailable, type Tx, type Value } from '../../store/db.ts';
import { migrate } from '../../store/migrate.ts';
import { unmarkAway, whyNotOpened } from '../../store/moves.ts';
import { openPostgres } from '../../store/postgres.ts';
import { openSqlite } from '../../store/sqlite.ts';
import { FILTERS } from './compare.ts';
import { digestOf } from './digest.ts';
import type { End } from './end.ts';
import { compare, move } from './move.ts';
import { MoveRefused } from './refused.ts';
import { pagesOf } from './rows.ts';
import { tablesOfRelease } from './tables.ts';

const NOW = Date.UTC(2026, 10, 22);
const ROWS = 100;
const tables = await tablesOfRelease();
const folder = mkdtempSync(join(tmpdir(), 'sotto-move-'));
afterAll(() => rmSync(folder, { recursive: true }));
const opened: Db[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});

let places = 0;
const newPlace = () => join(folder, String(++places));
const sqlite = (): Db => {
  const db = openSqlite(':memory:');
  opened.push(db);
  return db;
};

async function fullDatabase(rows = ROWS): Promise<Db> {
  const db = sqlite();
  await migrate(db);
  await db.write((tx) => tx.run('DELETE FROM message_numbers'));
  await fillTables(
    db,
    tables.map(({ name }) => name),
    rows,
  );
  await db.write((tx) => tx.run('DELETE FROM file_chunks'));
  return db;
}

const endOf = (
  label: string,
  db: Db,
  blobs: Blobs = createDiskBlobs(newPlace()),
  blobPlace = label,
): End => ({
  label,
  db,
  blobs,
  blobPlace,
  checkQuiet: async () => {},
  close: async () => {},
});

/** What is walked besides the rows is tried with a real server (test/integration/move.test.ts). */
const witnesses = {
  audit: async (db: Db) => ({
    entries: 1_000_000_000,
    head: String((await db.read('SELECT seq FROM audit')).length),
    broken: null,
  }),
  logRoot: async () => '',
};

let moves = 0;
const moved = (
  from: End,
  to: End,
  options: { allowMissing?: boolean; note?: (tx: Tx) => Promise<void> } = {},
) =>
  move({
    from,
    to,
    clock: () => NOW,
    id: `move ${++moves}`,
    witnesses,
    allowMissing: options.allowMissing ?? false,
    note: options.note ?? (async () => {}),
    told: () => {},
  });

const digests = async (db: Db) =>
  Promise.all(
    tables.map(async (table) => ({
      table: table.name,
      ...(await digestOf(db, table, FILTERS[table.name], () => {})),
    })),
  );

/** Its `fails`-th write, and all that follow, do not go through. */
const cutAfter = (db: Db, fails: number): Db => {
  let writes = 0;
  return {
    read: db.read.bind(db),
    write: (change) => (++writes >= fails ? Promise.reject(new DbUnavailable('cut')) : db.write(change)),
    close: db.close.bind(db),
  };
};

test('rows come after those that they name, and every table has a key to go through it by', () => {
  const names = tables.map(({ name }) => name);
  expect(names).toContain('audit');
  expect(names).not.toContain('migrations');
  expect(names.indexOf('accounts')).toBeLessThan(names.indexOf('devices'));
  expect(names.indexOf('files')).toBeLessThan(names.indexOf('file_visits'));
});

test('a table is read in pages of its key, each row once, from any row on', async () => {
  const db = await fullDatabase();
  const table = tables.find(({ name }) => name === 'members') ?? expect.unreachable();
  const all = [];
  for await (const page of pagesOf(db, table)) all.push(...page);
  expect(all.length).toBe(ROWS);
  expect(new Set(all.map((row) => JSON.stringify(row))).size).toBe(ROWS);
  const after = [all[69]?.conversation ?? '', all[69]?.account ?? ''];
  const rest = [];
  for await (const page of pagesOf(db, table, { after })) rest.push(...page);
  expect(rest).toEqual(all.slice(70));
});

test('a digest does not depend on the order, and shows any other value', async () => {
  const db = await fullDatabase(30);
  const table = tables.find(({ name }) => name === 'accounts') ?? expect.unreachable();
  const sum = async () => (await digestOf(db, table, undefined, () => {})).sum;
  const before = await sum();
  for (const change of [
    "name = name || ' '",
    'created_at = created_at + 1',
    "aik = aik || x'00'",
    'erased_at = 1',
  ]) {
    await db.write((tx) => tx.run(`UPDATE accounts SET ${change} WHERE username LIKE $1`, ['%29']));
    expect(await sum()).not.toBe(before);
    await db.write((tx) => tx.run('DELETE FROM settings WHERE key = $1', ['none']));
  }
});

test('a move that is cut off after any of its writes goes on, and ends with the same rows', async () => {
  const source = await fullDatabase(20);
  const expected = await digests(source);
  for (const every of [2, 5, 29]) {
    const target = sqlite();
    let runs = 0;
    for (; ; runs++) {
      // The first ones are those of the schema, which are there once.
      const to = endOf('target', cutAfter(target, runs < 3 ? 1 + runs : 1 + every));
      const result = await moved(endOf('source', source), to).catch((error: unknown) => error);
      if (!(result instanceof DbUnavailable)) break;
      expect(await whyNotOpened(source, 'source')).toContain('sotto move --undo source');
      expect(runs).toBeLessThan(100);
    }
    expect(runs).toBeGreaterThan(3);
    expect(await digests(target)).toEqual(expected);
    expect(await whyNotOpened(target, 'target')).toBeNull();
    expect(await whyNotOpened(source, 'source')).toContain('was moved to target on 2026-11-22T00:00:00.000Z');
    await source.write(unmarkAway);
  }
});

test('what is not the same afterwards is said, is not used, and the next move begins anew', async () => {
  const source = await fullDatabase(60);
  const target = sqlite();
  const bent: Db = {
    ...cutAfter(target, Number.POSITIVE_INFINITY),
    write: (change) =>
      target.write((tx) =>
        change({
          all: tx.all.bind(tx),
          get: tx.get.bind(tx),
          run: (sql, params: readonly Value[] = []) =>
            tx.run(
              sql,
              sql.startsWith('INSERT INTO "bodies"')
                ? params.map((value) => (value === 'a13' ? 'b13' : value))
                : params,
            ),
        }),
      ),
  };
  const error = await moved(endOf('source', source), endOf('target', bent)).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MoveRefused);
  expect(String(error)).toContain('bodies has other rows in target than in source');
  expect(await whyNotOpened(target, 'target')).toContain('was not finished');
  await moved(endOf('source', source), endOf('target', target));
  expect(await digests(target)).toEqual(await digests(source));
});

test('a place with a team in it is not filled, and neither a team that went elsewhere nor half of one is moved', async () => {
  const source = await fullDatabase(20);
  const other = await fullDatabase(20);
  const refused = (from: End, to: End) =>
    moved(from, to).then(
      () => 'moved',
      (error: unknown) => (error instanceof MoveRefused ? error.message : Promise.reject(error)),
    );
  expect(await refused(endOf('source', source), endOf('other', other))).toContain('a team in other already');
  expect(await whyNotOpened(source, 'source')).toBeNull();
  expect(await refused(endOf('nothing', sqlite()), endOf('target', sqlite()))).toContain(
    'no team in nothing',
  );

  const half = sqlite();
  await expect(moved(endOf('source', source), endOf('half', cutAfter(half, 9)))).rejects.toThrow(
    DbUnavailable,
  );
  expect(await refused(endOf('half', half), endOf('target', sqlite()))).toContain('half is not whole');
  expect(await refused(endOf('source', source), endOf('target', sqlite()))).toContain(
    'A move from source to half was begun',
  );
  // Used again in between: what was copied is not taken for what is there now.
  await source.write(unmarkAway);
  await source.write((tx) => tx.run("UPDATE accounts SET name = 'other' WHERE username LIKE '%1'"));
  await moved(endOf('source', source), endOf('half', half));
  expect(await digests(half)).toEqual(await digests(source));

  expect(await refused(endOf('source', source), endOf('target', sqlite()))).toContain('was moved to half on');
  // Nothing is left to do, whatever happened there since.
  await half.write((tx) => tx.run("UPDATE accounts SET name = 'later'"));
  expect(await moved(endOf('source', source), endOf('half', half))).toMatchObject({ isNew: false });
});

test('what stands in the log of the new place is there as soon as it may be used', async () => {
  const target = sqlite();
  const note = async (tx: Tx) => {
    await tx.run("INSERT INTO settings (key, value) VALUES ('noted', $1)", [new Uint8Array(1)]);
  };
  await moved(endOf('source', await fullDatabase(10)), endOf('target', target), { note });
  expect((await target.read("SELECT 1 AS found FROM settings WHERE key = 'noted'")).length).toBe(1);
});

test('what the other engine cannot hold stops the move and is named', async () => {
  for (const [value, words] of [
    ['nul\0', 'a NUL character'],
    [1.5, 'no whole one'],
  ] as const) {
    const source = await fullDatabase(20);
    const column = typeof value === 'string' ? 'name' : 'created_at';
    await source.write((tx) => tx.run(`UPDATE accounts SET ${column} = $1 WHERE id LIKE '%19'`, [value]));
    const error = await moved(endOf('source', source), endOf('target', sqlite())).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).toContain(words);
    expect(String(error)).toContain(`of the table accounts has in ${column}`);
  }
});

describe('bytes of files', () => {
  const sha256 = (bytes: Uint8Array) => new Uint8Array(new Bun.CryptoHasher('sha256').update(bytes).digest());
  /** More than one page of them. */
  const MANY = 300;
  const KEYS = Array.from({ length: MANY }, (_, n) => n.toString(16).padStart(32, '0'));

  /** Chunks of one file, as their rows say. */
  async function withChunks(count: number): Promise<{
    readonly end: End;
    readonly contents: ReadonlyMap<string, Uint8Array>;
  }> {
    const db = await fullDatabase(20);
    const [file] = await db.read<{ id: string }>('SELECT id FROM files LIMIT 1');
    const blobs = createDiskBlobs(newPlace());
    const keys = KEYS.slice(0, count);
    const contents = new Map(keys.map((key, n) => [key, new TextEncoder().encode(`chunk ${n}`)]));
    await Promise.all([...contents].map(([key, bytes]) => blobs.put(key, bytes)));
    await db.write(async (tx) => {
      for (const [n, key] of keys.entries()) {
        const bytes = contents.get(key) ?? new Uint8Array();
        await tx.run('INSERT INTO file_chunks (file, n, blob, size, sha256) VALUES ($1, $2, $3, $4, $5)', [
          file?.id ?? '',
          n,
          key,
          bytes.length,
          sha256(bytes),
        ]);
      }
    });
    return { end: endOf('source', db, blobs), contents };
  }

  test('come along once, also when the move is cut off, and what is there stays', async () => {
    const { end, contents } = await withChunks(MANY);
    const blobs = createDiskBlobs(newPlace());
    let puts = 0;
    const counted = (fails: number): Blobs => ({
      ...blobs,
      put: (key, bytes) =>
        ++puts > fails ? Promise.reject(new DbUnavailable('cut')) : blobs.put(key, bytes),
    });
    await blobs.put(KEYS[5] ?? '', contents.get(KEYS[5] ?? '') ?? new Uint8Array());
    await blobs.put(KEYS[6] ?? '', new Uint8Array([1]));
    const target = sqlite();
    await expect(moved(end, endOf('target', target, counted(270)))).rejects.toThrow(DbUnavailable);
    puts = 0;
    const result = await moved(end, endOf('target', target, counted(1000)));
    expect(result).toMatchObject({ chunks: MANY, missing: 0 });
    // Of those before the cut at most one page again, and none that was there.
    expect(puts).toBeLessThanOrEqual(MANY - 256);
    for (const [key, bytes] of contents) expect(await blobs.get(key)).toEqual(new Uint8Array(bytes));
  });

  test('come along although a move that was killed has left some half written', async () => {
    const { end, contents } = await withChunks(12);
    const place = newPlace();
    const blobs = createDiskBlobs(place);
    await blobs.put(KEYS[3] ?? '', contents.get(KEYS[3] ?? '') ?? new Uint8Array());
    for (const key of [KEYS[3] ?? '', KEYS[4] ?? ''])
      writeFileSync(join(place, '0', '0', `${key.slice(2)}.part`), 'ch');
    const result = await moved(end, endOf('target', sqlite(), blobs));
    expect(result).toMatchObject({ chunks: 12, missing: 0 });
    for (const [key, bytes] of contents) expect(await blobs.get(key)).toEqual(new Uint8Array(bytes));
  });

  test('that are lost or damaged stop the move until they are given up', async () => {
    const { end } = await withChunks(12);
    await end.blobs.remove(KEYS[0] ?? '');
    await end.blobs.remove(KEYS[1] ?? '');
    await end.blobs.put(KEYS[1] ?? '', new Uint8Array([1]));
    const to = endOf('target', sqlite());
    await expect(moved(end, to)).rejects.toThrow('2 of 12 parts of files are not in source');
    expect(await moved(end, to, { allowMissing: true })).toMatchObject({ chunks: 12, missing: 2 });
    expect(await to.blobs.get(KEYS[1] ?? '')).toBeNull();
  });

  test('of a place that both have in common stay where they are', async () => {
    const { end } = await withChunks(12);
    const to = endOf('target', sqlite(), end.blobs, end.blobPlace);
    expect(await moved(end, to)).toMatchObject({ chunks: 12, missing: 0 });
  });

  if (S3_MISSING !== null) console.log(S3_MISSING);
  test.skipIf(S3_MISSING !== null)('go to a bucket and back', async () => {
    const { end, contents } = await withChunks(12);
    const server = await startS3();
    try {
      const bucket = () => createS3Blobs(server.place);
      const there = sqlite();
      expect(await moved(end, endOf('bucket', there, bucket()))).toMatchObject({ chunks: 12, missing: 0 });
      const back = createDiskBlobs(newPlace());
      const home = await moved(endOf('bucket', there, bucket()), endOf('back', sqlite(), back));
      expect(home).toMatchObject({ chunks: 12, missing: 0 });
      for (const [key, bytes] of contents) expect(await back.get(key)).toEqual(new Uint8Array(bytes));
    } finally {
      await server.stop();
    }
  });

  test('are looked for by a comparison', async () => {
    const { end } = await withChunks(12);
    const to = endOf('target', sqlite());
    await moved(end, to);
    const compared = () => compare({ from: end, to, witnesses, told: () => {} });
    expect((await compared()).differences).toEqual([]);
    await to.blobs.remove(KEYS[9] ?? '');
    await to.db.write((tx) => tx.run("DELETE FROM known_places WHERE account LIKE '%2'"));
    expect((await compared()).differences).toEqual([
      expect.stringMatching(/^known_places has 20 rows in source and 1\d in target$/),
      '1 parts of files are not in target',
    ]);
  });
});

if (POSTGRES_PROGRAMS === null) console.log('PostgreSQL is not installed: moves to it are left out.');

describe.skipIf(POSTGRES_PROGRAMS === null)('to PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());
  const database = async () => {
    const { url } = await createPostgresDatabase(server.url);
    const db = openPostgres(url, { readers: 2 });
    opened.push(db);
    return db;
  };

  test('and back, every row of every table is the same', async () => {
    const source = await fullDatabase();
    const expected = await digests(source);
    for (const { table, rows } of expected)
      expect(`${table}: ${rows > 0 || table === 'file_chunks'}`).toBe(`${table}: true`);
    const there = await database();
    await moved(endOf('source', source), endOf('PostgreSQL', there));
    expect(await digests(there)).toEqual(expected);
    const back = sqlite();
    await moved(endOf('PostgreSQL', there), endOf('back', back));
    expect(await digests(back)).toEqual(expected);
    expect(await whyNotOpened(there, 'PostgreSQL')).toContain('was moved to back');
  });

  test('tables of another program are left alone', async () => {
    const there = await database();
    await there.write((tx) => tx.run('CREATE TABLE accounts (id BIGINT PRIMARY KEY)'));
    const source = await fullDatabase(10);
    await expect(moved(endOf('source', source), endOf('PostgreSQL', there))).rejects.toThrow(
      'tables that are not Sotto’s',
    );
    expect(await there.read('SELECT id FROM accounts')).toEqual([]);
  });
});

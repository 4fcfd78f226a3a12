/** Against a real server; without Debian's programs for one there is nothing to test, and it is said. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { SQL } from 'bun';
import { createPostgresDatabase } from '../../test/support/database.ts';
import { testDb } from '../../test/support/db-contract.ts';
import { POSTGRES_PROGRAMS, type PostgresServer, startPostgres } from '../../test/support/postgres-server.ts';
import { DbUnavailable } from './db.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations.ts';
import { openPostgres } from './postgres.ts';

if (POSTGRES_PROGRAMS === null) console.log('PostgreSQL is not installed: its tests are left out.');

describe.skipIf(POSTGRES_PROGRAMS === null)('on a server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  testDb('PostgreSQL', async () => {
    const { url, drop } = await createPostgresDatabase(server.url);
    return { open: () => openPostgres(url, { readers: 2 }), remove: drop };
  });

  test('every migration runs as it is', async () => {
    const { url, drop } = await createPostgresDatabase(server.url);
    const db = openPostgres(url, { readers: 2 });
    expect((await migrate(db)).length).toBeGreaterThan(17);
    expect(await migrate(db)).toEqual([]);
    await db.close();
    await drop();
  });

  test('two that start at once migrate once', async () => {
    const { url, drop } = await createPostgresDatabase(server.url);
    const both = [openPostgres(url, { readers: 1 }), openPostgres(url, { readers: 1 })];
    await Promise.all(both.map((db) => migrate(db)));
    const [row] = (await both[0]?.read('SELECT COUNT(*) AS n, MAX(version) AS newest FROM migrations')) ?? [];
    expect(row).toEqual({ n: MIGRATIONS.length, newest: MIGRATIONS.length });
    for (const db of both) await db.close();
    await drop();
  });

  test('texts are in the order of their bytes, whatever language the database speaks', async () => {
    const admin = new SQL(`${server.url}/postgres`, { max: 1 });
    await admin.unsafe(
      "CREATE DATABASE spoken TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'",
    );
    const db = openPostgres(`${server.url}/spoken`, { readers: 1 });
    const ordered = await db.read<{ w: string }>("SELECT w FROM (VALUES ('a'), ('B')) AS t (w) ORDER BY w");
    await db.write(async (tx) => {
      await tx.run('CREATE TABLE t (id TEXT PRIMARY KEY, other BIGINT NOT NULL)');
      await tx.run("ALTER TABLE t ADD COLUMN w TEXT NOT NULL DEFAULT 'x'");
      for (const id of ['b', 'a', 'B', '_', 'Ä', 'A', '1'])
        await tx.run('INSERT INTO t (id, other, w) VALUES ($1, 1, $2)', [id, id]);
    });
    const bytes = ['1', 'A', 'B', '_', 'a', 'b', 'Ä'];
    expect((await db.read<{ id: string }>('SELECT id FROM t ORDER BY id')).map(({ id }) => id)).toEqual(
      bytes,
    );
    expect((await db.read<{ w: string }>('SELECT w FROM t ORDER BY w')).map(({ w }) => w)).toEqual(bytes);
    expect(await db.read('SELECT id FROM t WHERE id > $1 ORDER BY id LIMIT 1', ['B'])).toEqual([{ id: '_' }]);
    // What is not of a table is in the database's own order: this one has another.
    expect(ordered.map(({ w }) => w)).toEqual(['a', 'B']);
    await db.close();
    await admin.unsafe('DROP DATABASE spoken WITH (FORCE)');
    await admin.close();
  });

  test('a write that goes on after a statement of it has failed is none, alone and in a group', async () => {
    const { url, drop } = await createPostgresDatabase(server.url);
    const db = openPostgres(url, { readers: 1 });
    await db.write((tx) => tx.run('CREATE TABLE t (id BIGINT PRIMARY KEY)'));
    const careless = () =>
      db.write(async (tx) => {
        await tx.run('INSERT INTO t (id) VALUES (1)');
        await tx.run('INSERT INTO t (id) VALUES (1)').catch(() => undefined);
      });
    await expect(careless()).rejects.toBeInstanceOf(Error);
    const [one, two] = await Promise.allSettled([
      careless(),
      db.write((tx) => tx.run('INSERT INTO t (id) VALUES (2)')),
    ]);
    expect([one.status, two.status]).toEqual(['rejected', 'fulfilled']);
    expect(await db.read('SELECT id FROM t')).toEqual([{ id: 2 }]);
    await db.close();
    await drop();
  });

  test('a server that dies is unavailable, keeps what was answered, and is used again when it is back', async () => {
    const { url, drop } = await createPostgresDatabase(server.url);
    const db = openPostgres(url, { readers: 2, patience: 2 });
    await db.write((tx) => tx.run('CREATE TABLE t (id BIGINT PRIMARY KEY)'));
    await db.write((tx) => tx.run('INSERT INTO t (id) VALUES (1)'));
    await server.kill();
    expect(
      await db.write((tx) => tx.run('INSERT INTO t (id) VALUES (2)')).catch((error) => error),
    ).toBeInstanceOf(DbUnavailable);
    expect(await db.read('SELECT id FROM t').catch((error) => error)).toBeInstanceOf(DbUnavailable);
    await server.start();
    await db.write((tx) => tx.run('INSERT INTO t (id) VALUES (3)'));
    expect(await db.read('SELECT id FROM t ORDER BY id')).toEqual([{ id: 1 }, { id: 3 }]);
    await db.close();
    await drop();
  });
});

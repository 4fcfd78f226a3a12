/** Against a real server; without Debian's programs for one there is nothing to test, and it is said. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createPostgresDatabase } from '../../test/support/database.ts';
import { testDb } from '../../test/support/db-contract.ts';
import { POSTGRES_PROGRAMS, type PostgresServer, startPostgres } from '../../test/support/postgres-server.ts';
import { DbUnavailable } from './db.ts';
import { migrate } from './migrate.ts';
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

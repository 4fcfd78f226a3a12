/** PostgreSQL that dies, restarts, hangs and takes no writes: what was answered stays, and nothing is there twice or by half. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type Cut, openCut } from '../../test/support/cut.ts';
import { createPostgresDatabase } from '../../test/support/database.ts';
import { POSTGRES_PROGRAMS, type PostgresServer, startPostgres } from '../../test/support/postgres-server.ts';
import { type Db, DbUnavailable } from './db.ts';
import { openPostgres } from './postgres.ts';

/** Milliseconds to wait for an answer. */
const LIMIT_MS = 500;

describe.skipIf(POSTGRES_PROGRAMS === null)('a database that is away', () => {
  let server: PostgresServer;
  let line: Cut;
  let url: string;
  let drop: () => Promise<void>;
  let db: Db;
  beforeAll(async () => {
    server = await startPostgres();
    line = await openCut(Number(new URL(server.url).port));
    ({ url, drop } = await createPostgresDatabase(server.url));
    const through = new URL(url);
    through.port = String(line.port);
    db = openPostgres(through.href, { readers: 2, patience: 1, limit: LIMIT_MS });
    await db.write(async (tx) => {
      await tx.run('CREATE TABLE kept (id BIGINT PRIMARY KEY)');
      await tx.run('CREATE TABLE beside (id BIGINT PRIMARY KEY)');
    });
  });
  afterAll(async () => {
    await db.close();
    await line.close();
    await drop();
    await server.remove();
  });

  /** Both rows or none. */
  const keep = (id: number): Promise<boolean> =>
    db
      .write(async (tx) => {
        await tx.run('INSERT INTO kept (id) VALUES ($1)', [id]);
        await tx.run('INSERT INTO beside (id) VALUES ($1)', [id]);
      })
      .then(
        () => true,
        (error) => {
          expect(error).toBeInstanceOf(DbUnavailable);
          return false;
        },
      );
  const idsIn = async (table: string): Promise<readonly number[]> =>
    (await db.read<{ id: number }>(`SELECT id FROM ${table} ORDER BY id`)).map(({ id }) => id);
  const untilItTakes = async (id: number): Promise<void> => {
    while (!(await keep(id))) await Bun.sleep(10);
  };

  test('killed three times in the middle of writes: what was answered is there, once and whole', async () => {
    const answered: number[] = [];
    let next = 1;
    let goesOn = true;
    const writer = async () => {
      while (goesOn) {
        const id = next++;
        if (await keep(id)) answered.push(id);
      }
    };
    const writers = Promise.all(Array.from({ length: 8 }, writer));
    for (let round = 0; round < 3; round++) {
      const before = answered.length;
      while (answered.length < before + 50) await Bun.sleep(1);
      await server.kill();
      await server.start();
    }
    const before = answered.length;
    while (answered.length < before + 50) await Bun.sleep(1);
    goesOn = false;
    await writers;
    const there = await idsIn('kept');
    expect(answered.filter((id) => !there.includes(id))).toEqual([]);
    expect(await idsIn('beside')).toEqual(there);
    // Of what was not answered, what a commit took before the server died: a group for each death at most.
    expect(there.length - answered.length).toBeLessThanOrEqual(3 * 8);
  }, 30_000);

  test('a network that swallows everything is found out, and what the other side held is free again', async () => {
    line.hang();
    const began = performance.now();
    expect(await keep(1_000_001)).toBe(false);
    await expect(db.read('SELECT 1 AS one')).rejects.toBeInstanceOf(DbUnavailable);
    expect(performance.now() - began).toBeLessThan(8 * LIMIT_MS);
    line.cut();
    // Another node writes while this one is cut off.
    const other = openPostgres(url, { readers: 1 });
    await other.write((tx) => tx.run('INSERT INTO kept (id) VALUES (1000002)'));
    await other.close();
    line.heal();
    await untilItTakes(1_000_003);
    expect((await idsIn('kept')).slice(-2)).toEqual([1_000_002, 1_000_003]);
  });

  test('whoever holds the lock and dies in the middle leaves nothing, and lets the others go on', async () => {
    const entered = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const half = db.write(async (tx) => {
      await tx.run('INSERT INTO kept (id) VALUES (2000001)');
      entered.resolve();
      await held.promise;
      await tx.run('INSERT INTO beside (id) VALUES (2000001)');
    });
    await entered.promise;
    line.cut();
    const other = openPostgres(url, { readers: 1 });
    await other.write((tx) => tx.run('INSERT INTO kept (id) VALUES (2000002)'));
    await other.close();
    held.resolve();
    await expect(half).rejects.toBeInstanceOf(DbUnavailable);
    line.heal();
    await untilItTakes(2_000_003);
    expect((await idsIn('kept')).filter((id) => id > 2_000_000)).toEqual([2_000_002, 2_000_003]);
  });

  test('one that takes no writes is unavailable, and is used again when it does', async () => {
    const name = new URL(url).pathname.slice(1);
    const admin = openPostgres(`${server.url}/postgres`, { readers: 1 });
    await admin.read(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await server.kill();
    await server.start();
    while (await keep(3_000_001)) await Bun.sleep(10);
    expect(await keep(3_000_002)).toBe(false);
    await admin.read(`ALTER DATABASE ${name} SET default_transaction_read_only = off`).catch(() => undefined);
    await admin.close();
    await untilItTakes(3_000_003);
    expect((await idsIn('kept')).at(-1)).toBe(3_000_003);
  });
});

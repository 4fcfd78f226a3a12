/**
 * A database of a test's own: SQLite in its folder, or on the PostgreSQL server that `SOTTO_TEST_POSTGRES` names (an address without a
 * database), so that the same tests run on both engines.
 */
import { SQL } from 'bun';
import type { Db } from '../../src/store/db.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { openSqlite } from '../../src/store/sqlite.ts';

const SERVER = process.env.SOTTO_TEST_POSTGRES ?? '';

/** @param path of the file, where there is no server */
export async function openTestDb(path: string): Promise<Db> {
  if (SERVER === '') return openSqlite(path);
  const { url, drop } = await createPostgresDatabase(SERVER);
  const db = openPostgres(url, { readers: 2 });
  return {
    read: db.read.bind(db),
    write: db.write.bind(db),
    async close() {
      await db.close();
      await drop();
    },
  };
}

/** A database that nobody else uses, and how it is taken away again. */
export async function createPostgresDatabase(
  server: string,
): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `sotto_test_${crypto.randomUUID().replaceAll('-', '')}`;
  const asked = async (sql: string) => {
    const admin = new SQL(`${server}/postgres`, { max: 1 });
    await admin.unsafe(sql);
    await admin.close();
  };
  await asked(`CREATE DATABASE ${name}`);
  return { url: `${server}/${name}`, drop: () => asked(`DROP DATABASE ${name} WITH (FORCE)`) };
}

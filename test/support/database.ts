/**
 * A database of a test's own: SQLite in its folder, or on the PostgreSQL server that `SOTTO_TEST_POSTGRES` names (an address without a
 * database), so that the same tests run on both engines.
 */
import { resolve } from 'node:path';
import { SQL } from 'bun';
import type { Db } from '../../src/store/db.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { copyOfTemplate } from './postgres-template.ts';

const SERVER = process.env.SOTTO_TEST_POSTGRES ?? '';
/** Tests of the database's file, and of what is made of it, have nothing to test there. */
export const ON_POSTGRES = SERVER !== '';
/** What the configuration of a server in the test's own process is read from; its database is opened apart. */
export const TEST_DATABASE = ON_POSTGRES ? { DATABASE_URL: SERVER } : {};

/** On a server it is migrated already. @param path of the file, where there is no server */
export async function openTestDb(path: string): Promise<Db> {
  if (SERVER === '') return openSqlite(path);
  const name = freshName();
  await ask(SERVER, await copyOfTemplate(SERVER, name));
  const db = openPostgres(`${SERVER}/${name}`, { readers: 2 });
  return {
    read: db.read.bind(db),
    write: db.write.bind(db),
    async close() {
      await db.close();
      await ask(SERVER, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

const freshName = () => `sotto_test_${crypto.randomUUID().replaceAll('-', '')}`;

/** A database that nobody else uses, with nothing in it, and how it is taken away again. */
export async function createPostgresDatabase(
  server: string,
): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = freshName();
  await ask(server, `CREATE DATABASE ${name}`);
  return { url: `${server}/${name}`, drop: () => ask(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

/**
 * What processes with this data folder are told, so that their database is on that server; nothing without one. A test that is about the
 * file itself says `DATABASE_URL: ''`.
 */
export function databaseOf(data: string): { readonly DATABASE_URL?: string } {
  return SERVER === '' ? {} : { DATABASE_URL: `${SERVER}/${nameOf(data)}` };
}

/** Makes it where it is missing, migrated. */
export async function createDatabaseOf(data: string): Promise<void> {
  if (SERVER === '') return;
  await ask(SERVER, await copyOfTemplate(SERVER, nameOf(data))).catch((error: unknown) => {
    if (!(error instanceof SQL.PostgresError) || error.errno !== DUPLICATE_DATABASE) throw error;
  });
}

export async function dropDatabaseOf(data: string): Promise<void> {
  if (SERVER !== '') await ask(SERVER, `DROP DATABASE IF EXISTS ${nameOf(data)} WITH (FORCE)`);
}

/** Whatever of that kind is done to the table fails from now on; gives what ends that. */
export async function breakTable(db: Db, verb = '', table = ''): Promise<() => Promise<void>> {
  const raise = ON_POSTGRES
    ? 'FOR EACH ROW EXECUTE FUNCTION broken()'
    : "BEGIN SELECT RAISE(ABORT, 'broken'); END";
  await db.write(async (tx) => {
    if (ON_POSTGRES)
      await tx.run(
        "CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$",
      );
    await tx.run(`CREATE TRIGGER broken BEFORE ${verb} ON ${table} ${raise}`);
  });
  return async () => {
    await db.write((tx) => tx.run(`DROP TRIGGER broken${ON_POSTGRES ? ` ON ${table}` : ''}`));
  };
}

export interface Column {
  readonly name: string;
  readonly type: string;
  /** 1 or 0. */
  readonly required: number;
  /** SQL of what stands where nothing is given. */
  readonly preset: string | null;
}

export function columnsOf(db: Db, table: string): Promise<readonly Column[]> {
  return db.read<Column>(
    ON_POSTGRES
      ? `SELECT column_name AS name, upper(data_type) AS type, is_nullable = 'NO' AS required, column_default AS preset
         FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '${table}'`
      : `SELECT name, type, "notnull" AS required, dflt_value AS preset FROM pragma_table_info('${table}')`,
  );
}

export async function tablesOf(db: Db): Promise<readonly string[]> {
  const rows = await db.read<{ name: string }>(
    ON_POSTGRES
      ? 'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename'
      : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  return rows.map(({ name }) => name);
}

/** What stands in each row of every table, texts and bytes one after another. */
export async function everyRow(db: Db): Promise<readonly Buffer<ArrayBuffer>[]> {
  const rows: Buffer<ArrayBuffer>[] = [];
  for (const table of await tablesOf(db))
    for (const row of await db.read(`SELECT * FROM ${table}`))
      rows.push(
        Buffer.concat(
          Object.values(row).map((value) => Buffer.from(value instanceof Uint8Array ? value : String(value))),
        ),
      );
  return rows;
}

/** Bytes as a literal, hexadecimal. */
export const bytesLiteral = (hex: string): string => (ON_POSTGRES ? `'\\x${hex}'::bytea` : `x'${hex}'`);

/** SQLSTATE. */
const DUPLICATE_DATABASE = '42P04';

const nameOf = (data: string): string =>
  `sotto_test_${new Bun.CryptoHasher('sha256').update(resolve(data)).digest('hex').slice(0, 32)}`;

async function ask(server: string, sql: string): Promise<void> {
  const admin = new SQL(`${server}/postgres`, { max: 1 });
  try {
    await admin.unsafe(sql);
  } finally {
    await admin.close();
  }
}

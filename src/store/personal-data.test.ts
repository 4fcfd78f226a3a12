import { afterAll, beforeAll, expect, test } from 'bun:test';
import { accountId } from '../contract/bytes.ts';
import type { Db } from './db.ts';
import { migrate } from './migrate.ts';
import { IMPERSONAL_TABLES, PERSONAL_TABLES, personalRows } from './personal-data.ts';
import { openSqlite } from './sqlite.ts';

let db: Db;
beforeAll(async () => {
  db = openSqlite(':memory:');
  await migrate(db);
});
afterAll(() => db.close());

const tables = async () =>
  (
    await db.read<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
  ).map(({ name }) => name);

test('every table of the schema is one of a person’s data, or names nobody', async () => {
  const named = [...PERSONAL_TABLES.map(({ table }) => table), ...Object.keys(IMPERSONAL_TABLES)];
  expect(named.toSorted()).toEqual((await tables()).toSorted());
  expect(new Set(named).size).toBe(named.length);
});

test('every column is exported, or left out for a reason', async () => {
  for (const { table, columns, leftOut = {} } of PERSONAL_TABLES) {
    const schema = await db.read<{ name: string }>(`SELECT name FROM pragma_table_info('${table}')`);
    const said = [...columns, ...Object.keys(leftOut)];
    expect(`${table}: ${said.toSorted().join(' ')}`).toBe(
      `${table}: ${schema
        .map(({ name }) => name)
        .toSorted()
        .join(' ')}`,
    );
  }
});

test('tables that say nothing of people have no column of an account or a device', async () => {
  for (const table of Object.keys(IMPERSONAL_TABLES)) {
    const schema = await db.read<{ name: string }>(`SELECT name FROM pragma_table_info('${table}')`);
    for (const { name } of schema) expect(name).not.toMatch(/account|device|owner|person|address|user/);
  }
});

test('each is a query that runs', async () => {
  const nobody = accountId(new Uint8Array(16));
  for (const table of PERSONAL_TABLES)
    expect(await personalRows(db, table, nobody, { limit: 1, offset: 0 })).toEqual([]);
});

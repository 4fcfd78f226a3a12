import { expect, test } from 'bun:test';
import { migrate, NewerSchema } from './migrate.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';
import { openSqlite } from './sqlite.ts';

const first = {
  version: 1,
  name: 'a',
  sql: '-- a comment; with a semicolon\nCREATE TABLE a (id BIGINT);\nCREATE TABLE b (id BIGINT);\n',
};
const second = { version: 2, name: 'c', sql: 'CREATE TABLE c (id BIGINT);' };

test('migrations run once, in order, and only what is missing', async () => {
  const db = openSqlite(':memory:');
  expect(await migrate(db, [first])).toEqual([1]);
  expect(await migrate(db, [first, second])).toEqual([2]);
  expect(await migrate(db, [first, second])).toEqual([]);
  await db.write((tx) => tx.run('INSERT INTO c (id) VALUES (1)'));
  await db.close();
});

test('a migration that fails leaves nothing of itself', async () => {
  const db = openSqlite(':memory:');
  const broken = {
    version: 2,
    name: 'broken',
    sql: 'CREATE TABLE c (id BIGINT);\nCREATE TABLE a (id BIGINT);',
  };
  await migrate(db, [first]);
  await expect(migrate(db, [first, broken])).rejects.toThrow('already exists');
  expect(await db.read("SELECT name FROM sqlite_master WHERE name = 'c'")).toEqual([]);
  await db.close();
});

test('a new database has all migrations or none', async () => {
  const db = openSqlite(':memory:');
  const broken = { version: 2, name: 'broken', sql: 'CREATE TABLE a (id BIGINT);' };
  await expect(migrate(db, [first, broken])).rejects.toThrow('already exists');
  expect(await db.read("SELECT name FROM sqlite_master WHERE name IN ('a', 'b')")).toEqual([]);
  expect(await migrate(db, [first, second])).toEqual([1, 2]);
  await db.close();
});

test('a newer database is refused in a sentence', async () => {
  const db = openSqlite(':memory:');
  await migrate(db, [first, second]);
  await expect(migrate(db, [first])).rejects.toThrow(NewerSchema);
  await db.close();
});

test("this release's own migrations apply to an empty database", async () => {
  const db = openSqlite(':memory:');
  expect((await migrate(db)).length).toBeGreaterThan(0);
  await db.close();
});

const more = (version: number, oldest?: number): Migration => ({
  version,
  name: 'more',
  sql: `CREATE TABLE more_${version} (id BIGINT PRIMARY KEY)`,
  ...(oldest === undefined ? {} : { oldest }),
});

test('a release goes on with a newer database whose every new migration says so, and with no other', async () => {
  const known = MIGRATIONS.at(-1)?.version ?? 0;
  const on = async (...added: readonly Migration[]) => {
    const db = openSqlite(':memory:');
    await migrate(db, [...MIGRATIONS, ...added]);
    const applied = await migrate(db).catch((error: unknown) => error);
    await db.close();
    return applied;
  };
  expect(await on(more(known + 1, known))).toEqual([]);
  expect(await on(more(known + 1, known), more(known + 2, known))).toEqual([]);
  expect(await on(more(known + 1))).toBeInstanceOf(NewerSchema);
  // The next but one has changed what this release needs.
  expect(await on(more(known + 1, known), more(known + 2, known + 1))).toBeInstanceOf(NewerSchema);
  expect(await on(more(known + 1), more(known + 2, known))).toBeInstanceOf(NewerSchema);
});

/** What code that does not know of it never notices. */
const ADDITIVE = [
  /^CREATE TABLE /,
  /^CREATE INDEX /,
  /^ALTER TABLE \w+ ADD COLUMN \w+ (?:TEXT|BIGINT|BYTEA)(?: NOT NULL DEFAULT (?:\d+|'[^']*'))?(?: REFERENCES \w+(?: \(\w+\))?(?: ON DELETE CASCADE)?)?$/,
];
/** A row that older code does not know of must not keep it from deleting the one that it names. */
const isAddition = (statement: string) =>
  ADDITIVE.some((form) => form.test(statement)) &&
  (statement.match(/REFERENCES/g)?.length ?? 0) === (statement.match(/ON DELETE CASCADE/g)?.length ?? 0);

test('a migration that says that older code goes on only adds; what changes or removes says nothing', () => {
  for (const { version, name, sql, oldest } of MIGRATIONS) {
    if (version < 19 || oldest === undefined) continue;
    expect(oldest).toBeLessThan(version);
    const statements = sql.replaceAll(/^\s*--.*$/gm, '').split(/;\s*(?:\n|$)/);
    for (const statement of statements.map((text) => text.trim()).filter((text) => text !== ''))
      expect(`${name}: ${statement}`).toSatisfy(() => isAddition(statement));
  }
});

test.each([
  ['DROP TABLE envelopes', false],
  ['ALTER TABLE accounts DROP COLUMN name', false],
  ['ALTER TABLE accounts RENAME COLUMN name TO called', false],
  ['ALTER TABLE accounts ADD COLUMN mood TEXT NOT NULL', false],
  ['CREATE UNIQUE INDEX one ON accounts (name)', false],
  ['UPDATE accounts SET name = name', false],
  ["ALTER TABLE accounts ADD COLUMN mood TEXT NOT NULL DEFAULT ''", true],
  ['ALTER TABLE accounts ADD COLUMN mood BIGINT', true],
  ['CREATE TABLE moods (of TEXT PRIMARY KEY REFERENCES accounts (id))', false],
  ['CREATE TABLE moods (of TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE)', true],
  ['CREATE INDEX by_mood ON accounts (mood)', true],
])('%s: %p', (statement, isAdditive) => {
  expect(isAddition(statement)).toBe(isAdditive);
});

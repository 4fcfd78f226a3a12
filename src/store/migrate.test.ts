import { expect, test } from 'bun:test';
import { migrate, NewerSchema } from './migrate.ts';
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

import { afterEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db } from './db.ts';
import { openSqlite } from './sqlite.ts';

const folders: string[] = [];
function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-sqlite-'));
  folders.push(folder);
  return join(folder, 'test.db');
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function table(db: Db): Promise<void> {
  await db.write(async (tx) => {
    await tx.run('CREATE TABLE t (id BIGINT PRIMARY KEY, v BYTEA)');
  });
}

test('what a write did is there for reads and for the next opening', async () => {
  const path = temporary();
  const db = openSqlite(path);
  await table(db);
  await db.write((tx) => tx.run('INSERT INTO t (id, v) VALUES ($1, $2)', [1, new Uint8Array([1, 2, 3])]));
  const [row] = await db.read<{ id: number; v: Uint8Array }>('SELECT id, v FROM t WHERE id = $1', [1]);
  expect(row?.id).toBe(1);
  expect([...(row?.v ?? [])]).toEqual([1, 2, 3]);
  await db.close();
  const again = openSqlite(path);
  expect(await again.read('SELECT id FROM t')).toEqual([{ id: 1 }]);
  await again.close();
});

test('a write that throws leaves nothing, and its neighbours in the same commit stay', async () => {
  const db = openSqlite(temporary());
  await table(db);
  const results = await Promise.allSettled([
    db.write((tx) => tx.run('INSERT INTO t (id) VALUES (1)')),
    db.write(async (tx) => {
      await tx.run('INSERT INTO t (id) VALUES (2)');
      throw new Error('no');
    }),
    db.write((tx) => tx.run('INSERT INTO t (id) VALUES (1)')),
    db.write((tx) => tx.run('INSERT INTO t (id) VALUES (3)')),
  ]);
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(await db.read('SELECT id FROM t ORDER BY id')).toEqual([{ id: 1 }, { id: 3 }]);
  await db.close();
});

test('a reader never sees a write before it is committed', async () => {
  const db = openSqlite(temporary());
  await table(db);
  let seen = -1;
  await db.write(async (tx) => {
    await tx.run('INSERT INTO t (id) VALUES (1)');
    seen = (await db.read('SELECT id FROM t')).length;
  });
  expect(seen).toBe(0);
  expect(await db.read('SELECT id FROM t')).toHaveLength(1);
  await db.close();
});

test('closing finishes what is queued, and refuses what comes later', async () => {
  const path = temporary();
  const db = openSqlite(path);
  await table(db);
  const queued = Array.from({ length: 50 }, (_, id) =>
    db.write((tx) => tx.run('INSERT INTO t (id) VALUES ($1)', [id])),
  );
  await db.close();
  await Promise.all(queued);
  expect(db.write((tx) => tx.run('INSERT INTO t (id) VALUES (99)'))).rejects.toThrow('closed');
  const again = openSqlite(path);
  expect(await again.read('SELECT id FROM t')).toHaveLength(50);
  await again.close();
});

test('a database that cannot be opened is DbUnavailable', () => {
  expect(() => openSqlite('/nonexistent/folder/x.db')).toThrow(
    expect.objectContaining({ name: 'DbUnavailable' }),
  );
});

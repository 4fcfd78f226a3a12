import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDb } from '../../test/support/db-contract.ts';
import { openSqlite } from './sqlite.ts';

testDb('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-sqlite-'));
  return {
    open: () => openSqlite(join(folder, 'test.db')),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
});

test('a database that cannot be opened is DbUnavailable', () => {
  expect(() => openSqlite('/nonexistent/folder/x.db')).toThrow(
    expect.objectContaining({ name: 'DbUnavailable' }),
  );
});

import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from './migrate.ts';
import { dropSetting, putSetting, readSetting, setting, settingOr } from './settings.ts';
import { openSqlite } from './sqlite.ts';

const bytes = (fill: number) => new Uint8Array(32).fill(fill);

test('a secret that is made once is the same for everybody who asks at once, and after a restart', async () => {
  const data = mkdtempSync(join(tmpdir(), 'sotto-settings-'));
  const file = join(data, 'sotto.sqlite');
  const db = openSqlite(file);
  await migrate(db);
  const asked = await Promise.all([1, 2, 3].map((fill) => settingOr(db, 'server_secret', bytes(fill))));
  expect(new Set(asked.map((value) => value.toHex())).size).toBe(1);
  await db.close();
  const again = openSqlite(file);
  expect(await settingOr(again, 'server_secret', bytes(9))).toEqual(asked[0] ?? bytes(0));
  await again.close();
  rmSync(data, { recursive: true });
});

test('a value is replaced, read inside and outside of a write, and dropped', async () => {
  const db = openSqlite(':memory:');
  await migrate(db);
  expect(await readSetting(db, 'workspace_name')).toBeNull();
  await db.write((tx) => putSetting(tx, 'workspace_name', bytes(1)));
  await db.write((tx) => putSetting(tx, 'workspace_name', bytes(2)));
  expect(await readSetting(db, 'workspace_name')).toEqual(bytes(2));
  expect(await db.write((tx) => setting(tx, 'workspace_name'))).toEqual(bytes(2));
  await db.write((tx) => dropSetting(tx, 'workspace_name'));
  expect(await readSetting(db, 'workspace_name')).toBeNull();
  await db.close();
});

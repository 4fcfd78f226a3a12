import { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openData } from '../commands/open.ts';
import { parseConfig } from '../config.ts';
import { silent } from '../ops/log.ts';
import { keepBefore } from './before-migration.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations.ts';
import { DatabaseCopy } from './snapshot.ts';
import { openSqlite } from './sqlite.ts';

const root = mkdtempSync(join(tmpdir(), 'sotto-before-'));
afterAll(() => rmSync(root, { recursive: true }));

const newest = MIGRATIONS.at(-1)?.version ?? 0;
const before = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.startsWith('before-'))
    .toSorted();

test('a new database leaves none; an older one is kept as it was; only the latest two stay', async () => {
  const data = join(root, 'data');
  const open = async () => (await openData(parseConfig(['--data', data], {}), silent)).db.close();
  await open();
  expect(before(data)).toEqual([]);

  rmSync(join(data, 'sotto.sqlite'));
  const older = openSqlite(join(data, 'sotto.sqlite'));
  await migrate(older, MIGRATIONS.slice(0, -2));
  await older.close();
  await open();
  expect(before(data)).toEqual([`before-${newest}.sqlite`]);
  const copy = new DatabaseCopy(join(data, `before-${newest}.sqlite`));
  expect([copy.schema(), copy.problems()]).toEqual([newest - 2, []]);
  copy.end();

  // A second start changes nothing; a migration that was cut off half way leaves the state before all of it.
  await open();
  keepBefore(data, newest - 1, newest);
  const kept = new DatabaseCopy(join(data, `before-${newest}.sqlite`));
  expect(kept.schema()).toBe(newest - 2);
  kept.end();
  for (const next of [newest + 1, newest + 2]) keepBefore(data, newest, next);
  expect(before(data)).toEqual([`before-${newest + 1}.sqlite`, `before-${newest + 2}.sqlite`]);
});

test('a release that is too old names the way back, and takes it once nobody works there', async () => {
  const data = join(root, 'newer');
  const open = () => openData(parseConfig(['--data', data], {}), silent);
  await (await open()).db.close();
  keepBefore(data, newest, newest + 1);
  const path = join(data, 'sotto.sqlite');
  const upgraded = new Database(path);
  upgraded.run('CREATE TABLE tomorrow (id TEXT)');
  upgraded.run("INSERT INTO migrations (version, name) VALUES (?, 'tomorrow')", [newest + 1]);
  upgraded.close();
  const way = join(data, `before-${newest + 1}.sqlite`);
  await expect(open()).rejects.toThrow(`sotto restore ${way} --data ${data}`);

  const main = join(import.meta.dir, '../main.ts');
  const goBack = () => Bun.spawnSync([process.execPath, main, 'restore', way, '--data', data]);
  const holding = openSqlite(path);
  const early = goBack();
  expect([early.exitCode, early.stderr.toString()]).toEqual([
    1,
    expect.stringContaining('stop the server first'),
  ]);
  await holding.close();
  const late = goBack();
  expect([late.exitCode, late.stderr.toString()]).toEqual([0, '']);
  const { db } = await open();
  const [row] = await db.read<{ version: number }>('SELECT MAX(version) AS version FROM migrations');
  expect(row?.version).toBe(newest);
  const [audited] = await db.read<{ action: string }>('SELECT action FROM audit ORDER BY seq DESC LIMIT 1');
  expect(audited?.action).toBe('backup.restored');
  await db.close();
  expect(readdirSync(data).some((name) => name.startsWith('replaced-'))).toBe(true);
});

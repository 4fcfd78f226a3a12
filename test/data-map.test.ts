/** docs/data.md is held against the code: every table of a person with what is exported and what stays, every job that deletes. */
import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AUDIT_ACTIONS } from '../src/contract/audit.ts';
import { IMPERSONAL_TABLES, PERSONAL_TABLES, type PersonalTable } from '../src/store/personal-data.ts';

const ROOT = resolve(import.meta.dir, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const map = read('docs/data.md');

const end = ({ onDeletion }: PersonalTable): string =>
  typeof onDeletion === 'string' ? 'goes' : `stays: ${onDeletion.kept}`;
const rowOf = (table: PersonalTable): string =>
  `| ${table.table} | ${table.columns.join(', ')} | ${Object.keys(table.leftOut ?? {}).join(', ')} | ${end(table)} |`;

test('every table of a person stands in the map, with its columns and what becomes of it', () => {
  const [, section = ''] = map.split('\n## Tables\n');
  const [table = ''] = section.split('\n## ');
  const rows = table.split('\n').filter((line) => line.startsWith('| '));
  expect(rows.slice(1)).toEqual(PERSONAL_TABLES.map(rowOf));
  for (const [name, why] of Object.entries(IMPERSONAL_TABLES)) expect(map).toContain(`\`${name}\`: ${why}`);
});

test('every job of the server stands in the table of what time takes away', () => {
  const [, section = ''] = map.split('\n## What time takes away\n');
  const named = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  const jobs = [...read('src/commands/serve/jobs.ts').matchAll(/name: '([a-z-]+)'/g)].map(([, name]) => name);
  expect(jobs.length).toBeGreaterThan(5);
  expect(named.toSorted()).toEqual(jobs.toSorted());
});

test('every action of the audit log is written somewhere', () => {
  const sources = [...new Bun.Glob('src/**/*.ts').scanSync({ cwd: ROOT })]
    .filter((path) => !path.endsWith('.test.ts') && path !== 'src/contract/audit.ts')
    .map(read);
  const missing = Object.values(AUDIT_ACTIONS)
    .flat()
    .filter((action) => !sources.some((source) => source.includes(`'${action}'`)));
  expect(missing).toEqual([]);
});

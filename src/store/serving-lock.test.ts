import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isServed, lockServing } from './serving-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'sotto-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('one server at a time for a data folder, also after one that was killed', async () => {
  const release = lockServing(folder);
  expect(release).not.toBeNull();
  expect(lockServing(folder)).toBeNull();
  expect(isServed(folder)).toBe(true);
  release?.();
  expect(isServed(folder)).toBe(false);

  const module = JSON.stringify(resolve(import.meta.dir, 'serving-lock.ts'));
  const held = `const { lockServing } = await import(${module}); globalThis.kept = lockServing(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = Bun.spawn([process.execPath, '-e', held], { stdout: 'pipe' });
  const reader = child.stdout.getReader();
  await reader.read();
  expect(lockServing(folder)).toBeNull();
  child.kill('SIGKILL');
  await child.exited;
  const again = lockServing(folder);
  expect(again).not.toBeNull();
  again?.();
});

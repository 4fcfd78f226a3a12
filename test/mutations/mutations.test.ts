/** The mutation check cannot rot: each text that it takes out stands in the source exactly once, in this very moment. */
import { expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MUTATIONS } from './all.ts';
import { mutate } from './mutation.ts';

const ROOT = resolve(import.meta.dir, '../..');

test('every mutation changes its file, by texts that stand there once', () => {
  const refused = MUTATIONS.flatMap((mutation) => {
    try {
      const source = readFileSync(join(ROOT, mutation.file), 'utf8');
      return mutate(source, mutation) === source ? [`"${mutation.name}" changes nothing`] : [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  });
  expect(refused).toEqual([]);
});

test('every mutation has a name of its own, a requirement, and tests that are there', () => {
  const names = MUTATIONS.map(({ name }) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  for (const { name, requirement, tests } of MUTATIONS) {
    expect([name, requirement.length > 0]).toEqual([name, true]);
    expect([name, tests.length > 0 && tests.every((file) => existsSync(join(ROOT, file)))]).toEqual([
      name,
      true,
    ]);
  }
});

test('every requirement that is code has a mutation', () => {
  const covered = new Set<string>(MUTATIONS.flatMap(({ requirement }) => requirement));
  const all = Array.from({ length: 42 }, (_, i) => `R${i + 1}`);
  expect(all.filter((name) => !covered.has(name))).toEqual([]);
});

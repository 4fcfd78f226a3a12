/** SECURITY.md's tables are held against the tests: a test that is named there exists, and each requirement has one. */
import { expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dir, '..');
const security = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');

/** The rows of the table of attacks, each as its cells. */
function attacks(): readonly (readonly string[])[] {
  const [, section = ''] = security.split('\n## Attacks and what stops them\n');
  const [table = ''] = section.split('\n### ');
  const rows = table.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** R1..R42 with their sentence. */
const requirements = new Map(
  [...security.matchAll(/^- (R\d+) (.+)$/gm)].map(([, name = '', sentence = '']) => [name, sentence]),
);

/** Every mark `[R..]` of the tests, also several in one. */
function marked(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const folder of ['src', 'views', 'test'])
    for (const file of new Bun.Glob('**/*.test.{ts,tsx}').scanSync({ cwd: join(ROOT, folder) })) {
      // A mark in a comment tests nothing.
      const source = readFileSync(join(ROOT, folder, file), 'utf8').replace(
        /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm,
        '',
      );
      for (const [, marks = ''] of source.matchAll(/\[(R\d+(?:, ?R\d+)*)\]/g))
        for (const mark of marks.split(/, ?/)) found.add(mark);
    }
  return found;
}

test('the table of attacks has rows, and each names tests that are there', () => {
  const rows = attacks();
  expect(rows.length).toBeGreaterThan(25);
  for (const [attack, , , , tests = ''] of rows) {
    const named = tests.split('<br>').map((entry) => /^`([^`]+)`: (.+)$/.exec(entry.trim()));
    for (const match of named) {
      const [, file = '', name = ''] = match ?? [];
      const source = existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : '';
      expect([attack, file, name, name !== '' && source.includes(name)]).toEqual([attack, file, name, true]);
    }
  }
});

test('each attack names requirements that there are, or a dash where it is not about the protocol', () => {
  for (const [attack, , , wanted = ''] of attacks())
    for (const name of wanted === '–' ? [] : wanted.split(', '))
      expect([attack, name, requirements.has(name)]).toEqual([attack, name, true]);
});

test('R1 to R42 stand in SECURITY.md, and each has a test with its mark', () => {
  expect([...requirements.keys()]).toEqual(Array.from({ length: 42 }, (_, i) => `R${i + 1}`));
  const marks = marked();
  expect([...requirements.keys()].filter((name) => !marks.has(name))).toEqual([]);
});

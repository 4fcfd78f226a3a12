/** The specification names what the code has: records by type and name, labels, errors. */
import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = readdirSync(import.meta.dir).filter((name) => /^[a-z0-9-]+\.ts$/.test(name));
const read = (name: string) => readFileSync(join(import.meta.dir, name), 'utf8');
/** Type and name of each record, from the source: other tests declare some of their own. */
const declared = new Map(
  sources.flatMap((file) =>
    [...read(file).matchAll(/\brecord\(\s*(\d+),\s*'([^']+)'/g)].map(
      ([, type, name = '']) => [Number(type), name] as const,
    ),
  ),
);
const readme = read('README.md');
const sectionOf = (title: string) =>
  readme.split(/^##+ /m).find((section) => section.startsWith(title)) ?? '';

/** The rows of every table whose first column is a record's type: one entry for each type that a row names. */
function tabled(): Map<number, string> {
  const found = new Map<number, string>();
  let inTable = false;
  for (const line of readme.split('\n')) {
    const [, first = '', second = ''] = line.split('|').map((cell) => cell.trim());
    if (!line.startsWith('|')) inTable = false;
    else if (first === 'type') inTable = true;
    else if (inTable && /^\d/.test(first)) {
      const names = second.replace(/ \(.*\)$/, '').split(', ');
      first.split(', ').forEach((type, at) => {
        expect(found.has(Number(type))).toBe(false);
        found.set(Number(type), names[at] ?? '');
      });
    }
  }
  return found;
}

/** Types that the text names: "record 64", "records 112 to 125". */
function named(): number[] {
  return [...readme.matchAll(/\brecords?\s+(\d+)(?: to (\d+))?/g)].flatMap(([, from, to]) =>
    Array.from({ length: Number(to ?? from) - Number(from) + 1 }, (_, i) => Number(from) + i),
  );
}

test('every record stands in it, and none that does not exist', () => {
  expect(declared.size).toBeGreaterThan(40);
  const described = new Set([...tabled().keys(), ...named()]);
  expect([...described].toSorted((a, b) => a - b)).toEqual([...declared.keys()].toSorted((a, b) => a - b));
});

test('tables call records by their names', () => {
  const table = tabled();
  expect(table.size).toBeGreaterThan(25);
  for (const [type, name] of table) expect([type, name]).toEqual([type, declared.get(type) ?? '']);
});

test('the labels of signatures are those of the code', () => {
  const [, union = ''] = /type SignatureLabel =([^;]+);/.exec(read('identity.ts')) ?? [];
  const labels = [...union.matchAll(/'([a-z-]+)'/g)].map(([, label = '']) => label);
  const [, list = ''] = /Signatures: `([^`]+)`/.exec(sectionOf('12.')) ?? [];
  expect(labels.length).toBeGreaterThan(10);
  expect(list.split(/\s+/)).toEqual(labels);
});

test('the labels of key derivations are those of the code', () => {
  const [, list = ''] = /KDF: `([^`]+)`/.exec(sectionOf('12.')) ?? [];
  const labels = new Set(list.split(/\s+/));
  const used = sources.flatMap((file) =>
    [...read(file).matchAll(/\blabel: '([a-z-]+)'/g)].map(([, label = '']) => label),
  );
  expect(used.length).toBeGreaterThan(8);
  expect(used.filter((label) => !labels.has(label))).toEqual([]);
});

test('every error has its line', () => {
  const [, union = ''] = /type ErrorCode =([\s\S]+?)export class/.exec(read('errors.ts')) ?? [];
  const codes = [...union.matchAll(/'(E_[A-Z]+)'/g)].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(8);
  const section = sectionOf('13.');
  expect(codes.filter((code) => !section.includes(code))).toEqual([]);
});

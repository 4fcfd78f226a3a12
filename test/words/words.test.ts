/** Every sentence that people read is in every catalogue, and says the same things there. */
import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { shortened, sourcesOf, wordsIn } from '../../src/bundle-words.ts';
import { byCodePoint, extract, extractFrom, ROOT } from './extract.ts';

const found = extract();
const read = async (language: string): Promise<Record<string, string>> =>
  Bun.file(join(ROOT, `src/words/${language}.json`)).json();
const placesIn = (sentence: string) => [...new Set(sentence.match(/\{\w+\}/g) ?? [])].sort(byCodePoint);

test('every sentence is written out where it is said, and nothing is said before a language is set', () => {
  expect(found.problems).toEqual([]);
  expect(found.keys.length).toBeGreaterThan(500);
});

test('the English catalogue is what the code says: bun run words writes it', async () => {
  const english = await read('en');
  expect(Object.keys(english)).toEqual([...found.keys]);
  expect(Object.entries(english).filter(([key, words]) => key !== words)).toEqual([]);
});

test('the German catalogue has every sentence and no other, in order', async () => {
  const german = await read('de');
  const keys = Object.keys(german);
  expect(found.keys.filter((key) => !Object.hasOwn(german, key))).toEqual([]);
  expect(keys.filter((key) => !found.keys.includes(key))).toEqual([]);
  expect(keys).toEqual([...keys].sort(byCodePoint));
});

test('a sentence has the same places in both languages, and a plural both forms', async () => {
  for (const [key, german] of Object.entries(await read('de'))) {
    expect(german.trim(), key).not.toBe('');
    const forms = german.split('|');
    expect(forms.length, key).toBe(key.split('|').length);
    // A singular may say its number in words; it names nothing that the plural does not.
    expect(placesIn(forms.at(-1) ?? ''), key).toEqual(placesIn(key.split('|').at(-1) ?? ''));
    for (const place of placesIn(forms[0] ?? '')) expect(placesIn(key), key).toContain(place);
  }
});

test('no two sentences have the same short key', async () => {
  const german = await read('de');
  expect(Object.keys(shortened(german)).length).toBe(Object.keys(german).length);
});

test('German speaks to one person, with its own quotation marks and ellipses', async () => {
  for (const [key, german] of Object.entries(await read('de'))) {
    expect(german, key).not.toMatch(/\bIhnen\b|"/);
    expect(german, key).not.toMatch(/\p{L}…/u);
  }
});

test('browsers get every sentence that their code says', async () => {
  const german = await read('de');
  const folders = ['src/island', 'src/client', 'src/contract', 'src/protocol'];
  const served = wordsIn(sourcesOf(ROOT, folders), german);
  const said = [...found.byFile].filter(([file]) => folders.some((folder) => file.startsWith(`${folder}/`)));
  expect(said.length).toBeGreaterThan(50);
  for (const [file, keys] of said)
    for (const key of keys) expect(Object.hasOwn(served, key), `${file}: ${key}`).toBe(true);
  expect(Object.keys(served).length).toBeLessThan(Object.keys(german).length);
});

/** A place of a template within source that is text here. */
const PLACE = '$' + '{n}';

const problemsOf = (source: string) =>
  extractFrom('src/views/x.tsx', `import { t, plural, sentence } from '../contract/words.ts';\n${source}`)
    .problems;

test('what nobody could translate is found', () => {
  for (const source of [
    'const say = (name: string) => t(name);',
    `const say = (name: string) => t(\`Hello ${PLACE}\`);`,
    'const word = t("Send");',
    'const word = () => <p>Bare words</p>;',
    'const word = () => <button aria-label="Close" />;',
    `const no = (n: number) => new Refusal("Conflict", \`At most ${PLACE}.\`);`,
  ])
    expect(problemsOf(source), source).toHaveLength(1);
  for (const source of [
    'const say = (name: string) => t("Hello {name}", { name });',
    'const word = sentence("Send");',
    'class Word { text = t("Send"); }',
    'const word = () => <p><code>sotto serve</code> · 12</p>;',
  ])
    expect(problemsOf(source), source).toEqual([]);
});

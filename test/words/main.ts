/**
 * `bun run words`: writes src/words/en.json, every sentence of the sources, puts the German file into order, and says what
 * is missing there or is of no use any more.
 */
import { join } from 'node:path';
import { byCodePoint, extract, ROOT } from './extract.ts';

const path = (language: string) => join(ROOT, `src/words/${language}.json`);
const write = (language: string, words: Record<string, string>) =>
  Bun.write(path(language), `${JSON.stringify(words, null, 2)}\n`);

const { keys, problems } = extract();
await write('en', Object.fromEntries(keys.map((key) => [key, key])));

const german: Record<string, string> = await Bun.file(path('de')).json();
await write('de', Object.fromEntries(Object.entries(german).sort(([a], [b]) => byCodePoint(a, b))));

const report = (title: string, lines: readonly string[]) => {
  if (lines.length > 0) console.log(`${title}\n${lines.map((line) => `  ${line}`).join('\n')}`);
};
report('Wrong:', problems);
report(
  'Missing in de.json:',
  keys.filter((key) => !Object.hasOwn(german, key)),
);
report(
  'Of no use in de.json:',
  Object.keys(german).filter((key) => !keys.includes(key)),
);
console.log(`${keys.length} sentences.`);

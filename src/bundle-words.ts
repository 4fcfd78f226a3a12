/** Catalogues as browsers get them: only the sentences that stand in what is bundled. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BunPlugin } from 'bun';
import { shortKey } from './contract/words.ts';

/**
 * @param root folder of the tree
 * @param folders whose sources are bundled. A sentence stays when it is written there, perhaps in a comment: too many rather
 * than too few, and no parser in the build
 */
export const wordsOf = (root: string, folders: readonly string[]): BunPlugin => ({
  name: 'words',
  setup(build) {
    build.onLoad({ filter: /[/\\]src[/\\]words[/\\]\w+\.json$/ }, async ({ path }) => ({
      contents: JSON.stringify(shortened(wordsIn(sourcesOf(root, folders), await Bun.file(path).json()))),
      loader: 'json',
    }));
  },
});

/** The catalogue by short keys, which is half of it. Throws when two sentences have the same. */
export function shortened(catalogue: Readonly<Record<string, string>>): Record<string, string> {
  const short: Record<string, string> = {};
  for (const [sentence, words] of Object.entries(catalogue)) {
    const key = shortKey(sentence);
    if (Object.hasOwn(short, key)) throw new Error(`another sentence has the short key of: ${sentence}`);
    short[key] = words;
  }
  return short;
}

/** The part of a catalogue that stands in the text; of plurals both forms must. */
export function wordsIn(text: string, catalogue: Readonly<Record<string, string>>): Record<string, string> {
  const isThere = (sentence: string) =>
    ["'", '"', '`'].some((quote) => text.includes(`${quote}${sentence}${quote}`));
  const isUsed = (key: string) => isThere(key) || (key.includes('|') && key.split('|').every(isThere));
  return Object.fromEntries(Object.entries(catalogue).filter(([key]) => isUsed(key)));
}

export function sourcesOf(root: string, folders: readonly string[]): string {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .sort()
    .map((name) => readFileSync(join(root, name), 'utf8'))
    .join('\n');
}

/**
 * `bun src/emoji-data.ts FOLDER`: writes the tables of src/island/emoji from an unpacked `emojibase-data` package
 * (17.0.0 made the ones that are here). Run by hand when Unicode has new ones: the package is seven megabytes of forty
 * languages, of which the island needs sixty kilobytes.
 */
import { join, resolve } from 'node:path';
import { tone } from './island/emoji/tone.ts';

interface Entry {
  readonly emoji: string;
  readonly hexcode: string;
  readonly label: string;
  readonly tags?: readonly string[];
  readonly group?: number;
  readonly order: number;
  readonly version: number;
  readonly skins?: readonly { readonly emoji: string }[];
}

/** The newest version of Unicode's list whose pictures every system has that is still looked after. */
const NEWEST = 15.1;
/** Parts of pictures: skin tones and hair. */
const COMPONENTS = 2;
const TONES = [1, 2, 3, 4, 5] as const;
const SOURCE =
  'Made by src/emoji-data.ts from emojibase-data 17.0.0 (LICENSE.emojibase), whose names are those of Unicode CLDR.';

const folder = resolve(process.argv[2] ?? '');
const read = async <T>(path: string): Promise<T> => Bun.file(join(folder, path)).json();
const english = await read<Entry[]>('en/data.json');
const german = new Map((await read<Entry[]>('de/data.json')).map((entry) => [entry.hexcode, entry]));
const codes = await read<Record<string, string | readonly string[]>>('en/shortcodes/github.json');

const chosen = english
  .filter(({ group, version }) => group !== undefined && group !== COMPONENTS && version <= NEWEST)
  .sort((a, b) => a.order - b.order);

let group = chosen[0]?.group;
const characters: string[] = [];
for (const entry of chosen) {
  if (entry.group !== group) characters.push('');
  group = entry.group;
  characters.push(
    [qualified(entry.emoji), hasTones(entry) ? '*' : '', ...codesOf(entry)].filter(Boolean).join(' '),
  );
}
await write(
  'characters',
  'CHARACTERS',
  'One a line, * where it has skin tones, then its codes; an empty line ends a group.',
  characters,
);
await write(
  'words-en',
  'WORDS',
  'Name and other search words of each line of characters.ts.',
  chosen.map(wordsOf),
);
await write(
  'words-de',
  'WORDS',
  'Name and other search words of each line of characters.ts.',
  chosen.map((entry) => wordsOf(german.get(entry.hexcode) ?? entry)),
);

function hasTones({ emoji, skins = [] }: Entry): boolean {
  const known = new Set(skins.map((skin) => qualified(skin.emoji)));
  return TONES.every((each) => known.has(tone(qualified(emoji), each)));
}

/** The sign that makes a picture of a character stays only where it would be a letter without (UTS 51, fully-qualified). */
function qualified(emoji: string): string {
  return emoji.replace(/(\p{Emoji_Presentation})\ufe0f/gu, '$1');
}

function codesOf({ hexcode }: Entry): readonly string[] {
  const found = codes[hexcode] ?? [];
  return typeof found === 'string' ? [found] : found;
}

/** `grinning face|cheerful happy`: words of the name are not said twice. */
function wordsOf({ label, tags = [] }: Entry): string {
  const named = new Set(label.toLowerCase().split(/[\s:,]+/));
  return `${label}|${tags.filter((tag) => !named.has(tag)).join(' ')}`;
}

async function write(file: string, name: string, what: string, lines: readonly string[]): Promise<void> {
  const text = lines.join('\n');
  if (/[`\\]|\$\{/.test(text)) throw new Error(`${file} would not be a plain text`);
  await Bun.write(
    join(import.meta.dir, `island/emoji/${file}.ts`),
    `/** ${what}\n * ${SOURCE} */\nexport const ${name} = \`${text}\`;\n`,
  );
}

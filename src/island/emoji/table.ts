/** The emojis, in the order and groups of Unicode's list, with names and search words in the language of the page. */
import { locale } from '../../contract/words.ts';
import { fold } from '../fold.ts';
import { CHARACTERS } from './characters.ts';

export interface Emoji {
  /** Without a skin tone. */
  readonly emoji: string;
  readonly hasTones: boolean;
  /** What people type between colons, the usual one first. */
  readonly codes: readonly string[];
  readonly name: string;
  /** Name, codes and other words, each without accents and capitals. */
  readonly words: readonly string[];
  /** Index into `groupNames`. */
  readonly group: number;
}

let table: { readonly language: string; readonly emojis: Promise<readonly Emoji[]> } | null = null;

/** All of them; fetched once for each language. */
export function loadTable(): Promise<readonly Emoji[]> {
  const language = locale();
  if (table?.language !== language) table = { language, emojis: fetchTable(language) };
  return table.emojis;
}

async function fetchTable(language: string): Promise<readonly Emoji[]> {
  const { WORDS } = language.startsWith('de') ? await import('./words-de.ts') : await import('./words-en.ts');
  return readTable(CHARACTERS, WORDS);
}

/** Joins the lines of characters.ts with those of one language. */
function readTable(characters: string, words: string): readonly Emoji[] {
  const described = words.split('\n');
  let line = 0;
  return characters.split('\n\n').flatMap((lines, group) =>
    lines.split('\n').map((each): Emoji => {
      const [emoji = '', ...rest] = each.split(' ');
      const codes = rest.filter((word) => word !== '*');
      const [name = '', others = ''] = (described[line++] ?? '').split('|');
      return {
        emoji,
        hasTones: rest[0] === '*',
        codes,
        name,
        words: fold(`${name} ${others} ${codes.join(' ').replaceAll('_', ' ')}`).split(/[\s:,]+/u),
        group,
      };
    }),
  );
}

/** Emojis whose words begin with every word of the query; those that are called so come first. */
export function searchEmojis(table: readonly Emoji[], query: string, limit = Number.POSITIVE_INFINITY) {
  const wanted = fold(query)
    .split(/[\s:_]+/u)
    .filter((word) => word !== '');
  if (wanted.length === 0) return [];
  const whole = wanted.join(' ');
  const found = table.flatMap((emoji) => {
    const fits = wanted.every((word) => emoji.words.some((other) => other.startsWith(word)));
    return fits ? [{ emoji, rank: rankOf(emoji, whole) }] : [];
  });
  return found
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map(({ emoji }) => emoji);
}

function rankOf({ name, codes, words }: Emoji, query: string): number {
  const called = [fold(name), ...codes.map((code) => code.replaceAll('_', ' '))];
  if (called.includes(query)) return 0;
  if (called.some((each) => each.startsWith(query))) return 1;
  return words.includes(query) ? 2 : 3;
}

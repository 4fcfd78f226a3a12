/** How the words of a page reach its scripts: a script before them leaves them here (island/words-de.ts). */
import type { Catalogue } from './words.ts';

declare global {
  var sottoWords: Catalogue | undefined;
}

/** The scripts with words, by language; English has none. */
export const WORD_SCRIPTS: Readonly<Record<string, string>> = { de: 'words-de.js' };

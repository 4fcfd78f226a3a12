/** German for browsers: the build leaves out what only the server says (bundle-words.ts). */
import type { Catalogue } from '../contract/words.ts';
import de from './de.json';

export const GERMAN: Catalogue = de;

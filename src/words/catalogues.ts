/** The languages that there are. English is what the code says; another one is a file beside this one and a line here. */
import type { Catalogue } from '../contract/words.ts';
import de from './de.json';

export type Language = 'en' | 'de';

export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en: {}, de };

export const LANGUAGES: readonly Language[] = ['en', 'de'];

export const isLanguage = (value: string): value is Language => LANGUAGES.some((each) => each === value);

/** German, as a script of its own before those that speak: English pages do not load it. */
import { GERMAN } from '../words/german.ts';

globalThis.sottoWords = GERMAN;

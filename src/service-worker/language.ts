/** The worker speaks for itself before any page of ours may: in the language that the browser asks for first. */
import { setLanguage } from '../contract/words.ts';
import { GERMAN } from '../words/german.ts';

const primary = (tag: string) => tag.split('-', 1)[0];
const wanted = navigator.languages.find((tag) => ['en', 'de'].includes(primary(tag) ?? '')) ?? 'en';
if (primary(wanted) === 'de') setLanguage(wanted, GERMAN);
else setLanguage(wanted);

/**
 * The language of the page, before anything of it is drawn: the server says which in `<html lang>`, and the browser which
 * region of it. Imported first by the scripts of pages. Words that could not be loaded are English ones: the rest works.
 */
import '../contract/page-words.ts';
import { setLanguage } from '../contract/words.ts';

const { lang } = document.documentElement;
const locale = navigator.languages.find((each) => each.split('-', 1)[0] === lang) ?? lang;
setLanguage(locale, globalThis.sottoWords);

/**
 * The language of the page, before anything of it is drawn: the server says which in `<html lang>`, and the browser which
 * region of it. Imported first by the scripts of pages.
 */
import { setLanguage } from '../contract/words.ts';

const { lang } = document.documentElement;
const locale = navigator.languages.find((each) => each.split('-', 1)[0] === lang) ?? lang;
setLanguage(locale);
if (lang === 'de') {
  try {
    const { GERMAN } = await import('../words/german.ts');
    setLanguage(locale, GERMAN);
  } catch {
    // Words in English are better than none: the rest of the page works.
  }
}

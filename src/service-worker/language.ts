/** The worker speaks the language of the last page that it let through: what it says stands in the place of one. */
import { setLanguage } from '../contract/words.ts';
import { GERMAN } from '../words/german.ts';
import { readLanguage } from './accepted.ts';

/** Before anything is said. The worker is started anew for any event, so it asks each time. */
export async function speakLikePages(): Promise<void> {
  const language = await readLanguage();
  const locale = navigator.languages.find((tag) => tag.split('-', 1)[0] === language) ?? language;
  if (language === 'de') setLanguage(locale, GERMAN);
  else setLanguage(locale);
}

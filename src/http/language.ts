/**
 * The language of a request: the person's choice in Settings, which a cookie keeps, else what their browser asks for. The
 * cookie says a language and nothing else, so it may be there before anybody has signed in.
 */
import { type Catalogue, speak } from '../contract/words.ts';
import { CATALOGUES, isLanguage, type Language } from '../words/catalogues.ts';

const COOKIE = 'sotto-language';
/** Seconds that browsers keep the choice: a year, and at most 400 days (RFC 6265bis). */
const MAX_AGE_S = 365 * 24 * 3600;

/** A language as `Intl` knows it, with its catalogue. */
export interface Speech {
  readonly language: Language;
  readonly locale: string;
  readonly words: Catalogue;
}

/** What the person chose; null when the browser decides. */
export function chosenLanguage(request: Request): Language | null {
  const cookies = request.headers.get('cookie') ?? '';
  const value = new RegExp(`(?:^|;\\s*)${COOKIE}=(\\w+)`).exec(cookies)?.[1] ?? '';
  return isLanguage(value) ? value : null;
}

/** The Set-Cookie of a choice; null takes it back. */
export function languageCookie(language: Language | null, secure: boolean): string {
  const age = language === null ? 0 : MAX_AGE_S;
  const parts = [`${COOKIE}=${language ?? ''}`, 'Path=/', `Max-Age=${age}`, 'HttpOnly', 'SameSite=Lax'];
  return [...parts, ...(secure ? ['Secure'] : [])].join('; ');
}

/** The language that a request is answered in; the browser's own region of it where it names one. */
export function speechOf(request: Request): Speech {
  const wanted = acceptedLanguages(request.headers.get('accept-language') ?? '');
  const primary = (tag: string) => tag.split('-', 1)[0] ?? '';
  const spoken = wanted.map(primary).find(isLanguage);
  const language = chosenLanguage(request) ?? spoken ?? 'en';
  const locale = wanted.find((tag) => primary(tag) === language) ?? language;
  return { language, locale, words: CATALOGUES[language] };
}

/** Renders in the language of a request. `render` must not wait for anything. */
export function speakTo<T>(request: Request, render: () => T): T {
  const { locale, words } = speechOf(request);
  return speak(locale, words, render);
}

/** `en-GB,en;q=0.8,de;q=0.5` (RFC 9110, 12.5.4) as tags, the most wanted first; those with q=0 are not wanted. */
function acceptedLanguages(header: string): readonly string[] {
  return header
    .slice(0, MAX_HEADER)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(/\s*;\s*/);
      const q = parameters.find((each) => /^q=/i.test(each))?.slice(2);
      return { tag, weight: q === undefined ? 1 : Number(q) };
    })
    .filter(({ tag, weight }) => TAG.test(tag) && weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag.replace(/^\w+/, (primary) => primary.toLowerCase()));
}

/** Characters of the header that are read: more than any browser sends. */
const MAX_HEADER = 500;
/** A language and perhaps a region: what `Intl` takes without a doubt. */
const TAG = /^[a-z]{2,3}(?:-(?:[a-z]{2}|\d{3}))?$/i;

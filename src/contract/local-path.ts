/** Addresses that a page is asked to go to afterwards: of this site, or none. */

/** What parsers drop, or take for a slash. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones
const TRICKS = /[\u0000-\u001f\u007f\\]/;
/** Any: only whether it stays is asked. */
const SITE = 'https://site.invalid';

/** The path of this site that a text is, with query and fragment; `fallback` for anything else. */
export function localPath(text: string, fallback: string): string {
  if (!text.startsWith('/') || text.startsWith('//') || TRICKS.test(text)) return fallback;
  const url = URL.parse(text, SITE);
  if (url === null || url.origin !== SITE || url.pathname.startsWith('//')) return fallback;
  return `${url.pathname}${url.search}${url.hash}`;
}

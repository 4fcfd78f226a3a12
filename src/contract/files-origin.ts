/**
 * The one origin, besides the server's own, with which the worker that fetches files may speak, as it stands behind the address of its
 * script. The policy of that worker is made of it, so nothing else than an origin may stand there.
 */
const ORIGIN = /^https?:\/\/[a-z0-9.-]{1,253}(?::[0-9]{1,5})?$/;

/** With its question mark. */
export const filesSearch = (origin: string): string => `?files=${encodeURIComponent(origin)}`;

/** Null for whatever `filesSearch` does not write. */
export function filesOrigin(search: string): string | null {
  const origin = new URLSearchParams(search).get('files') ?? '';
  return ORIGIN.test(origin) && search === filesSearch(origin) ? origin : null;
}

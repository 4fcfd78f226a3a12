/**
 * What travels smaller. Files are compressed once (assets.ts). Pages are compressed as they are drawn, and only answers to
 * GET: what compresses well beside a secret tells its length to who listens (BREACH), so no answer is compressed that repeats
 * what a request sent or holds a secret. Pages that are asked for have no token and no part of their own address in them;
 * what was typed into a form, and an invite link, stand in answers to POST alone.
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes below which a page is sent as it is: one packet either way. */
const SMALLEST_PAGE = 1024;
/** libdeflate's own middle: half a millisecond for the largest page, and its best gives one hundredth more. */
const PAGE_LEVEL = 6;

/** Whether the request takes this coding (RFC 9110, 12.5.3). */
export function accepts(request: Request, coding: 'br' | 'gzip'): boolean {
  return (request.headers.get('accept-encoding') ?? '').split(',').some((each) => {
    const [name = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
    return name === coding && !parameters.some((part) => /^q=0(?:\.0*)?$/.test(part));
  });
}

/** The body of a page and the header that says how it is coded. */
export function codePage(
  request: Request,
  markup: string,
): { readonly body: string | Bytes; readonly headers: Readonly<Record<string, string>> } {
  if (request.method !== 'GET' || markup.length < SMALLEST_PAGE || !accepts(request, 'gzip'))
    return { body: markup, headers: {} };
  return {
    body: Bun.gzipSync(markup, { library: 'libdeflate', level: PAGE_LEVEL }),
    headers: { 'content-encoding': 'gzip' },
  };
}

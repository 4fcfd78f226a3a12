/**
 * Whether this address can carry Sotto at all. Browsers give keys and passkeys to https and to localhost only, so a
 * page opened over plain HTTP anywhere else is replaced, and 127.0.0.1 becomes localhost, where passkeys work.
 */

import { PlainHttp } from '../../views/pages/notice.tsx';
import type { Deps } from '../deps.ts';
import { bareSite, html } from './pages-frame.ts';

export type AddressVerdict =
  | { readonly kind: 'fine' }
  /** The same page under a name that browsers trust. */
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'plain-http' };

const FINE: AddressVerdict = { kind: 'fine' };
/** What is not a page answers wherever it is asked: programs do not need a browser's trust. Nor does the page that makes it. */
const NOT_PAGES =
  /^\/(?:api\/|assets\/|socket$|healthz$|readyz$|metrics$|trust(?:$|\/)|sw\.js$|manifest\.webmanifest$)/;

/**
 * @param request its URL's host is the one in the address bar (the Host header)
 * @param origin the address that links carry
 */
export function judgeAddress(request: Request, origin: string): AddressVerdict {
  const url = new URL(request.url);
  if ((request.method !== 'GET' && request.method !== 'HEAD') || NOT_PAGES.test(url.pathname)) return FINE;
  const { protocol, hostname, host, port, pathname, search } = url;
  const forwarded = request.headers.get('x-forwarded-proto')?.split(',')[0]?.trim();
  // A proxy that says nothing is believed for the address the operator named, and for no other.
  const secure =
    protocol === 'https:' || forwarded === 'https' || (!forwarded && origin === `https://${host}`);
  if (secure) return FINE;
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return FINE;
  if (/^127(?:\.\d{1,3}){3}$/.test(hostname) || hostname === '[::1]')
    return { kind: 'redirect', to: `http://localhost${port ? `:${port}` : ''}${pathname}${search}` };
  return { kind: 'plain-http' };
}

/** The answer for an address that cannot be used, or null: then the request goes on. */
export async function addressPage(
  request: Request,
  deps: Pick<Deps, 'assets' | 'origin' | 'config'>,
): Promise<Response | null> {
  const verdict = judgeAddress(request, deps.origin());
  if (verdict.kind === 'fine') return null;
  if (verdict.kind === 'redirect')
    return new Response(null, {
      status: 307,
      headers: { location: verdict.to, 'cache-control': 'no-store' },
    });
  const { hostname, port } = new URL(request.url);
  const address = deps.config.url?.startsWith('https:') ? deps.config.url : null;
  const props = { site: bareSite(deps.assets), host: hostname, port: port || '80', address };
  const answer = html(request, () => PlainHttp(props), 403);
  answer.headers.set('cache-control', 'no-store');
  return answer;
}

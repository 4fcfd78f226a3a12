/**
 * Scripts of other sites: those that the operator names may call the API with a token. Never with a cookie, so nothing that a browser
 * sends by itself counts, and the answers say so (no `allow-credentials`).
 */
import { API } from '../contract/paths.ts';
import { bearerOf } from './bearer.ts';

export interface CrossOrigin {
  readonly headers: Readonly<Record<string, string>>;
  /** The browser asks whether it may ask. */
  readonly isPreflight: boolean;
}

/** Seconds for which a browser need not ask again. */
const MAX_AGE_S = 600;

/** Null for a request that comes from no named site, or with no token: then the rules for everybody hold. */
export function crossOrigin(request: Request, origins: readonly string[]): CrossOrigin | null {
  const origin = request.headers.get('origin');
  if (origin === null || !origins.includes(origin)) return null;
  if (!new URL(request.url).pathname.startsWith(`${API}/`)) return null;
  const isPreflight = request.method === 'OPTIONS' && request.headers.has('access-control-request-method');
  if (!isPreflight && bearerOf(request) === null) return null;
  return {
    isPreflight,
    headers: {
      'access-control-allow-origin': origin,
      vary: 'Origin',
      ...(isPreflight
        ? {
            'access-control-allow-methods': 'GET, POST, PUT, DELETE',
            'access-control-allow-headers': 'authorization, content-type',
            'access-control-max-age': String(MAX_AGE_S),
          }
        : { 'access-control-expose-headers': 'retry-after, x-request-id' }),
    },
  };
}

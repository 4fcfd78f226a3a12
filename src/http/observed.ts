/** What is kept of a request, for metrics and traces; and what is said while the server stops. */
import { PATHS } from '../contract/paths.ts';
import { sentence } from '../contract/words.ts';
import type { Deps } from '../deps.ts';
import type { Meter } from '../ops/meter.ts';
import type { Stopping } from '../ops/stopping.ts';
import { Refusal } from './errors.ts';

/** Seconds after which somebody asks again whose request came while the server stopped. */
const RETRY_AFTER_S = 2;

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const SIGN_IN_ROUTES: ReadonlySet<string> = new Set([
  PATHS.signInPassword,
  PATHS.signInRecovery,
  PATHS.signInPasskey,
]);
/** What asks how the server is, and is answered to the end. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** The pattern of a route; one name for whatever no route was found for: addresses that people make up are no labels. */
export const routeName = (route: string | undefined): string =>
  route === undefined || route === '' || route === '/*' ? 'none' : route;

export function noteRequest(
  meter: Meter,
  request: {
    readonly method: string;
    readonly route: string | undefined;
    readonly status: number;
    readonly seconds: number;
  },
): void {
  const route = routeName(request.route);
  const method = METHODS.has(request.method) ? request.method : 'other';
  meter.count('httpRequests', { route, method, status: String(request.status) });
  meter.observe('httpDuration', { route, method }, request.seconds);
  if (!SIGN_IN_ROUTES.has(route)) return;
  if (request.status < 300) meter.count('signIns', { result: 'ok' });
  else if (request.status === 401 || request.status === 429) meter.count('signIns', { result: 'refused' });
}

/** What a proxy that the operator named says of a request: its id and its trace, where they are well formed. */
export function fromProxy(
  request: Request,
  { peer }: Pick<Deps, 'peer'>,
): { readonly id: string | null; readonly traceparent: string | null } {
  const id = request.headers.get('x-request-id');
  const traceparent = request.headers.get('traceparent');
  if ((id === null && traceparent === null) || !peer(request).isProxy) return NOTHING;
  return { id: id !== null && /^[\w.:-]{8,64}$/.test(id) ? id : null, traceparent };
}
const NOTHING = { id: null, traceparent: null };

/**
 * Connections end with the answer, so that the next one comes to another node where there is one. What came too late is refused, and was
 * not begun: clients send it again by themselves. While others take over that is only what would stay, a socket.
 */
export function checkStopping(
  { begun }: Pick<Stopping, 'begun'>,
  request: Request,
  headers: Record<string, string | number>,
): void {
  headers.connection = 'close';
  const isSocket = request.headers.get('upgrade')?.toLowerCase() === 'websocket';
  if (PROBES.has(new URL(request.url).pathname) || !(begun || isSocket)) return;
  throw new Refusal('Unavailable', sentence('The server is starting anew. Try again in a moment.'), {
    retry_after: RETRY_AFTER_S,
  });
}

/**
 * What every request passes: an id, size limits, the check that it comes from our own pages, security headers, one
 * line of log, and one shape for everything that goes wrong.
 */

import { Elysia } from 'elysia';
import { MAX_SEGMENT_BYTES } from '../contract/backup.ts';
import type { ErrorBody } from '../contract/errors.ts';
import { MAX_RUN_BYTES } from '../contract/files.ts';
import { MAX_POST_BYTES, MAX_REQUEST_BYTES } from '../contract/limits.ts';
import { MAX_PART_BYTES } from '../contract/parcels.ts';
import { MANIFEST_PATH, PATHS } from '../contract/paths.ts';
import { RELEASE_HEADER } from '../contract/release.ts';
import { sentence } from '../contract/words.ts';
import type { Deps } from '../deps.ts';
import { type Serving, serving } from '../ops/serving.ts';
import type { Releases } from '../services/releases.ts';
import { crossOrigin } from './cors.ts';
import { elsewhere } from './elsewhere.ts';
import { Refusal, toErrorBody } from './errors.ts';
import { securityHeaders } from './headers.ts';
import { speakTo } from './language.ts';
import { checkStopping, fromProxy, noteRequest, routeName } from './observed.ts';
import { TRANSPORT_SECURITY_HEADER, transportSecurity } from './transport-security.ts';

/** Draws a refusal as a page, in the language that is spoken then; the API answers JSON instead. */
export type ErrorPage = (status: number, body: ErrorBody) => JSX.Element;
/** The answer for an address that browsers do not trust, or null: then the request goes on. */
export type AddressCheck = (request: Request) => Promise<Response | null>;

interface Open extends Serving {
  /** On the clock that only goes on, in milliseconds. */
  readonly startedAt: number;
}

/** What tells that the server is well, and is written down for nobody as long as it is. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export const requests = (
  deps: Pick<
    Deps,
    'config' | 'log' | 'clock' | 'random' | 'origin' | 'assets' | 'encryption' | 'ops' | 'peer'
  > & { readonly services: Pick<Deps['services'], 'releases'> },
  errorPage: ErrorPage,
  addressCheck: AddressCheck,
) => {
  const open = new WeakMap<Request, Open>();
  let headers: Readonly<Record<string, string>> | null = null;

  const begin = (request: Request): Open => {
    const asked = fromProxy(request, deps);
    const begun = {
      id: asked.id ?? deps.random(8).toHex(),
      span: deps.ops.tracing?.begin(request.method, asked.traceparent) ?? null,
      startedAt: performance.now(),
    };
    open.set(request, begun);
    return begun;
  };

  return new Elysia({ name: 'requests' })
    .wrap((handle, request) => {
      const begun = begin(request);
      return (...given: unknown[]) => serving(begun, () => handle(...given));
    })
    .onRequest(async ({ request, set }) => {
      const { id } = open.get(request) ?? begin(request);
      headers ??= { ...securityHeaders(), ...transport(deps.origin(), deps.encryption?.kind ?? null) };
      Object.assign(set.headers, headers, { 'x-request-id': id });
      if (deps.ops.stopping.draining) checkStopping(deps.ops.stopping, request, set.headers);
      checkSize(request);
      const cross = crossOrigin(request, deps.config.corsOrigins);
      if (cross === null) checkOrigin(request, deps.origin());
      else if (cross.isPreflight) return new Response(null, { status: 204, headers: { ...cross.headers } });
      else Object.assign(set.headers, cross.headers);
      await checkRelease(request, deps.assets.manifest.release, deps.services.releases);
      if (deps.services.releases.others().length > 0 && isPageLoad(request)) set.headers.connection = 'close';
      return (await addressCheck(request)) ?? undefined;
    })
    .onAfterHandle({ as: 'global' }, ({ set, request }) => {
      // Whatever a person sees is theirs alone; only /assets and health say otherwise themselves.
      if (!new URL(request.url).pathname.startsWith('/assets/')) set.headers['cache-control'] ??= 'no-store';
    })
    .onError({ as: 'global' }, async ({ code, error, request, set }) => {
      const known = isCutOff(request, error) ? cutOff() : refusalOf(code, error);
      const { status, body } = speakTo(request, () => toErrorBody(known));
      const path = new URL(request.url).pathname;
      if (status >= 500)
        deps.log.error('request failed', {
          reason: error instanceof Error ? `${error.name}: ${error.message}` : String(code),
          ...(status === 500 && error instanceof Error
            ? { at: error.stack?.split('\n')[1]?.trim() ?? '' }
            : {}),
        });
      set.status = status;
      const more: Record<string, string> = { 'cache-control': 'no-store' };
      if (body.retry_after !== undefined) more['retry-after'] = String(body.retry_after);
      const page = !path.startsWith('/api/') && !path.startsWith('/assets/') && path !== '/socket';
      more['content-type'] = page ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8';
      more.vary = 'Accept-Language, Cookie';
      const there = page ? elsewhere(request, body, deps.origin()) : null;
      // htmx would follow a redirect and swap a page into a pane: it is told to go.
      if (there !== null)
        return request.headers.get('hx-request') === 'true'
          ? new Response(null, { status: 200, headers: { ...more, 'hx-redirect': there } })
          : new Response(null, { status: 303, headers: { ...more, location: there } });
      const said = page ? await speakTo(request, () => errorPage(status, body)) : JSON.stringify(body);
      return new Response(said, { status, headers: more });
    })
    .onAfterResponse({ as: 'global' }, ({ request, response, route, set }) => {
      const begun = open.get(request);
      const status =
        response instanceof Response ? response.status : typeof set.status === 'number' ? set.status : 200;
      const seconds = begun ? (performance.now() - begun.startedAt) / 1000 : 0;
      noteRequest(deps.ops.meter, { method: request.method, route, status, seconds });
      begun?.span?.rename(`${request.method} ${routeName(route)}`);
      begun?.span?.set({
        'http.request.method': request.method,
        'http.route': routeName(route),
        'http.response.status_code': status,
        'sotto.request': begun.id,
      });
      begun?.span?.end(status >= 500 ? String(status) : undefined);
      const path = new URL(request.url).pathname;
      // Balancers ask every second or two.
      deps.log[PROBES.has(path) && status < 500 ? 'debug' : 'info']('request', {
        request: begun?.id ?? '',
        method: request.method,
        path,
        status,
        ms: Math.round(seconds * 1000),
      });
    });
};

/** Whoever sent it went away in the middle: nobody hears the answer, and nothing is wrong here. */
const isCutOff = (request: Request, error: unknown): boolean =>
  request.signal.aborted && error instanceof Error && error.name === 'AbortError';
const cutOff = () => new Refusal('ValidationError', 'The connection ended before all of this was here.');

function transport(origin: string, encryption: Parameters<typeof transportSecurity>[1]) {
  const value = transportSecurity(origin, encryption);
  return value === null ? {} : { [TRANSPORT_SECURITY_HEADER]: value };
}

/** A body that says it is too large is refused before it is read; the server's own limit holds for the others. */
function checkSize(request: Request): void {
  const length = Number(request.headers.get('content-length') ?? 0);
  const limit = limitOf(new URL(request.url).pathname);
  if (length > limit)
    throw new Refusal(
      'TooLarge',
      sentence('That is too large: at most {n} KiB can be sent at once.', { n: Math.floor(limit / 1024) }),
    );
}

/** Bytes of the largest body that something under this path takes. */
function limitOf(path: string): number {
  if (path === PATHS.messages) return MAX_POST_BYTES;
  if (path.startsWith(`${PATHS.backup}/`)) return MAX_SEGMENT_BYTES;
  if (path.startsWith(`${PATHS.parcels}/`)) return MAX_PART_BYTES;
  if (path.startsWith(`${PATHS.files}/`) && path.includes('/chunks/')) return MAX_RUN_BYTES;
  return MAX_REQUEST_BYTES;
}

/** Browsers name the page that a write comes from; other pages' writes are refused. */
function checkOrigin(request: Request, origin: string): void {
  if (SAFE_METHODS.has(request.method)) return;
  const from = request.headers.get('origin');
  const site = request.headers.get('sec-fetch-site');
  const foreign =
    from !== null ? from !== origin : site !== null && site !== 'same-origin' && site !== 'none';
  if (foreign)
    throw new Refusal(
      'Forbidden',
      sentence('This request came from another site. Open {origin} and try again there.', { origin }),
    );
}

/**
 * A page of another release reads our answers wrongly: it is told to load itself again, and keeps its drafts. Not while that release is at
 * work on other nodes, which is one apart: the page would come from one and ask the other again and again.
 */
async function checkRelease(
  request: Request,
  release: string,
  { isAtWork, look }: Pick<Releases, 'isAtWork' | 'look'>,
): Promise<void> {
  const asked = request.headers.get(RELEASE_HEADER);
  if (asked === null || asked === release || isAtWork(asked)) return;
  // A node may have begun a moment ago.
  await look();
  if (!isAtWork(asked))
    throw new Refusal(
      'UpgradeRequired',
      sentence(
        'This page is of the release {page}, and the server of {release}. Load it again; nothing is lost.',
        { page: asked.slice(0, 40), release },
      ),
    );
}

/**
 * A page, or what the service worker compares it with. While other releases are at work the next one comes over another connection, and so
 * to another node: a browser that wants the release that it has accepted asks until it gets there.
 */
function isPageLoad({ method, url, headers }: Request): boolean {
  const { pathname } = new URL(url);
  const isOther = /^\/(?:api|assets)\/|^\/socket$/.test(pathname) && pathname !== MANIFEST_PATH;
  return method === 'GET' && !isOther && headers.get('hx-request') === null;
}

/** Elysia's own errors in our shapes; anything else stays as it is. */
function refusalOf(code: unknown, error: unknown): unknown {
  switch (code) {
    case 'NOT_FOUND':
      return new Refusal('NotFound', 'There is nothing here.');
    case 'PARSE':
      return new Refusal(
        'ValidationError',
        'The request could not be read: its body is not what its type says.',
      );
    case 'INVALID_FILE_TYPE':
      return new Refusal('UnsupportedMediaType', 'That kind of content is not accepted here.');
    case 'VALIDATION':
      return validation(error);
    default:
      return error;
  }
}

interface Problem {
  readonly path: string;
  readonly summary?: string;
  readonly message: string;
}

function validation(error: unknown): Refusal {
  const problems =
    error !== null && typeof error === 'object' && 'all' in error ? (error.all as Problem[]) : [];
  const fields: Record<string, string[]> = {};
  for (const problem of problems) {
    if (typeof problem?.path !== 'string') continue;
    const field = problem.path.replace(/^\//, '').replaceAll('/', '.') || 'body';
    fields[field] ??= [];
    const sentence = `${problem.message.replace(/\.$/, '')}.`;
    if (!fields[field].includes(sentence)) fields[field].push(sentence);
  }
  const names = Object.keys(fields);
  return new Refusal(
    'ValidationError',
    names.length === 0
      ? sentence('Some of this cannot be right.')
      : sentence('Please check: {fields}.', { fields: names.join(', ') }),
    { fields },
  );
}

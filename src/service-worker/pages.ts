/**
 * Navigations: a page of the server's reaches the tab only when everything it loads has been accepted. Where no page of
 * Sotto comes, the one that is kept stands in.
 */
import { SERVICE_WORKER_PATH } from '../contract/paths.ts';
import type { ServedManifest } from '../contract/served.ts';
import { securityHeaders } from '../http/headers.ts';
import {
  clearDoubt,
  type Doubt,
  fetchManifest,
  fetchOffer,
  fetchWorker,
  fileAt,
  readAccepted,
  readDoubt,
  readLanguage,
  sha384,
  TRIES,
  writeAccepted,
  writeDoubt,
  writeLanguage,
} from './accepted.ts';
import { keptShell, REFERENCES } from './kept.ts';
import { speakLikePages } from './language.ts';
import { ANSWER, leftAlone, question, TOKEN } from './question.ts';
import type { FetchEvent, ServiceWorkerScope } from './scope.ts';

/** Milliseconds that the server has for a page before the one that is kept stands in for it. */
const PATIENCE_MS = 3000;
/** What every page of Sotto has and another network's has not; and the language it is in. */
const PAGE = /<body data-page="/;
const PAGE_LANGUAGE = /^<!doctype html><html lang="([a-z]{2})/;
/** Pages in front of the workspace need the server: what it sends is shown, whatever it is. */
const WORKSPACE = /^\/(?:$|c\/|files|settings|verify\/|admin|conversations\/)/;
/** Statuses whose answers have no body (Fetch, 2.2.3). */
const NULL_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);
/** Headers by which an answer loads, reloads or reports something beside its page. */
const NOT_PASSED = [
  'link',
  'refresh',
  'content-encoding',
  'content-length',
  'content-security-policy-report-only',
  'nel',
  'report-to',
  'reporting-endpoints',
  'speculation-rules',
];

/** The answer to a navigation: the server's page under our own policy, the question, or the page that needs no server. */
export async function answerNavigation(scope: ServiceWorkerScope, event: FetchEvent): Promise<Response> {
  const { request } = event;
  const answer = await takeAnswer(scope, request);
  if (answer) return answer;
  const accepted = (await readAccepted())?.current ?? null;
  const shell = async () => keptShell(accepted, await readLanguage());

  const network = readPage(event);
  const page = await Promise.race([
    network.catch(() => null),
    // What a form sends is sent once, however long it takes.
    ...(request.method === 'GET' ? [later(PATIENCE_MS)] : []),
  ]);
  if (page === null || isStranger(request, page)) {
    const kept = await shell();
    if (kept) return kept;
  }
  const first = page ?? (await network);
  const { served, body } = (await fromAccepted(request, accepted, first)) ?? first;
  // A redirect is followed by the browser, which asks here again.
  if (served.type === 'opaqueredirect' || served.type === 'error') return served;

  const refused = { ...(await readDoubt())?.refused, ...unaccepted(accepted, body) };
  if (typeof body === 'string') event.waitUntil(writeLanguage(PAGE_LANGUAGE.exec(body)?.[1] ?? ''));
  const successor = await unacceptedSuccessor(scope, accepted);
  if (successor !== null) refused[SERVICE_WORKER_PATH] = successor;
  return Object.keys(refused).length > 0 ? ask(scope, accepted, refused) : underOurPolicy(served, body);
}

/** What a page loads and was never accepted, with the hash that it says, if it says one. */
function unaccepted(
  accepted: ServedManifest | null,
  body: ServedPage['body'],
): Record<string, string | null> {
  const refused: Record<string, string | null> = {};
  if (typeof body !== 'string') return refused;
  for (const [, path = '', integrity] of body.matchAll(REFERENCES)) {
    const file = fileAt(accepted, path);
    if (!file) refused[path] ??= null;
    // The browser would refuse the accepted bytes for it.
    else if (integrity !== undefined && integrity !== file.sha384) refused[path] = integrity;
  }
  return refused;
}

/**
 * The page of the accepted release, where the first one was of another and nodes of both serve: it is asked for until a node has it. Null
 * when there is none, or no need. So nobody is asked about a release, and about the one before again, while nodes are exchanged.
 */
async function fromAccepted(
  request: Request,
  accepted: ServedManifest | null,
  { body }: ServedPage,
): Promise<ServedPage | null> {
  if (request.method !== 'GET' || accepted === null) return null;
  if (Object.keys(unaccepted(accepted, body)).length === 0) return null;
  const offer = await fetchOffer();
  const isServed = offer?.manifest.release === accepted.release || offer?.beside.includes(accepted.release);
  if (!isServed || offer?.beside.length === 0) return null;
  const until = Date.now() + PATIENCE_MS;
  for (let tries = 0; tries < TRIES && Date.now() < until; tries++) {
    const page = await fetchPage(request).catch(() => null);
    if (page !== null && Object.keys(unaccepted(accepted, page.body)).length === 0) return page;
  }
  return null;
}

interface ServedPage {
  readonly served: Response;
  /** The text of a page; anything else as it comes. */
  readonly body: string | ReadableStream | null;
}

/** What the network answers. Throws when there is none. */
async function readPage({ request, preloadResponse }: FetchEvent): Promise<ServedPage> {
  const preloaded = await preloadResponse;
  return preloaded ? read(preloaded) : fetchPage(request);
}

const fetchPage = async (request: Request): Promise<ServedPage> => read(await fetch(request));

/** A page to its end. */
async function read(served: Response): Promise<ServedPage> {
  const isPage = (served.headers.get('content-type') ?? '').startsWith('text/html');
  return { served, body: isPage ? await served.text() : served.body };
}

/** Somebody else answers in the server's place: a network that wants a sign-in first, or a proxy whose server is away. */
function isStranger({ method, url }: Request, { served, body }: ServedPage): boolean {
  if (method !== 'GET' || served.type === 'opaqueredirect' || !WORKSPACE.test(new URL(url).pathname))
    return false;
  return typeof body === 'string' ? !PAGE.test(body) : served.status >= 500;
}

const later = (ms: number) => new Promise<null>((resolve) => setTimeout(resolve, ms, null));

async function ask(
  scope: ServiceWorkerScope,
  accepted: ServedManifest | null,
  refused: Doubt['refused'],
): Promise<Response> {
  // What would be accepted is the list, so everything that was refused must be in it.
  const covers = (list: ServedManifest | null) =>
    Object.entries(refused).every(([path, hash]) => {
      const file = fileAt(list, path);
      return file !== null && (hash === null || hash === file.sha384);
    });
  const offered = await fetchManifest(covers);
  const doubt: Doubt = { token: crypto.randomUUID(), offered, refused };
  await writeDoubt(doubt);
  await speakLikePages();
  return question(accepted, doubt, scope.location.origin, covers(offered));
}

/** Whatever headers the server sends, its pages run nothing but files, which are compared one by one. */
function underOurPolicy(served: Response, body: string | ReadableStream | null): Response {
  const headers = new Headers(served.headers);
  for (const name of NOT_PASSED) headers.delete(name);
  for (const [name, value] of Object.entries(securityHeaders())) headers.set(name, value);
  return new Response(NULL_BODY.has(served.status) ? null : body, { status: served.status, headers });
}

/** The hash of a service worker that waits to replace this one without having been accepted; otherwise null. */
async function unacceptedSuccessor(
  { registration }: ServiceWorkerScope,
  accepted: ServedManifest | null,
): Promise<string | null> {
  if (!registration.waiting) return null;
  const hash = await sha384(await (await fetchWorker()).arrayBuffer());
  return hash === fileAt(accepted, SERVICE_WORKER_PATH)?.sha384 ? null : hash;
}

/** Does what the person has chosen; null when this request is no answer of ours. */
async function takeAnswer(scope: ServiceWorkerScope, request: Request): Promise<Response | null> {
  if (request.method !== 'POST') return null;
  const form = await request
    .clone()
    .formData()
    .catch(() => null);
  const token = form?.get(TOKEN);
  if (typeof token !== 'string') return null;
  const doubt = await readDoubt();
  const back = Response.redirect(request.url, 303);
  // Answered in another tab, or asked anew since.
  if (!doubt || token === '' || token !== doubt.token) return back;
  await clearDoubt();
  switch (form?.get(ANSWER)) {
    case 'use':
      if (!doubt.offered) return back;
      await writeAccepted(
        doubt.offered,
        (await scope.clients.matchAll({ type: 'window' })).map(({ id }) => id),
      );
      return back;
    case 'again':
      return back;
    default:
      await speakLikePages();
      return leftAlone();
  }
}

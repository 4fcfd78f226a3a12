/**
 * The service worker: remembers which files this browser has accepted, and stands between the server and the pages.
 * A changed file is asked about before anything of it runs. It holds no release and no hash of its own, so that its
 * bytes change only when its own code does. Of what the server answers nothing is kept but accepted files.
 */
import { SERVICE_WORKER_PATH } from '../contract/paths.ts';
import { KEEP_FILES, type ServedManifest, TAKE_OVER } from '../contract/served.ts';
import { streamOf } from '../contract/streams.ts';
import {
  type Doubt,
  fetchManifest,
  fetchOffer,
  fetchWorker,
  fileAt,
  readAccepted,
  readDoubt,
  sha384,
  writeAccepted,
  writeDoubt,
} from './accepted.ts';
import { answerFile, isCode } from './files.ts';
import { keepAll } from './kept.ts';
import { followClick, showNews } from './notices.ts';
import { answerNavigation } from './pages.ts';
import type { InstallEvent, ServiceWorkerScope } from './scope.ts';
import { answerStream } from './streams.ts';

declare const self: ServiceWorkerScope;

self.addEventListener('install', (event) => {
  event.waitUntil(Promise.all([firstAcceptance(), leaveAlone(event)]));
});
self.addEventListener('activate', (event) => {
  event.waitUntil(
    Promise.all([
      doubtMyself(),
      self.clients.claim(),
      // The page is fetched while this worker starts.
      self.registration.navigationPreload?.enable(),
    ]),
  );
});
// A page that has loaded offers the place of the worker before; never that one itself, which is at work just then.
self.addEventListener('message', (event) => {
  if (event.data === TAKE_OVER) event.waitUntil(takeOver());
  if (event.data === KEEP_FILES) event.waitUntil(keepAccepted());
});
self.addEventListener('fetch', (event) => {
  const stream = streamOf(new URL(event.request.url).pathname);
  if (stream !== null) event.respondWith(answerStream(self, event, stream));
  else if (event.request.mode === 'navigate') event.respondWith(answerNavigation(self, event));
  else if (isCode(event.request)) event.respondWith(answerFile(self, event));
});

self.addEventListener('push', (event) => event.waitUntil(showNews(self)));
self.addEventListener('notificationclick', (event) => event.waitUntil(followClick(self, event)));

/**
 * On the first visit what is served is what is accepted. While nodes of two releases serve, that is the list which this worker stands in;
 * the pages that are open may be of the other release, and load the rest of it.
 */
async function firstAcceptance(): Promise<void> {
  if (await readAccepted()) return;
  const offer = await fetchOffer();
  if (!offer) throw new Error('The server does not say what it serves.');
  if (offer.beside.length === 0) return writeAccepted(offer.manifest, []);
  const hash = await ownHash();
  const isOwn = (list: ServedManifest) => fileAt(list, SERVICE_WORKER_PATH)?.sha384 === hash;
  const manifest = (await fetchManifest(isOwn)) ?? offer.manifest;
  const other = await fetchManifest(({ release }) => release !== manifest.release);
  const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  await writeAccepted(
    manifest,
    open.map(({ id }) => id),
    other ?? undefined,
  );
}

/**
 * Calls of the API never wait for this worker to start. Only what `fetch` asks for: a page or a script from such an
 * address is a page or a script.
 */
async function leaveAlone(event: InstallEvent): Promise<void> {
  await event.addRoutes?.(
    ['/api/*', '/socket'].map((urlPattern) => ({
      condition: { urlPattern, requestDestination: '' },
      source: 'network',
    })),
  );
}

/** After a page of the workspace has loaded: from then on it opens without the server too. */
async function keepAccepted(): Promise<void> {
  const accepted = await readAccepted();
  if (accepted) await keepAll(accepted);
}

/** Takes the place of the worker before, once the person has accepted these bytes. */
async function takeOver(): Promise<void> {
  const hash = await ownHash();
  if (hash !== null && hash === (await acceptedHash())) void self.skipWaiting();
}

/** A browser replaces a worker by itself when no page is open: then this one has not been accepted yet, and says so. */
async function doubtMyself(): Promise<void> {
  const hash = await ownHash();
  if (hash === null || hash === (await acceptedHash())) return;
  const doubt: Doubt = (await readDoubt()) ?? { token: '', offered: null, refused: {} };
  await writeDoubt({ ...doubt, refused: { ...doubt.refused, [SERVICE_WORKER_PATH]: hash } });
}

const acceptedHash = async () =>
  fileAt((await readAccepted())?.current ?? null, SERVICE_WORKER_PATH)?.sha384 ?? null;

/** SHA-384 of this script as the server gives it, or null when it does not. */
async function ownHash(): Promise<string | null> {
  const served = await fetchWorker().catch(() => null);
  return served?.ok ? sha384(await served.arrayBuffer()) : null;
}

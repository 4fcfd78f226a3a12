/** Scripts, workers and styles: handed to a page only when their bytes are the accepted ones. */
import { filesOrigin } from '../contract/files-origin.ts';
import { fileAt, readAccepted, readDoubt, sha384, writeDoubt } from './accepted.ts';
import { fileAnswer, keepFile, keptFile } from './kept.ts';
import type { FetchEvent, ServiceWorkerScope } from './scope.ts';

/** Destinations whose bytes run or style (Fetch, 2.2.5). */
const CODE: ReadonlySet<string> = new Set([
  'script',
  'style',
  'worker',
  'sharedworker',
  'audioworklet',
  'paintworklet',
  'xslt',
]);

/** The one file that may fetch from elsewhere. */
const READER = '/assets/reader-worker.';

export const isCode = ({ destination }: Request): boolean => CODE.has(destination);

/**
 * The accepted file, kept here or from the server, or an error for the page and the question in its place. Throws when it
 * is not here and the network is away.
 */
export async function answerFile(scope: ServiceWorkerScope, event: FetchEvent): Promise<Response> {
  const { request, clientId } = event;
  const url = new URL(request.url);
  const path = url.pathname;
  const accepted = await readAccepted();
  const files = path.startsWith(READER) ? filesOrigin(url.search) : null;
  const isPlain = url.origin === scope.location.origin && (url.search === '' || files !== null);
  const before = accepted?.tabs.includes(clientId) ? accepted.previous : null;
  const file = isPlain ? (fileAt(accepted?.current ?? null, path) ?? fileAt(before, path)) : null;
  if (!file) return refuse(scope, clientId, path, null);
  const kept = await keptFile(file);
  if (kept) return fileAnswer(kept, file, files);
  let hash = '';
  // Once more past the browser's cache: what was wrong once would stay in it for ever.
  for (const cache of ['default', 'reload'] as const) {
    const served = await fetch(request.url, { cache, redirect: 'error', credentials: 'same-origin' });
    // A server of another release does not know it any more: nothing was changed, nothing runs.
    if (!served.ok) return Response.error();
    const bytes = await served.arrayBuffer();
    hash = await sha384(bytes);
    if (hash === file.sha384) {
      event.waitUntil(keepFile(file, bytes));
      return fileAnswer(bytes, file, files);
    }
  }
  return refuse(scope, clientId, path, hash);
}

/** Notes what was refused, and asks in place of the page that wanted it. */
async function refuse(
  scope: ServiceWorkerScope,
  clientId: string,
  path: string,
  hash: string | null,
): Promise<Response> {
  const doubt = await readDoubt();
  await writeDoubt({
    token: doubt?.token ?? '',
    offered: doubt?.offered ?? null,
    refused: { ...doubt?.refused, [path]: hash },
  });
  const client = await scope.clients.get(clientId);
  // Without the fragment it is another document, and so it is asked for again.
  if (client) void client.navigate(withoutFragment(client.url)).catch(() => {});
  return Response.error();
}

const withoutFragment = (address: string): string => address.replace(/#.*$/, '');

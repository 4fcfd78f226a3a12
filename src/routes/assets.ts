/** GET /assets/*: immutable files, each compressed once; GET /assets/manifest.json: what they are; GET /sw.js. */
import { Elysia } from 'elysia';
import type { Asset } from '../assets.ts';
import { filesOrigin } from '../contract/files-origin.ts';
import { MANIFEST_PATH, SERVICE_WORKER_PATH } from '../contract/paths.ts';
import type { Deps } from '../deps.ts';
import { accepts } from '../http/compression.ts';
import { Refusal } from '../http/errors.ts';
import { filesPolicy } from '../http/headers.ts';

/** Bytes below which a file is sent as it is. */
const SMALLEST = 512;

/** The file as this browser takes it. The first who asks gets gzip; Brotli takes a while to make. */
function coded(request: Request, asset: Asset) {
  const isWorthIt = asset.bytes.length > SMALLEST && asset.type !== 'image/png';
  const brotli = isWorthIt && accepts(request, 'br') ? asset.brotli() : null;
  if (brotli) return { body: brotli, coding: 'br' };
  if (isWorthIt && accepts(request, 'gzip')) return { body: asset.compressed(), coding: 'gzip' };
  return { body: asset.bytes, coding: null };
}

const READER = '/assets/reader-worker.';

export const assetRoutes = (
  deps: Pick<Deps, 'assets'> & { readonly services: Pick<Deps['services'], 'files'> },
) => {
  /** @param caching Cache-Control */
  const answer = (request: Request, asset: Asset | null, caching: string) => {
    if (!asset) throw new Refusal('NotFound', 'There is no such file.');
    const { body, coding } = coded(request, asset);
    return new Response(body, {
      headers: {
        'content-type': asset.type,
        'cache-control': caching,
        vary: 'accept-encoding',
        ...(coding ? { 'content-encoding': coding } : {}),
      },
    });
  };
  return new Elysia({ name: 'assets' })
    .get(
      MANIFEST_PATH,
      () =>
        new Response(JSON.stringify(deps.assets.manifest), {
          headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
        }),
    )
    .get(SERVICE_WORKER_PATH, ({ request }) =>
      answer(request, deps.assets.at(SERVICE_WORKER_PATH), 'no-store'),
    )
    .get('/assets/*', async ({ request, set }) => {
      const { pathname, search } = new URL(request.url);
      // The worker that fetches files names the origin that it may speak with: none but the one that is set up.
      const files = pathname.startsWith(READER) && search !== '' ? filesOrigin(search) : null;
      if (files !== null && files === (await deps.services.files.directOrigin()))
        set.headers['content-security-policy'] = filesPolicy(files);
      return answer(request, deps.assets.at(pathname), 'public, max-age=31536000, immutable');
    });
};

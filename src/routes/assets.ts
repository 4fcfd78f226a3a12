/** GET /assets/*: immutable files, each compressed once; GET /assets/manifest.json: what they are; GET /sw.js. */
import { Elysia } from 'elysia';
import type { Asset } from '../assets.ts';
import { filesOrigin } from '../contract/files-origin.ts';
import { MANIFEST_PATH, SERVICE_WORKER_PATH } from '../contract/paths.ts';
import { BESIDE_HEADER } from '../contract/served.ts';
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

/** Of what another release had: nothing of it is a page of ours. */
const NO_PAGE = { 'content-security-policy': "sandbox; default-src 'none'" };
const SCRIPT = 'text/javascript';

const READER = '/assets/reader-worker.';

export const assetRoutes = (
  deps: Pick<Deps, 'assets' | 'releaseFiles'> & {
    readonly services: Pick<Deps['services'], 'files' | 'releases'>;
  },
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
    .get(MANIFEST_PATH, async () => {
      if (deps.releaseFiles) await deps.services.releases.look();
      const beside = deps.services.releases.others();
      return new Response(JSON.stringify(deps.assets.manifest), {
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'cache-control': 'no-store',
          ...(beside.length > 0 ? { [BESIDE_HEADER]: beside.join(',') } : {}),
        },
      });
    })
    .get(SERVICE_WORKER_PATH, async ({ request }) => {
      if (await deps.releaseFiles?.isWorkerEarly())
        throw new Refusal('Unavailable', 'Another release is still at work. Ask again.');
      return answer(request, deps.assets.at(SERVICE_WORKER_PATH), 'no-store');
    })
    .get('/assets/*', async ({ request, set }) => {
      const { pathname, search } = new URL(request.url);
      // The worker that fetches files names the origin that it may speak with: none but the one that is set up.
      const files = pathname.startsWith(READER) && search !== '' ? filesOrigin(search) : null;
      if (files !== null && files === (await deps.services.files.directOrigin()))
        set.headers['content-security-policy'] = filesPolicy(files);
      const own = deps.assets.at(pathname);
      const asset = own ?? (await deps.releaseFiles?.at(pathname)) ?? null;
      if (own === null && asset !== null && !asset.type.startsWith(SCRIPT))
        Object.assign(set.headers, NO_PAGE);
      return answer(request, asset, 'public, max-age=31536000, immutable');
    });
};

/** GET /assets/*: immutable files, compressed once; GET /assets/manifest.json: what they are; GET /sw.js. */
import { Elysia } from 'elysia';
import type { Asset } from '../assets.ts';
import { MANIFEST_PATH, SERVICE_WORKER_PATH } from '../contract/paths.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from '../http/errors.ts';

export const assetRoutes = (deps: Pick<Deps, 'assets'>) => {
  /** @param caching Cache-Control */
  const answer = (request: Request, asset: Asset | null, caching: string) => {
    if (!asset) throw new Refusal('NotFound', 'There is no such file.');
    const small =
      asset.bytes.length > 512 &&
      !asset.type.startsWith('image/png') &&
      (request.headers.get('accept-encoding') ?? '').includes('gzip');
    return new Response(small ? asset.compressed() : asset.bytes, {
      headers: {
        'content-type': asset.type,
        'cache-control': caching,
        vary: 'accept-encoding',
        ...(small ? { 'content-encoding': 'gzip' } : {}),
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
    .get('/assets/*', ({ request }) =>
      answer(request, deps.assets.at(new URL(request.url).pathname), 'public, max-age=31536000, immutable'),
    );
};

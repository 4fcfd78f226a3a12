/** GET /assets/*: immutable files, compressed once. */
import { Elysia } from 'elysia';
import type { Asset } from '../assets.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from '../http/errors.ts';

export const assetRoutes = (deps: Pick<Deps, 'assets'>) => {
  const compressed = new Map<string, Uint8Array<ArrayBuffer>>();
  const gzip = (asset: Asset) => {
    let bytes = compressed.get(asset.url);
    if (!bytes) {
      bytes = Bun.gzipSync(asset.bytes, { level: 9 });
      compressed.set(asset.url, bytes);
    }
    return bytes;
  };
  return new Elysia({ name: 'assets' }).get('/assets/*', ({ request }) => {
    const asset = deps.assets.at(new URL(request.url).pathname);
    if (!asset) throw new Refusal('NotFound', 'There is no such file.');
    const small =
      asset.bytes.length > 512 &&
      !asset.type.startsWith('image/png') &&
      (request.headers.get('accept-encoding') ?? '').includes('gzip');
    return new Response(small ? gzip(asset) : asset.bytes, {
      headers: {
        'content-type': asset.type,
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'accept-encoding',
        ...(small ? { 'content-encoding': 'gzip' } : {}),
      },
    });
  });
};

/** The files of a release for nodes of another one: what they are written as, and what is believed of what was read. */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type Assets, createAssets } from './assets.ts';
import { SERVICE_WORKER_PATH } from './contract/paths.ts';
import { pack, unpack } from './pack.ts';
import { areNamedByContents } from './served-names.ts';
import type { Packing } from './services/release-files.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes of all files of one release, uncompressed. */
const MAX_UNPACKED_BYTES = 32 * 1024 * 1024;
const PREFIX = '/assets/';

/** Without the service worker, whose name says nothing of its bytes: each node has its own alone. */
export const packingOf = (assets: Assets): Packing => ({
  release: assets.manifest.release,
  worker: () =>
    new Uint8Array(
      new Bun.CryptoHasher('sha384')
        .update(assets.at(SERVICE_WORKER_PATH)?.bytes ?? new Uint8Array())
        .digest(),
    ),
  pack() {
    const files = [...assets.all.values()].filter(({ url }) => url !== SERVICE_WORKER_PATH);
    return pack(new Map(files.map(({ url, bytes }) => [url.slice(PREFIX.length), bytes])));
  },
  compress: async (packed) => new Uint8Array(await promisify(gzip)(packed)),
  async open(compressed, id) {
    const packed: Bytes = new Uint8Array(
      await promisify(gunzip)(compressed, { maxOutputLength: MAX_UNPACKED_BYTES }),
    );
    const hash = new Bun.CryptoHasher('sha384').update(packed).digest();
    if (!hash.equals(id)) throw new Error('the pack is not the one that it is named');
    const files = unpack(packed);
    if (!areNamedByContents(files)) throw new Error('a file has a name that is not of its bytes');
    return createAssets(files);
  },
});

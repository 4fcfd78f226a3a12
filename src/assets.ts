/**
 * The files that browsers fetch: named with a hash of their bytes, so that they are cached for ever and a changed one
 * is another file, with the hashes that subresource integrity needs.
 */
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { SERVICE_WORKER_PATH } from './contract/paths.ts';
import { RELEASE } from './contract/release.ts';
import { type ServedKind, type ServedManifest, WORKERS } from './contract/served.ts';
import { hasHash, plainName, staticImports, withHash } from './served-names.ts';

/** What is served as it lies in `public/icons`. */
export const ICONS = ['icon.svg', 'icon-192.png', 'icon-512.png', 'icon-maskable.png'] as const;
/** What pages and workers name; the rest is what the scripts among them import. */
export const ASSET_NAMES: readonly string[] = [
  'island.js',
  'door.js',
  'words-de.js',
  ...WORKERS.map((name) => `${name}.js`),
  'sw.js',
  'app.css',
  'sheets.css',
  'shell-en.html',
  'shell-de.html',
  ...ICONS,
];

export interface Asset {
  /** Path with hash, such as /assets/app.3f9c0a1b.css. */
  readonly url: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same in gzip: made when it is first asked for, and kept. */
  compressed(): Uint8Array<ArrayBuffer>;
  /** The same in Brotli, a tenth less; null until it is made beside everything else, which asking begins. */
  brotli(): Uint8Array<ArrayBuffer> | null;
  /** For the integrity attribute: sha384-... Made when it is first asked for: all of them together would cost the start 10 ms. */
  readonly integrity: string;
}

export interface Assets {
  /** The path of a file by its plain name, such as `app.css`. Throws for an unknown one: a mistake of ours. */
  url(name: string): string;
  /** The integrity value of a file by its plain name. */
  integrity(name: string): string;
  /** Plain names of the scripts that a browser loads together with this one. */
  preloads(name: string): readonly string[];
  /** The asset at a hashed path, or null. */
  at(path: string): Asset | null;
  /** Every asset by its plain name. */
  readonly all: ReadonlyMap<string, Asset>;
  /** The same as browsers and people compare it. */
  readonly manifest: ServedManifest;
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  webmanifest: 'application/manifest+json',
};

const SERVICE_WORKER = 'sw.js';
const WORKER_FILES: ReadonlySet<string> = new Set(WORKERS.map((name) => `${name}.js`));

function kindOf(name: string): ServedKind {
  if (name === SERVICE_WORKER) return 'service-worker';
  if (name.endsWith('.css')) return 'style';
  if (name.endsWith('.html')) return 'page';
  if (name.endsWith('.js')) return WORKER_FILES.has(name) ? 'worker' : 'script';
  return 'icon';
}

/**
 * The bytes as they travel, gzip. libdeflate makes a file 4 % smaller than zlib at its best, in the same time; its levels
 * above this one give nothing more.
 */
export const compress = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  Bun.gzipSync(bytes, { library: 'libdeflate', level: 10 });

/** The bytes in Brotli. Half a second for a large script, on a thread of its own. */
async function compressMore(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const { BROTLI_PARAM_QUALITY: quality, BROTLI_PARAM_SIZE_HINT: size } = constants;
  return new Uint8Array(
    await promisify(brotliCompress)(bytes, { params: { [quality]: 11, [size]: bytes.length } }),
  );
}

/**
 * Names the given files that have no hash in their name yet by one.
 *
 * @param files by the name they are served under, or by their plain one
 */
export function createAssets(
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  release: string = RELEASE,
): Assets {
  const all = new Map<string, Asset>();
  const byPath = new Map<string, Asset>();
  for (const [given, bytes] of files) {
    const name = plainName(given);
    let digest: Buffer | null = null;
    const hash = (coding: 'hex' | 'base64') => {
      digest ??= new Bun.CryptoHasher('sha384').update(bytes).digest();
      return digest.toString(coding);
    };
    const url =
      name === SERVICE_WORKER
        ? SERVICE_WORKER_PATH
        : `/assets/${hasHash(given) ? given : withHash(name, hash('hex'))}`;
    let small: Uint8Array<ArrayBuffer> | null = null;
    let smaller: Uint8Array<ArrayBuffer> | null = null;
    let isBeingMade = false;
    const asset: Asset = {
      url,
      type: TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
      bytes,
      compressed: () => {
        small ??= compress(bytes);
        return small;
      },
      brotli() {
        if (smaller === null && !isBeingMade) {
          isBeingMade = true;
          void compressMore(bytes).then((made) => {
            smaller = made;
          });
        }
        return smaller;
      },
      get integrity() {
        return `sha384-${hash('base64')}`;
      },
    };
    all.set(name, asset);
    byPath.set(url, asset);
  }
  const named = (name: string): Asset => {
    const asset = all.get(name);
    if (!asset) throw new Error(`no asset named ${name}`);
    return asset;
  };
  const textOf = (name: string) => {
    const asset = all.get(name);
    return asset ? new TextDecoder().decode(asset.bytes) : null;
  };
  const preloads = new Map<string, readonly string[]>();
  let served: ServedManifest['files'] | null = null;
  return {
    url: (name) => named(name).url,
    integrity: (name) => named(name).integrity,
    preloads(name) {
      const known = preloads.get(name) ?? staticImports(name, textOf);
      preloads.set(name, known);
      return known;
    },
    at: (path) => byPath.get(path) ?? null,
    all,
    manifest: {
      release,
      get files() {
        served ??= [...all].map(([name, { url, type, bytes, integrity }]) => ({
          path: url,
          kind: kindOf(name),
          type,
          bytes: bytes.length,
          sha384: integrity,
        }));
        return served;
      },
    },
  };
}

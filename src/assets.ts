/**
 * The files that browsers fetch: named with a hash of their bytes, so that they are cached for ever and a changed one
 * is another file, with the hashes that subresource integrity needs.
 */
import { SERVICE_WORKER_PATH } from './contract/paths.ts';
import { RELEASE } from './contract/release.ts';
import type { ServedKind, ServedManifest } from './contract/served.ts';

/** What the build makes, by the name it is served under. */
export const BUILT = [
  'island.js',
  'door.js',
  'argon2.js',
  'fallback.js',
  'groups.js',
  'qr.js',
  'settings.js',
  'sw.js',
  'app.css',
] as const;
/** What is served as it lies in `public/icons`. */
const ICONS = ['icon.svg', 'icon-192.png', 'icon-512.png', 'icon-maskable.png'] as const;

export type BuiltName = (typeof BUILT)[number];
export type AssetName = BuiltName | (typeof ICONS)[number];
export const ASSET_NAMES: readonly AssetName[] = [...BUILT, ...ICONS];

export interface Asset {
  /** Path with hash, such as /assets/app.3f9c0a1b.css. */
  readonly url: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same in gzip: made when it is first asked for, and kept. */
  compressed(): Uint8Array<ArrayBuffer>;
  /** For the integrity attribute: sha384-... */
  readonly integrity: string;
}

export interface Assets {
  /** The path of a file by its plain name, such as `app.css`. Throws for an unknown one: a mistake of ours. */
  url(name: string): string;
  /** The integrity value of a file by its plain name. */
  integrity(name: string): string;
  /** The asset at a hashed path, or null. */
  at(path: string): Asset | null;
  /** Every asset by its plain name. */
  readonly all: ReadonlyMap<string, Asset>;
  /** The same as browsers and people compare it. */
  readonly manifest: ServedManifest;
}

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  webmanifest: 'application/manifest+json',
};

const SERVICE_WORKER = 'sw.js';
const WORKERS: ReadonlySet<string> = new Set(['argon2.js']);

function kindOf(name: string): ServedKind {
  if (name === SERVICE_WORKER) return 'service-worker';
  if (name.endsWith('.css')) return 'style';
  if (name.endsWith('.js')) return WORKERS.has(name) ? 'worker' : 'script';
  return 'icon';
}

/**
 * The bytes as they travel, gzip. libdeflate makes a file 4 % smaller than zlib at its best, in the same time; its levels
 * above this one give nothing more.
 */
export const compress = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  Bun.gzipSync(bytes, { library: 'libdeflate', level: 10 });

/** Names and hashes the given files. */
export function createAssets(
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  release: string = RELEASE,
): Assets {
  const all = new Map<string, Asset>();
  const byPath = new Map<string, Asset>();
  for (const [name, bytes] of files) {
    const digest = new Bun.CryptoHasher('sha384').update(bytes).digest();
    const dot = name.lastIndexOf('.');
    const url =
      name === SERVICE_WORKER
        ? SERVICE_WORKER_PATH
        : `/assets/${name.slice(0, dot)}.${digest.toString('hex').slice(0, 12)}${name.slice(dot)}`;
    let small: Uint8Array<ArrayBuffer> | null = null;
    const asset: Asset = {
      url,
      type: TYPES[name.slice(dot + 1)] ?? 'application/octet-stream',
      bytes,
      compressed: () => {
        small ??= compress(bytes);
        return small;
      },
      integrity: `sha384-${digest.toString('base64')}`,
    };
    all.set(name, asset);
    byPath.set(url, asset);
  }
  const named = (name: string): Asset => {
    const asset = all.get(name);
    if (!asset) throw new Error(`no asset named ${name}`);
    return asset;
  };
  return {
    url: (name) => named(name).url,
    integrity: (name) => named(name).integrity,
    at: (path) => byPath.get(path) ?? null,
    all,
    manifest: {
      release,
      files: [...all].map(([name, { url, type, bytes, integrity }]) => ({
        path: url,
        kind: kindOf(name),
        type,
        bytes: bytes.length,
        sha384: integrity,
      })),
    },
  };
}

/**
 * The files that browsers fetch: named with a hash of their bytes, so that they are cached for ever and a changed one
 * is another file, with the hashes that subresource integrity needs.
 */
import { SERVICE_WORKER_PATH } from './contract/paths.ts';
import { RELEASE } from './contract/release.ts';
import type { ServedKind, ServedManifest } from './contract/served.ts';

export interface Asset {
  /** Path with hash, such as /assets/app.3f9c0a1b.css. */
  readonly url: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
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
    const asset = {
      url,
      type: TYPES[name.slice(dot + 1)] ?? 'application/octet-stream',
      bytes,
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

/**
 * The files that browsers fetch: named with a hash of their bytes, so that they are cached for ever and a changed one
 * is another file, with the hashes that subresource integrity needs.
 */
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
}

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  webmanifest: 'application/manifest+json',
};

/** Names and hashes the given files. */
export function createAssets(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Assets {
  const all = new Map<string, Asset>();
  const byPath = new Map<string, Asset>();
  for (const [name, bytes] of files) {
    const digest = new Bun.CryptoHasher('sha384').update(bytes).digest();
    const dot = name.lastIndexOf('.');
    const url = `/assets/${name.slice(0, dot)}.${digest.toString('hex').slice(0, 12)}${name.slice(dot)}`;
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
  };
}

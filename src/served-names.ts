/**
 * Names of scripts that import each other: each carries a hash of its own bytes and of everything it leads to, so that
 * a file under one name never changes, although scripts name each other in circles.
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** `./groups.js` in quotes, with a hash or without one. */
const REFERENCE = /(["'`])\.\/([\w-]+)(?:\.[0-9a-f]{12})?\.js\1/g;
/** Twelve digits of a SHA-384. */
const HASH = /\.([0-9a-f]{12})(?=\.\w+$)/;
/** Imports that a browser follows before it runs the script; a dynamic `import()` has a bracket. */
const STATIC_IMPORT = /\b(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g;

/** `island.3f9c0a1b77de.js` -> `island.js` */
export const plainName = (name: string): string => name.replace(HASH, '');
export const hasHash = (name: string): boolean => HASH.test(name);
export const withHash = (name: string, digest: string): string =>
  name.replace(/(?=\.\w+$)/, `.${digest.slice(0, 12)}`);

/**
 * @param scripts text by name; they import each other as `./NAME`, with or without the hash of a name they had before
 * @returns bytes by the name they are served under, which is also what they import each other by
 */
export function nameByContents(scripts: ReadonlyMap<string, string>): Map<string, Bytes> {
  const plain = new Map<string, string>();
  for (const [name, text] of scripts)
    plain.set(
      plainName(name),
      text.replace(REFERENCE, (_all, quote, stem) => `${quote}./${stem}.js${quote}`),
    );
  const links = new Map([...plain].map(([name, text]) => [name, linksOf(text)]));
  const names = new Map(
    [...plain.keys()].map((name) => [name, withHash(name, digestFrom(name, plain, links))]),
  );
  const served = new Map<string, Bytes>();
  for (const [name, text] of plain) {
    const linked = text.replace(REFERENCE, (all, quote: string, stem: string) => {
      const target = names.get(`${stem}.js`);
      return target === undefined ? all : `${quote}./${target}${quote}`;
    });
    for (const [, target = ''] of text.matchAll(STATIC_IMPORT))
      if (!names.has(target)) throw new Error(`${name} imports ${target}, which is not there`);
    served.set(names.get(name) ?? name, new TextEncoder().encode(linked));
  }
  return served;
}

/** Names of the scripts that a browser loads together with this one, each once; in plain names. */
export function staticImports(entry: string, textOf: (name: string) => string | null): readonly string[] {
  const found = new Set<string>();
  const follow = (name: string) => {
    for (const [, target = ''] of (textOf(name) ?? '').matchAll(STATIC_IMPORT)) {
      const next = plainName(target);
      if (next === entry || found.has(next) || textOf(next) === null) continue;
      found.add(next);
      follow(next);
    }
  };
  follow(entry);
  return [...found];
}

/** Whether each of these files has the name that its bytes, and those of the scripts that it leads to, give it. */
export function areNamedByContents(files: ReadonlyMap<string, Bytes>): boolean {
  const scripts = new Map<string, string>();
  for (const [name, bytes] of files) {
    const digest = new Bun.CryptoHasher('sha384').update(bytes).digest('hex');
    if (name === withHash(plainName(name), digest)) continue;
    if (!hasHash(name) || !name.endsWith('.js')) return false;
    scripts.set(name, new TextDecoder().decode(bytes));
  }
  const named = nameByContents(scripts);
  // The bytes as well: they hold the names of the files that they lead to.
  return [...scripts.keys()].every((name) => {
    const bytes = named.get(name);
    return bytes !== undefined && Buffer.compare(bytes, files.get(name) ?? new Uint8Array()) === 0;
  });
}

/** Plain names of the scripts that this one leads to. */
const linksOf = (text: string): readonly string[] =>
  [...text.matchAll(REFERENCE)].map(([, , stem]) => `${stem}.js`);

/** The hash, in hex, of a script and of all that it leads to, in the order in which it leads there. */
function digestFrom(
  entry: string,
  scripts: ReadonlyMap<string, string>,
  links: ReadonlyMap<string, readonly string[]>,
): string {
  const hash = new Bun.CryptoHasher('sha384');
  const seen = new Set<string>();
  const visit = (name: string) => {
    const text = scripts.get(name);
    if (text === undefined || seen.has(name)) return;
    seen.add(name);
    // With lengths: two files in a row are not one.
    hash.update(`${name} ${text.length}\n${text}`);
    for (const next of links.get(name) ?? []) visit(next);
  };
  visit(entry);
  return hash.digest('hex');
}

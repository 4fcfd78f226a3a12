/**
 * Builds what ships: the island (`--island`: only that) and the single binary.
 *
 * The same commit gives the same island bytes anywhere: no dates, no paths, no source maps. The server bundle keeps its
 * identifiers, because Elysia's guards read them.
 */

import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { BunPlugin } from 'bun';
import { type Assets, compress, createAssets, ICONS } from './assets.ts';
import { bundleOne, bundlePage } from './bundle.ts';
import { SERVICE_WORKER_PATH } from './contract/paths.ts';
import type { WorkerName } from './contract/served.ts';
import { offlinePage } from './offline-page.ts';
import { pack } from './pack.ts';
import { LANGUAGES } from './words/catalogues.ts';

const ROOT = resolve(import.meta.dir, '..');
const BUILT = join(ROOT, 'public/built');
/** What embedded.ts reads. */
const PACK = 'browser.pack';

/** Scripts of pages. What they import on demand is found by the bundler and needs no line here. */
const PAGES: Readonly<Record<string, string>> = {
  'island.js': 'src/island/main.ts',
  'door.js': 'src/island/door.ts',
};
/** Workers that pages start (contract/served.ts lists their names): one file each. */
const WORKER_ENTRIES: Readonly<Record<WorkerName, string>> = {
  argon2: 'src/island/argon2-worker.ts',
  'search-worker': 'src/island/search-worker.ts',
  'files-worker': 'src/island/files-worker.ts',
  'reader-worker': 'src/island/reader-worker.ts',
  'preview-worker': 'src/island/preview-worker.ts',
  'pdf-worker': 'src/island/pdf-worker.ts',
};
/**
 * Imported on demand, and bundled alone all the same: what it shares with a page would be cut by files, and the page would
 * load half of what only this one needs.
 */
const APART: Readonly<Record<string, string>> = { 'fallback.js': 'src/island/fallback.ts' };
/** Parts that every page of the workspace loads once it is drawn. */
const SOON: readonly string[] = ['client-runner.js'];
const OTHERS: Readonly<Record<string, string>> = {
  'words-de.js': 'src/island/words-de.ts',
  'sw.js': 'src/service-worker/main.ts',
  'app.css': 'public/css/app.css',
  'sheets.css': 'public/css/sheets.css',
};

export interface BuiltFile {
  readonly name: string;
  /** Bytes as they travel: after gzip. */
  readonly gzip: number;
  /** SHA-384 of the bytes, as integrity attributes write it. */
  readonly sha384: string;
}

/** Bundles the island, its workers and the styles into one pack in public/built. */
export async function buildIsland(): Promise<readonly BuiltFile[]> {
  const assets = createAssets(await bundleFiles());
  mkdirSync(BUILT, { recursive: true });
  // Written beside and moved: a server that starts at the same time never reads half of it.
  const partial = join(BUILT, `${PACK}.${process.pid}`);
  await Bun.write(partial, pack(servedNames(assets)));
  renameSync(partial, join(BUILT, PACK));
  return [...assets.all].map(([name, { bytes, integrity }]) => ({
    name,
    gzip: compress(bytes).length,
    sha384: integrity,
  }));
}

/** Bytes by the name they are served under: a server that starts hashes nothing to know it. */
const servedNames = ({ all }: Assets) =>
  new Map(
    [...all].map(([name, { url, bytes }]) => [url === SERVICE_WORKER_PATH ? name : basename(url), bytes]),
  );

/** Bytes by the name they are served under, or by a plain one where that follows from the bytes. */
async function bundleFiles(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const workers = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [name, entry] of Object.entries(WORKER_ENTRIES))
    workers.set(`${name}.js`, await bundleOne(entry, { root: ROOT }));
  // Scripts know the addresses of their workers: the page could name others.
  const known = createAssets(workers);
  const addresses = Object.keys(WORKER_ENTRIES).map((name) => [name, known.url(`${name}.js`)]);
  const define = { WORKER_ADDRESSES: JSON.stringify(Object.fromEntries(addresses)) };

  const apart = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [name, entry] of Object.entries(APART)) apart.set(name, await bundleOne(entry, { root: ROOT }));
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [name, entry] of Object.entries(PAGES))
    for (const [served, bytes] of await bundlePage(name, entry, SOON, apart, { root: ROOT, define }))
      files.set(served, bytes);
  for (const [name, bytes] of workers) files.set(name, bytes);
  for (const [name, entry] of Object.entries(OTHERS)) files.set(name, await bundleOne(entry, { root: ROOT }));
  for (const name of ICONS) files.set(name, await Bun.file(join(ROOT, 'public/icons', name)).bytes());
  // Last: they name the others with their hashes.
  const loaded = createAssets(files);
  for (const language of LANGUAGES) files.set(`shell-${language}.html`, await offlinePage(loaded, language));
  return files;
}

/** Systems that the executable is made for besides the one that builds it, as `--target` takes them. */
const TARGETS = ['linux-x64', 'linux-arm64'] as const;
type Target = (typeof TARGETS)[number];

/** Libraries whose licence comment names somebody with letters beyond ASCII: one such letter doubles what the source takes in the executable. */
const BEYOND_ASCII = /[\\/]node_modules[\\/]otpauth[\\/].*\.m?js$/;
const asciiComments: BunPlugin = {
  name: 'ascii comments',
  setup(build) {
    build.onLoad({ filter: BEYOND_ASCII }, async ({ path }) => ({
      contents: (await Bun.file(path).text()).normalize('NFD').replace(/\p{M}/gu, ''),
      loader: 'js',
    }));
  },
};

/** Compiles the single executable; the island must be built. */
export async function buildBinary(outfile = join(ROOT, 'dist/sotto'), target?: Target): Promise<void> {
  rmSync(outfile, { force: true });
  await Bun.build({
    entrypoints: [join(ROOT, 'src/main.ts')],
    root: ROOT,
    target: 'bun',
    // Parsed beforehand: a third less time to the first answer. What is imported on demand is a piece of its own, and a server that never
    // asks for it never holds it in memory.
    bytecode: true,
    format: 'esm',
    splitting: true,
    minify: { whitespace: true, syntax: true },
    define: { 'process.env.NODE_ENV': JSON.stringify('production') },
    plugins: [asciiComments],
    compile: {
      outfile,
      autoloadDotenv: false,
      autoloadBunfig: false,
      ...(target ? { target: `bun-${target}` } : {}),
    },
  });
}

function targetOf(argv: readonly string[]): Target | undefined {
  const at = argv.indexOf('--target');
  if (at === -1) return undefined;
  const found = TARGETS.find((target) => target === argv[at + 1]);
  if (found === undefined) throw new Error(`--target is one of ${TARGETS.join(', ')}`);
  return found;
}

if (import.meta.main) {
  for (const { name, gzip, sha384 } of await buildIsland())
    console.log(`${name}  ${(gzip / 1024).toFixed(1)} KiB gzip  ${sha384}`);
  if (!process.argv.includes('--island')) {
    const target = targetOf(process.argv);
    const name = target === undefined ? 'dist/sotto' : `dist/sotto-${target}`;
    await buildBinary(join(ROOT, name), target);
    console.log(name);
  }
}

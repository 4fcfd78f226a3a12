/** Bundles what browsers run. Nothing of the machine, the folder or the hour reaches the bytes. */
import { dirname, join } from 'node:path';
import type { BunPlugin } from 'bun';
import { mergePieces } from './bundle-merge.ts';
import { wordsOf } from './bundle-words.ts';
import { nameByContents } from './served-names.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface Bundling {
  /** Folder of the tree. */
  readonly root: string;
  /** Expressions that stand for a name in the source. */
  readonly define?: Readonly<Record<string, string>>;
}

const COMMON = { target: 'browser', format: 'esm', minify: true, sourcemap: 'none' } as const;
/** What pages bundle. */
const PAGE_SOURCES = ['src/island', 'src/client', 'src/contract', 'src/protocol'];
const PRODUCTION = { 'process.env.NODE_ENV': '"production"' };

/** A worker or a style sheet: one file that loads no other. */
export async function bundleOne(entry: string, { root, define }: Bundling): Promise<Bytes> {
  const { outputs } = await Bun.build({
    ...COMMON,
    entrypoints: [join(root, entry)],
    root,
    plugins: [wordsOf(root, entry.startsWith('src/island/') ? PAGE_SOURCES : [dirname(entry)])],
    define: { ...PRODUCTION, ...define },
  });
  const [output] = outputs;
  if (!output || outputs.length !== 1)
    throw new Error(`${entry} gave ${outputs.length} files instead of one`);
  return new Uint8Array(await output.arrayBuffer());
}

/**
 * A script of pages and everything that it imports on demand. What both need stands in the script, and what only parts need
 * in a few files, so that a page has one copy of each module. Gives bytes by the name they are served under.
 *
 * @param name of the script, such as `island.js`
 * @param soon names of parts that every page loads once it is drawn: what parts share with one stands in it
 * @param apart bundles that stand alone, by name: `./fallback.ts` becomes `./fallback.js` and shares nothing
 */
export async function bundlePage(
  name: string,
  entry: string,
  soon: readonly string[],
  apart: ReadonlyMap<string, Bytes>,
  { root, define }: Bundling,
): Promise<ReadonlyMap<string, Bytes>> {
  const { outputs, metafile } = await Bun.build({
    ...COMMON,
    entrypoints: [join(root, entry)],
    root,
    splitting: true,
    // It would name pieces that are put together below.
    modulePreload: false,
    metafile: true,
    plugins: [leaveOut([...apart.keys()])],
    naming: { entry: '[name]-[hash].[ext]', chunk: '[name]-[hash].[ext]' },
    define: { ...PRODUCTION, ...define },
  });
  const sources = new Map(outputs.map(({ path }) => [path, metafile?.outputs[path]?.entryPoint]));
  const texts = new Map<string, string>();
  for (const output of outputs) texts.set(output.path, await output.text());
  const start = outputs.find(({ path }) => sources.get(path)?.endsWith(entry))?.path ?? '';
  const stem = name.replace(/\.js$/, '');
  const names = new Map([[start, name]]);
  let shared = 0;
  for (const path of orderFrom(start, texts)) {
    const source = sources.get(path);
    if (source === undefined) names.set(path, `${stem}-${++shared}.js`);
    else if (path !== start) names.set(path, `${stem === 'island' ? '' : `${stem}-`}${partName(source)}.js`);
  }
  if (new Set(names.values()).size !== texts.size)
    throw new Error(`the parts of ${name} cannot be named apart`);
  const scripts = new Map<string, string>();
  for (const [path, plain] of names) {
    let text = texts.get(path) ?? '';
    for (const [each, named] of names) text = text.replaceAll(`"${each}"`, `"./${named}"`);
    const left = [...names.keys()].find((each) => text.includes(each));
    if (left) throw new Error(`${path} names ${left} in a way that is not known`);
    scripts.set(plain, text);
  }
  const merged = await mergePieces(name, soon, scripts);
  for (const [each, bytes] of apart) merged.set(each, new TextDecoder().decode(bytes));
  return nameByContents(merged);
}

/** What a script leads to, in the order in which it does: the bundler's names depend on the folder, this does not. */
function orderFrom(start: string, texts: ReadonlyMap<string, string>): readonly string[] {
  const seen = new Set<string>();
  const visit = (path: string) => {
    const text = texts.get(path);
    if (text === undefined || seen.has(path)) return;
    seen.add(path);
    for (const [, next = ''] of text.matchAll(/"(\.\/[\w.-]+\.js)"/g)) visit(next);
  };
  visit(start);
  return [...seen];
}

/** `src/island/groups/main.ts` -> groups; `src/client/groups/create.ts` -> client-groups-create */
function partName(source: string): string {
  const [, inside = source] = /(?:^|\/)src\/(.+)\.tsx?$/.exec(source) ?? [];
  return inside
    .replace(/^island\//, '')
    .replace(/\/main$/, '')
    .replaceAll('/', '-');
}

/** Leaves imports of these files as they are, by the name of the bundle. */
const leaveOut = (names: readonly string[]): BunPlugin => ({
  name: 'apart',
  setup(build) {
    for (const name of names) {
      const source = name.replace(/\.js$/, '.ts');
      build.onResolve({ filter: new RegExp(`^\\./${RegExp.escape(source)}$`) }, () => ({
        path: `./${name}`,
        external: true,
      }));
    }
  },
});

/** Bundles what browsers run. Nothing of the machine, the folder or the hour reaches the bytes. */
import { join } from 'node:path';
import type { BunPlugin } from 'bun';
import { nameByContents } from './served-names.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface Bundling {
  /** Folder of the tree. */
  readonly root: string;
  /** Expressions that stand for a name in the source. */
  readonly define?: Readonly<Record<string, string>>;
}

const COMMON = { target: 'browser', format: 'esm', minify: true, sourcemap: 'none' } as const;
const PRODUCTION = { 'process.env.NODE_ENV': '"production"' };

/** A worker or a style sheet: one file that loads no other. */
export async function bundleOne(entry: string, { root, define }: Bundling): Promise<Bytes> {
  const { outputs } = await Bun.build({
    ...COMMON,
    entrypoints: [join(root, entry)],
    root,
    define: { ...PRODUCTION, ...define },
  });
  const [output] = outputs;
  if (!output || outputs.length !== 1)
    throw new Error(`${entry} gave ${outputs.length} files instead of one`);
  return new Uint8Array(await output.arrayBuffer());
}

/**
 * A script of pages and everything that it imports on demand. What both need stands in files of its own, so that a page
 * has one copy of each module. Gives bytes by the name they are served under.
 *
 * @param name of the script, such as `island.js`
 * @param apart bundles that stand alone, by name: `./fallback.ts` becomes `./fallback.js` and shares nothing
 */
export async function bundlePage(
  name: string,
  entry: string,
  apart: ReadonlyMap<string, Bytes>,
  { root, define }: Bundling,
): Promise<ReadonlyMap<string, Bytes>> {
  const { outputs, metafile } = await Bun.build({
    ...COMMON,
    entrypoints: [join(root, entry)],
    root,
    splitting: true,
    metafile: true,
    plugins: [leaveOut([...apart.keys()])],
    naming: { entry: '[name]-[hash].[ext]', chunk: '[name]-[hash].[ext]' },
    define: { ...PRODUCTION, ...define },
  });
  const stem = name.replace(/\.js$/, '');
  let shared = 0;
  // The bundler's names depend on the folder; what comes first does not.
  const names = new Map(
    outputs.map(({ path }) => {
      const source = metafile?.outputs[path]?.entryPoint;
      if (source === undefined) return [path, `${stem}-${++shared}.js`];
      return [
        path,
        source.endsWith(entry) ? name : `${stem === 'island' ? '' : `${stem}-`}${partName(source)}.js`,
      ];
    }),
  );
  if (new Set(names.values()).size !== names.size) throw new Error(`two parts of ${name} have one name`);
  const scripts = new Map([...apart].map(([each, bytes]) => [each, new TextDecoder().decode(bytes)]));
  for (const output of outputs) {
    let text = await output.text();
    for (const [path, plain] of names) text = text.replaceAll(`"${path}"`, `"./${plain}"`);
    const left = [...names.keys()].find((path) => text.includes(path));
    if (left) throw new Error(`${output.path} names ${left} in a way that is not known`);
    scripts.set(names.get(output.path) ?? '', text);
  }
  return nameByContents(scripts);
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

/**
 * Puts what a script imports at once into the script itself, and lets its parts import from there: one request for a page, and
 * bytes that are a tenth less than in pieces, where every name that crosses must be kept and none can be short.
 */
import type { BunPlugin } from 'bun';
import { staticImports } from './served-names.ts';

/** `import{a,b as c}from"./island-1.js"`, as the bundler writes it. */
const NAMED_IMPORT = /\bimport\s*\{([^}]*)\}\s*from\s*"\.\/([\w-]+\.js)"/g;
const EXPORTS = /\bexport\s*\{([^}]*)\}/g;
const START = 'start.js';

/**
 * @param scripts text by name: an entry, what it imports at once, and what it imports on demand; they import each other as
 * `./NAME`
 * @returns the same without the files that are now in the entry
 */
export async function mergeInto(
  entry: string,
  scripts: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const inside = new Set(staticImports(entry, (name) => scripts.get(name) ?? null));
  const outside = [...scripts].filter(([name]) => name !== entry && !inside.has(name));
  const crossing = nameCrossing(
    inside,
    outside.map(([, text]) => text),
    exportsOf(scripts.get(entry) ?? ''),
  );
  const merged = [
    `export * from "./${entry}";`,
    ...[...crossing].map(([name, names]) => `export {${clause(names)}} from "./${name}";`),
  ];
  const kept = new Map([...scripts].filter(([name]) => name === entry || inside.has(name)));
  const made = new Map([[entry, await rebuild(merged.join('\n'), kept)]]);

  for (const [name, text] of outside) {
    // Only what this one imports: the bundler keeps every import of a file that it does not see.
    const bridges = new Map(
      [...crossing].map(([from, names]) => {
        const used = importsOf(text, from).map((each) => [names.get(each) ?? each, each] as const);
        return [from, `export {${clause(new Map(used))}} from "./${entry}";`];
      }),
    );
    made.set(name, await rebuild(`export * from "./${name}";`, new Map([...bridges, [name, text]])));
  }
  return made;
}

const clause = (names: ReadonlyMap<string, string>) =>
  [...names].map(([from, to]) => `${from} as ${to}`).join(',');

/** Names that a script imports of a file. */
const importsOf = (text: string, from: string): readonly string[] =>
  [...text.matchAll(NAMED_IMPORT)]
    .filter(([, , file]) => file === from)
    .flatMap(([, list = '']) => list.split(',').map((each) => each.trim().split(/\s+as\s+/)[0] ?? ''));

/** Names that an entry exports itself. */
const exportsOf = (text: string): readonly string[] =>
  [...text.matchAll(EXPORTS)].flatMap(([, list = '']) =>
    list.split(',').map(
      (each) =>
        each
          .trim()
          .split(/\s+as\s+/)
          .at(-1) ?? '',
    ),
  );

/** What parts import of each file that is merged: its name there, and one in the entry that no other has. */
function nameCrossing(
  inside: ReadonlySet<string>,
  parts: readonly string[],
  own: readonly string[],
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const taken = new Set(own);
  const unique = (name: string): string => {
    let free = name;
    for (let n = 2; taken.has(free); n++) free = `${name}${n}`;
    taken.add(free);
    return free;
  };
  return new Map(
    [...inside].map((file) => {
      const names = new Set(parts.flatMap((text) => importsOf(text, file)));
      return [file, new Map([...names].map((name) => [name, unique(name)]))];
    }),
  );
}

/** One script of these files; what is not among them stays an import. */
async function rebuild(start: string, files: ReadonlyMap<string, string>): Promise<string> {
  const pieces: BunPlugin = {
    name: 'pieces',
    setup(build) {
      build.onResolve({ filter: /^\.\/[\w-]+\.js$/ }, ({ path }) =>
        files.has(path.slice(2)) ? { path: path.slice(2), namespace: 'pieces' } : { path, external: true },
      );
      build.onLoad({ filter: /./, namespace: 'pieces' }, ({ path }) => ({
        contents: files.get(path) ?? '',
        loader: 'js',
      }));
    },
  };
  const { outputs } = await Bun.build({
    entrypoints: [START],
    files: { [START]: start },
    plugins: [pieces],
    target: 'browser',
    format: 'esm',
    minify: true,
    sourcemap: 'none',
  });
  const [output] = outputs;
  if (!output || outputs.length !== 1) throw new Error('merging gave more than one script');
  return output.text();
}

/**
 * The bundler cuts what several parts share into a file for every combination of parts: dozens, each a request, and every
 * name that crosses must be kept and none can be short. Here the pieces are put together again into few files: what a page
 * imports at once into the page's script, what it loads right afterwards into that part, small things that parts share
 * into one file.
 */
import type { BunPlugin } from 'bun';
import { staticImports } from './served-names.ts';

type Scripts = ReadonlyMap<string, string>;
/** Files by the one that they become; a file of the same name as its group comes first and keeps what it exports. */
type Groups = ReadonlyMap<string, readonly string[]>;

/** `import{a,b as c}from"./island-1.js"`, as the bundler writes it. */
const NAMED_IMPORT = /\bimport\s*\{([^}]*)\}\s*from\s*"\.\/([\w-]+\.js)"/g;
const EXPORTS = /\bexport\s*\{([^}]*)\}/g;
const START = 'start.js';
/** Bytes before compression up to which what parts share is worth no request of its own. */
const SMALL = 8000;

/**
 * @param entry the page's script; its pieces are called `NAME-1.js`, `NAME-2.js`, ...
 * @param soon parts that every page loads once it is drawn
 * @param scripts text by name; they import each other as `./NAME`
 */
export async function mergePieces(
  entry: string,
  soon: readonly string[],
  scripts: Scripts,
): Promise<Map<string, string>> {
  const groups = chooseGroups(entry, soon, scripts);
  const owners = new Map(
    [...groups].flatMap(([group, files]) => files.map((file) => [file, group] as const)),
  );
  const crossing = nameCrossing(groups, owners, scripts);
  const made = new Map<string, string>();
  for (const [group, files] of groups) {
    const start = files.flatMap((file) => {
      const names = crossing.get(file) ?? new Map<string, string>();
      const first = file === group ? `export * from "./${file}";` : `import "./${file}";`;
      return names.size === 0 ? [first] : [first, `export {${clause(names)}} from "./${file}";`];
    });
    const pieces = new Map(files.map((file) => [file, scripts.get(file) ?? '']));
    const bridges = new Map<string, string>();
    const imported = importsOf([...pieces.values()]);
    for (const [from, owner] of owners) {
      if (owner === group || owner === from) continue;
      // Only what this one imports: the bundler keeps every import of a file that it does not see.
      const back = [...(imported.get(from) ?? [])].map(
        (name) => [crossing.get(from)?.get(name) ?? name, name] as const,
      );
      const names = back.length > 0 ? `export {${clause(new Map(back))}} from` : 'import';
      bridges.set(from, `${names} "./${owner}";`);
    }
    made.set(group, await rebuild(start.join('\n'), new Map([...bridges, ...pieces])));
  }
  return made;
}

function chooseGroups(entry: string, soon: readonly string[], scripts: Scripts): Groups {
  const groups = new Map<string, string[]>();
  const left = new Set(scripts.keys());
  const behind = (name: string) =>
    staticImports(name, (each) => (left.has(each) ? (scripts.get(each) ?? null) : null));
  for (const root of [entry, ...soon]) {
    if (!left.has(root)) continue;
    const files = [root, ...behind(root)];
    for (const file of files) left.delete(file);
    groups.set(root, files);
  }
  const stem = entry.replace(/\.js$/, '');
  const isSmall = (name: string) =>
    new RegExp(`^${stem}-\\d+\\.js$`).test(name) && (scripts.get(name)?.length ?? 0) < SMALL;
  const small = [...left].filter((name) => [name, ...behind(name)].every(isSmall));
  for (const file of small) left.delete(file);
  if (small.length > 0) groups.set(`${stem}-shared.js`, small);
  for (const file of left) groups.set(file, [file]);
  return groups;
}

const clause = (names: ReadonlyMap<string, string>) =>
  [...names].map(([from, to]) => `${from} as ${to}`).join(',');

/** `a,b as c` -> a, b or, by `last`, a, c */
const namesIn = (list: string, last: boolean): readonly string[] =>
  list
    .split(',')
    .map((each) => each.trim().split(/\s+as\s+/))
    .map((parts) => (last ? parts.at(-1) : parts[0]) ?? '')
    .filter((name) => name !== '');

/** What these texts import, by file. */
function importsOf(texts: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const text of texts)
    for (const [, list = '', from = ''] of text.matchAll(NAMED_IMPORT)) {
      const names = found.get(from) ?? new Set();
      for (const name of namesIn(list, false)) names.add(name);
      found.set(from, names);
    }
  return found;
}

/** What other groups import of each file: its name there, and one that no other has in the file it is in now. */
function nameCrossing(groups: Groups, owners: ReadonlyMap<string, string>, scripts: Scripts) {
  const crossing = new Map<string, Map<string, string>>();
  const taken = new Map<string, Set<string>>();
  for (const group of groups.keys()) {
    const own = [...(scripts.get(group) ?? '').matchAll(EXPORTS)];
    taken.set(group, new Set(own.flatMap(([, list = '']) => namesIn(list, true))));
  }
  for (const [group, files] of groups)
    for (const [from, names] of importsOf(files.map((file) => scripts.get(file) ?? ''))) {
      const owner = owners.get(from);
      if (owner === undefined || owner === group || owner === from) continue;
      const known = crossing.get(from) ?? new Map<string, string>();
      crossing.set(from, known);
      const others = taken.get(owner) ?? new Set();
      for (const name of names) {
        if (known.has(name)) continue;
        let free = name;
        for (let n = 2; others.has(free); n++) free = `${name}${n}`;
        others.add(free);
        known.set(name, free);
      }
    }
  return crossing;
}

/** One script of these files; what is not among them stays an import. */
async function rebuild(start: string, files: Scripts): Promise<string> {
  const pieces: BunPlugin = {
    name: 'pieces',
    setup(build) {
      build.onResolve({ filter: /^\.\/[\w-]+\.js$/ }, ({ path, kind }) =>
        files.has(path.slice(2)) && kind !== 'dynamic-import'
          ? { path: path.slice(2), namespace: 'pieces' }
          : { path, external: true },
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

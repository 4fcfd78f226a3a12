/** What the whole run consists of: parts of a minute or so, each a process of its own. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, type Outcome, ROOT, runCommand, runTests } from './spawn.ts';

const GROUPS = ['check', 'unit', 'hostile', 'integration', 'postgres', 'browser'] as const;
export type Group = (typeof GROUPS)[number];

export interface Part {
  readonly name: string;
  readonly group: Group;
  run(env: Environment): Promise<Outcome>;
}

const bin = (name: string) => join(ROOT, 'node_modules/.bin', name);
const filesOf = (pattern: string): readonly string[] => [...new Bun.Glob(pattern).scanSync(ROOT)].sort();

/** What takes a moment says first what is wrong; then the longest first, so that nothing long is left for the end. */
export const PARTS: readonly Part[] = [
  check('style', [bin('biome'), 'ci', '--colors=off', '.']),
  check('types', [process.execPath, bin('tsc'), '--noEmit']),
  check('escaping in views', [process.execPath, bin('xss-scan')]),
  tests('house', 'unit', [...filesOf('test/*.test.ts'), 'test/mutations/', 'test/words/']),
  tests('client', 'unit', ['src/protocol/', 'src/client/', 'src/cli/', 'src/native/']),
  ...spread('integration', filesOf('test/integration/*.test.ts'), 5),
  tests('hostile', 'hostile', ['test/hostile/']),
  tests('server', 'unit', [...filesOf('src/*.test.ts'), ...serverRooms()]),
  tests('routes', 'unit', ['src/routes/', 'views/']),
  ...spread('postgres', onPostgres(), 2),
  ...spread('browser', filesOf('test/browser/*.test.ts'), 14),
];

function check(name: string, args: readonly string[]): Part {
  return { name, group: 'check', run: () => runCommand(args) };
}

function tests(name: string, group: Group, where: readonly string[]): Part {
  return { name, group, run: (env) => runTests(where, env) };
}

/** So many parts of about one length: a file takes about as long as it is long. */
function spread(group: Group, files: readonly string[], count: number): readonly Part[] {
  const piles = Array.from({ length: count }, () => ({ length: 0, files: [] as string[] }));
  const sized = files.map((file) => ({ file, length: statSync(join(ROOT, file)).size }));
  for (const { file, length } of sized.sort((a, b) => b.length - a.length)) {
    const [lightest] = piles.sort((a, b) => a.length - b.length);
    lightest?.files.push(file);
    if (lightest) lightest.length += length;
  }
  return piles.map((pile, at) => tests(`${group} ${at + 1}`, group, pile.files));
}

/** Rooms of `src` whose tests are not those of another part. */
function serverRooms(): readonly string[] {
  const others = new Set(['protocol', 'client', 'cli', 'native', 'routes']);
  const rooms = filesOf('src/*/**/*.test.{ts,tsx}').map((path) => path.split('/')[1] ?? '');
  return [...new Set(rooms)].filter((room) => !others.has(room)).map((room) => `src/${room}/`);
}

/** But for what is about the database's file, about the client's own processes, or starts a PostgreSQL of its own: another engine tells nothing new there. */
function onPostgres(): readonly string[] {
  const elsewhere =
    /\/(?:before-migration|binary|chaos|client-(?:copies|erasure|kill|many|restart|secrets)|cli-(?:archive|backup|link|log|search)|[a-z]+-crash|disk-full|files-s3|full-disk|move|power-cut|recovery[\w-]*|reproducible|restore|services\/files-crash|several-nodes|tls|verify|postgres[\w-]*|sqlite[\w-]*)\.test/;
  // What goes through the whole server runs always; its rooms one by one, which ask the same of the database, in the long run.
  const rooms = process.env.SOTTO_LONG === '1' ? '{routes,services,store,auth}' : 'store';
  return [...filesOf('test/integration/*.test.ts'), ...filesOf(`src/${rooms}/**/*.test.{ts,tsx}`)].filter(
    (path) => !elsewhere.test(path),
  );
}

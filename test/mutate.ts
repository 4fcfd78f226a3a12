/**
 * Takes the defences out of the source, one at a time, and runs the tests that must notice: `bun run mutate`. A defence
 * that can be taken out without a test that fails is one that the next change may take out.
 *
 * `bun test/mutate.ts certificate R25` runs the mutations whose name, file or requirement holds one of the words. Each runs
 * in a copy of the tree; two at once. Ends with 1 when a mutation survives, or when its tests fail without it.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { MUTATIONS } from './mutations/all.ts';
import { type Mutation, mutate } from './mutations/mutation.ts';

const ROOT = resolve(import.meta.dir, '..');
const WORKERS = 2;
/** Milliseconds for the tests of one mutation: one that makes them hang is noticed by nobody. */
const PATIENCE_MS = 180_000;

interface Outcome {
  readonly mutation: Mutation;
  /** The test that failed, or null when none did. */
  readonly caughtBy: string | null;
}

/** A copy of the tree as it stands, changes included, that can be bent. */
function copyTree(): string {
  const place = join(mkdtempSync(join(tmpdir(), 'sotto-mutate-')), 'tree');
  const listed = Bun.spawnSync(['git', 'ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: ROOT,
  });
  const files = listed.stdout.toString().split('\0').filter(Boolean);
  // What is built is ignored by git, and browsers need it.
  for (const file of [...files, 'public/built']) {
    if (!existsSync(join(ROOT, file))) continue;
    mkdirSync(dirname(join(place, file)), { recursive: true });
    cpSync(join(ROOT, file), join(place, file), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'));
  // The known answers stand beside the repository, where there are some.
  if (existsSync(join(ROOT, '../shared'))) symlinkSync(resolve(ROOT, '../shared'), join(place, '../shared'));
  return place;
}

/** Runs a test file until the first failure; gives its name, or null when all passed. */
async function firstFailure(tree: string, test: string): Promise<string | null> {
  const child = Bun.spawn([process.execPath, 'test', '--timeout', '60000', '--bail', `./${test}`], {
    cwd: tree,
    env: { ...process.env, NO_COLOR: '1' },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const code = await child.exited;
  clearTimeout(timer);
  if (code === 0) return null;
  const failed = /^\(fail\) (.*?)(?: \[[\d.]+ms\])?$/m.exec(`${out}\n${err}`)?.[1];
  if (failed === undefined || failed === '(unnamed)')
    throw new Error(`no test failed by name in ${test}:\n${(out + err).slice(-3000)}`);
  return failed;
}

async function run(tree: string, mutation: Mutation): Promise<Outcome> {
  const file = join(tree, mutation.file);
  // The copy's own text: the tree may have moved on.
  const honest = await Bun.file(file).text();
  await Bun.write(file, mutate(honest, mutation));
  try {
    for (const test of mutation.tests) {
      const caughtBy = await firstFailure(tree, test);
      if (caughtBy !== null) return { mutation, caughtBy };
    }
    return { mutation, caughtBy: null };
  } finally {
    await Bun.write(file, honest);
  }
}

const words = process.argv.slice(2);
const wanted = MUTATIONS.filter(
  ({ name, file, requirement }) =>
    words.length === 0 ||
    words.some((word) => name.includes(word) || file.includes(word) || requirement.some((r) => r === word)),
);
const trees = Array.from({ length: WORKERS }, copyTree);
let survivors: readonly Outcome[] = [];
try {
  const files = [...new Set(wanted.flatMap((mutation) => mutation.tests))];
  const broken = (await inTurns(files, (tree, file) => failureOf(tree, file))).filter(
    (each) => each !== null,
  );
  if (broken.length > 0) throw new Error(`tests that fail without any mutation:\n  ${broken.join('\n  ')}`);
  const outcomes = await inTurns(wanted, async (tree, mutation) => {
    const outcome = await run(tree, mutation).catch((error: unknown): Outcome => {
      // A set-up that fails, or tests that hang: nobody would know by name what is wrong.
      console.log(String(error));
      return { mutation, caughtBy: null };
    });
    const { caughtBy } = outcome;
    console.log(`${caughtBy === null ? 'SURVIVED' : 'caught  '}  ${mutation.name}  (${placeOf(mutation)})`);
    if (caughtBy !== null) console.log(`            by ${caughtBy}`);
    return outcome;
  });
  survivors = outcomes.filter(({ caughtBy }) => caughtBy === null);
  console.log(`\n${outcomes.length - survivors.length} caught, ${survivors.length} survived`);
  for (const { mutation } of survivors) console.log(`  ${mutation.name} (${placeOf(mutation)})`);
} finally {
  for (const tree of trees) rmSync(dirname(tree), { recursive: true, force: true });
}
process.exit(survivors.length > 0 ? 1 : 0);

/** Hands out the work, one piece to each tree at a time; results in the order in which they came. */
async function inTurns<T, R>(
  work: readonly T[],
  act: (tree: string, piece: T) => Promise<R>,
): Promise<readonly R[]> {
  const waiting = [...work];
  const results: R[] = [];
  await Promise.all(
    trees.map(async (tree) => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        results.push(await act(tree, next));
    }),
  );
  return results;
}

async function failureOf(tree: string, file: string): Promise<string | null> {
  const failed = await firstFailure(tree, file).catch(String);
  return failed === null ? null : `${file}: ${failed}`;
}

function placeOf({ requirement, file }: Mutation): string {
  return `${requirement.join(' ')}, ${file}`;
}

/**
 * Everything that CI runs, with one closing line: `N passed, N failed`. Checks count one each, tests as many as they
 * are. Two parts run side by side, because each of them leaves half of two cores idle; what a part says is printed when it
 * has ended.
 *
 * `bun run test` runs it all; `bun test/all.ts unit` (or check, integration, hostile, browser) one part.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildBinary, buildIsland } from '../src/build.ts';

const ROOT = resolve(import.meta.dir, '..');
/** Milliseconds after which one part is stopped and counted as failed. */
const PART_TIMEOUT_MS = 12 * 60_000;

/** The executable that tests start; empty for the source. */
let binary = '';

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** What it said. */
  readonly text: string;
}

interface Part {
  readonly name: string;
  readonly group: 'check' | 'unit' | 'integration' | 'hostile' | 'browser';
  readonly run: () => Promise<Outcome>;
}

const bin = (name: string) => join(ROOT, 'node_modules/.bin', name);

/** What takes a moment says first what is wrong. */
const PARTS: readonly Part[] = [
  { name: 'types', group: 'check', run: () => command([process.execPath, bin('tsc'), '--noEmit']) },
  { name: 'style', group: 'check', run: () => command([bin('biome'), 'ci', '--colors=off', '.']) },
  { name: 'escaping in views', group: 'check', run: () => command([process.execPath, bin('xss-scan')]) },
  {
    name: 'house',
    group: 'unit',
    run: () => tests(...new Bun.Glob('test/*.test.ts').scanSync(ROOT), 'test/mutations/', 'test/words/'),
  },
  { name: 'unit', group: 'unit', run: () => tests('src/', 'views/') },
  { name: 'hostile', group: 'hostile', run: () => tests('test/hostile/') },
  { name: 'integration', group: 'integration', run: () => tests('test/integration/') },
  ...browserParts(6),
];

/** So many parts of about one length. */
function browserParts(count: number): readonly Part[] {
  const files = [...new Bun.Glob('test/browser/*.test.ts').scanSync(ROOT)].sort();
  return Array.from({ length: count }, (_, at) => ({
    name: `browser ${at + 1}`,
    group: 'browser',
    run: () => tests(...files.filter((_, index) => index % count === at)),
  }));
}

/** Runs a program to its end; passed when it exits 0. */
async function command(args: readonly string[]): Promise<Outcome> {
  const { code, text } = await spawn(args);
  return code === 0 ? { passed: 1, failed: 0, text } : { passed: 0, failed: 1, text };
}

/** Runs `bun test` on the given folders and reads its counts. */
async function tests(...where: string[]): Promise<Outcome> {
  const { code, text } = await spawn([
    process.execPath,
    'test',
    '--timeout',
    '60000',
    ...where.map((path) => `./${path}`),
  ]);
  const count = (word: string) => Number(new RegExp(`^ *(\\d+) ${word}$`, 'm').exec(text)?.[1] ?? 0);
  const failed = count('fail') + count('error') + count('errors');
  // A runner that died, or found nothing, has not passed.
  const wrong = failed > 0 ? failed : code === 0 && count('pass') > 0 ? 0 : 1;
  return { passed: count('pass'), failed: wrong, text };
}

async function spawn(args: readonly string[]): Promise<{ code: number; text: string }> {
  const child = Bun.spawn([...args], {
    cwd: ROOT,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, NO_COLOR: '1', ...(binary === '' ? {} : { SOTTO_TEST_BINARY: binary }) },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), PART_TIMEOUT_MS);
  let text = '';
  const pump = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const part = decoder.decode(value, { stream: true });
      text += part;
    }
  };
  await Promise.all([pump(child.stdout), pump(child.stderr)]);
  const code = await child.exited;
  clearTimeout(timer);
  return { code, text };
}

const wanted = process.argv.slice(2);
const parts = PARTS.filter(
  ({ group, name }) => wanted.length === 0 || wanted.includes(group) || wanted.includes(name),
);
if (!existsSync('/usr/bin/chromium') && parts.some(({ group }) => group === 'browser'))
  console.log("The browser tests need Debian's chromium at /usr/bin/chromium (apt-get install chromium).");

await buildIsland();
// Hundreds of processes are started: the executable starts in a fifth of the time that the source takes.
if (parts.some(({ group }) => group !== 'check' && group !== 'unit')) {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await buildBinary(join(folder, 'sotto'));
  binary = join(folder, 'sotto');
}
let passed = 0;
let failed = 0;
const broken: string[] = [];

/** Names of the tests that failed, each once. */
const failuresIn = (text: string): readonly string[] => [
  ...new Set(text.match(/^\(fail\) .*?(?= \[[\d.]+ms\]$|$)/gm) ?? []),
];

async function runPart(part: Part): Promise<void> {
  const started = performance.now();
  const outcome = await part.run();
  passed += outcome.passed;
  failed += outcome.failed;
  if (outcome.failed > 0) broken.push(part.name, ...failuresIn(outcome.text));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(`\n== ${part.name}\n${outcome.text}`);
  console.log(`== ${part.name}: ${outcome.passed} passed, ${outcome.failed} failed, ${seconds} s`);
}

/**
 * One lane takes the browsers, the other one everything else; whoever is done first helps the other, so that two browsers stand side by
 * side at the end alone, where nothing else wants the processor.
 */
const waiting = {
  browser: parts.filter(({ group }) => group === 'browser'),
  other: parts.filter(({ group }) => group !== 'browser'),
};
async function runLane(first: Part[], second: Part[]): Promise<void> {
  for (;;) {
    const part = first.shift() ?? second.pop();
    if (part === undefined) return;
    await runPart(part);
  }
}
await Promise.all([runLane(waiting.browser, waiting.other), runLane(waiting.other, waiting.browser)]);
if (broken.length > 0) console.log(`\nNot green:\n  ${broken.join('\n  ')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

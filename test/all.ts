/**
 * Everything that CI runs, with one closing line: `N passed, N failed`. Checks count one each, tests as many as they
 * are. What a part says is printed when it has ended.
 *
 * `bun run test` runs it all; `bun test/all.ts unit` (or check, hostile, integration, postgres, browser) one group, and the name of a part
 * that part.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBinary, buildIsland } from '../src/build.ts';
import { PARTS, type Part } from './runner/parts.ts';
import { startOutsideServers } from './runner/servers.ts';
import type { Environment } from './runner/spawn.ts';

/** Parts side by side: tests wait as much as they compute, so one more than there are processors. */
const LANES = availableParallelism() + 1;
/** Groups that start Sotto as a program. */
const STARTERS: ReadonlySet<string> = new Set(['hostile', 'integration', 'postgres', 'browser']);

const wanted = process.argv.slice(2);
let parts = PARTS.filter(
  ({ group, name }) => wanted.length === 0 || wanted.includes(group) || wanted.includes(name),
);
if (!existsSync('/usr/bin/chromium') && parts.some(({ group }) => group === 'browser'))
  console.log("The browser tests need Debian's chromium at /usr/bin/chromium (apt-get install chromium).");
const outside = parts.some(({ group }) => group === 'postgres') ? await startOutsideServers() : null;
if (outside === null) parts = parts.filter(({ group }) => group !== 'postgres');

await buildIsland();
// Hundreds of processes are started: the executable starts in a fifth of the time that the source takes.
let binary: Environment = {};
if (parts.some(({ group }) => STARTERS.has(group))) {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await buildBinary(join(folder, 'sotto'));
  binary = { SOTTO_TEST_BINARY: join(folder, 'sotto') };
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
  const outcome = await part.run({ ...binary, ...(part.group === 'postgres' ? outside?.env : {}) });
  passed += outcome.passed;
  failed += outcome.failed;
  if (outcome.failed > 0) broken.push(part.name, ...failuresIn(outcome.text));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(`\n== ${part.name}\n${outcome.text}`);
  console.log(`== ${part.name}: ${outcome.passed} passed, ${outcome.failed} failed, ${seconds} s`);
}

/** One lane begins with the browsers, the others with everything else; whoever is done helps. */
const waiting = {
  browser: parts.filter(({ group }) => group === 'browser'),
  other: parts.filter(({ group }) => group !== 'browser'),
};
async function runLane(first: Part[], second: Part[]): Promise<void> {
  for (;;) {
    const part = first.shift() ?? second.shift();
    if (part === undefined) return;
    await runPart(part);
  }
}
const others = Array.from({ length: LANES - 1 }, () => runLane(waiting.other, waiting.browser));
await Promise.all([runLane(waiting.browser, waiting.other), ...others]);
await outside?.stop();
if (broken.length > 0) console.log(`\nNot green:\n  ${broken.join('\n  ')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

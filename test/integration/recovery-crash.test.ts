/** Killed again and again while it keeps its log: what is kept is always a whole state, and never older than what was said to be kept. */
import { afterAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderPlace } from '../../src/ops/wal/folder-place.ts';
import { keptGenerations } from '../../src/ops/wal/kept.ts';
import { rebuild } from '../../src/ops/wal/rebuild.ts';
import { DatabaseCopy, foldLog } from '../../src/store/snapshot.ts';
import { PASSPHRASE } from '../support/wal.ts';

const ROUNDS = process.env.SOTTO_LONG === '1' ? 100 : 6;
/** Lines after which it dies: another number each round. */
const linesIn = (round: number) => 40 + ((round * 37) % 83);
const folder = mkdtempSync(join(tmpdir(), 'sotto-recovery-'));
const [data, to] = [join(folder, 'data'), join(folder, 'kept')];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The highest number that was answered, and the highest that was kept, when it died. */
async function diesAfter(lines: number, first: number): Promise<{ answered: number; kept: number }> {
  const script = join(import.meta.dir, '../support/wal-process.ts');
  const child = Bun.spawn([process.execPath, script, data, to, String(first)], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const said = { answered: first - 1, kept: 0 };
  let seen = 0;
  let rest = '';
  const decoder = new TextDecoder();
  const reader = child.stdout.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const all = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = all.pop() ?? '';
    for (const line of all) {
      const [what, n] = line.split(' ');
      if (what === 'answered') said.answered = Number(n);
      if (what === 'kept') said.kept = Number(n);
      seen++;
    }
    // Not before something is kept: that is another test.
    if (seen >= lines && said.kept > 0) child.kill('SIGKILL');
  }
  await child.exited;
  return said;
}

test(
  'nothing that was said to be kept is lost, no state is half of one, and it goes on where it was',
  async () => {
    mkdirSync(data);
    mkdirSync(to);
    const place = createFolderPlace(to);
    let next = 1;
    for (let round = 0; round < ROUNDS; round++) {
      const { kept } = await diesAfter(linesIn(round), next);
      const out = join(folder, `state-${round}.sqlite`);
      const { stopped } = await rebuild(place, PASSPHRASE, Number.MAX_SAFE_INTEGER, out);
      expect(stopped).toBeNull();
      foldLog(out);
      const copy = new DatabaseCopy(out);
      expect(copy.problems()).toEqual([]);
      const [found] = await copy.read<{ last: number; pairs: number }>(
        'SELECT MAX(n) AS last, COUNT(*) AS pairs FROM pairs',
      );
      copy.end();
      rmSync(out);
      const last = found?.last ?? 0;
      expect(found?.pairs).toBe(2 * last);
      expect(last).toBeGreaterThanOrEqual(kept);
      const own = new DatabaseCopy(join(data, 'sotto.sqlite'));
      const [there] = await own.read<{ last: number }>('SELECT MAX(n) AS last FROM pairs');
      own.end();
      // Nothing that the server itself does not have.
      expect(last).toBeLessThanOrEqual(there?.last ?? 0);
      next = (there?.last ?? 0) + 1;
    }
    // Looking at the database from outside has not begun the log anew, and neither has dying, but where it died between emptying the log
    // and keeping the rest of it.
    expect((await keptGenerations(place)).length).toBeLessThanOrEqual(ROUNDS);
  },
  ROUNDS * 20_000,
);

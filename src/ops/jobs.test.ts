import { afterEach, expect, test } from 'bun:test';
import { createJobs, type Jobs } from './jobs.ts';
import { createLog, silent } from './log.ts';

let open: Jobs | null = null;
afterEach(() => open?.stop());
const jobs = (log = silent) => {
  open = createJobs(log, Date.now);
  return open;
};
const report = () => open?.reports()[0];

test('a job runs again after it has ended, never twice at once', async () => {
  let running = 0;
  const thrice = Promise.withResolvers<void>();
  let runs = 0;
  jobs().add({
    name: 'counts',
    every: 1,
    first: 0,
    async run() {
      expect(++running).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      if (++runs === 3) thrice.resolve();
    },
  });
  expect(report()).toMatchObject({ lastAt: null, lastSuccessAt: null, running: false });
  await thrice.promise;
  expect(report()).toMatchObject({ name: 'counts', every: 1, lastError: null });
});

test('a job that fails is said in the log and runs again', async () => {
  const lines: string[] = [];
  const again = Promise.withResolvers<void>();
  let runs = 0;
  jobs(createLog('info', Date.now, (line) => lines.push(line))).add({
    name: 'fails',
    every: 1,
    first: 0,
    async run() {
      if (++runs === 2) again.resolve();
      else throw new Error('The disk is full.');
    },
  });
  await again.promise;
  expect(lines.join('')).toContain('"job":"fails","reason":"The disk is full."');
});

test('what failed last, and when it last went well, is told', async () => {
  let fails = false;
  const all = jobs();
  all.add({
    name: 'turns',
    every: 3_600_000,
    async run() {
      if (fails) throw new Error('No.');
    },
  });
  const before = Date.now();
  await all.runNow('turns');
  const well = report()?.lastSuccessAt ?? 0;
  expect(well).toBeGreaterThanOrEqual(before);
  fails = true;
  await all.runNow('turns');
  expect(report()).toMatchObject({ lastError: 'No.', lastSuccessAt: well });
});

test('a run that is asked for joins the one that goes on', async () => {
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const all = jobs();
  all.add({
    name: 'long',
    every: 3_600_000,
    async run() {
      runs++;
      await gate.promise;
    },
  });
  const both = [all.runNow('long'), all.runNow('long')];
  expect(report()).toMatchObject({ running: true, nextAt: null });
  gate.resolve();
  await Promise.all(both);
  expect(runs).toBe(1);
  expect(report()?.nextAt).toBeGreaterThan(Date.now());
});

test('stopping tells runs that go on, waits for them and begins none', async () => {
  const all = jobs();
  let ended = false;
  all.add({
    name: 'long',
    every: 1,
    async run(signal) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await new Promise((resolve) => setImmediate(resolve));
      ended = true;
    },
  });
  void all.runNow('long');
  await all.stop();
  expect(ended).toBe(true);
  ended = false;
  await all.runNow('long');
  expect(ended).toBe(false);
  expect(report()?.nextAt).toBeNull();
});

test('a time that no timer holds is not now', () => {
  jobs().add({ name: 'rare', every: 90 * 24 * 3_600_000, run: () => Promise.reject(new Error('too soon')) });
  expect(report()?.nextAt).toBeGreaterThan(Date.now() + 89 * 24 * 3_600_000);
});

import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestDb } from '../../test/support/database.ts';
import { type Db, DbUnavailable } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { createJobs } from './jobs.ts';
import { createLeases } from './leases.ts';
import { silent } from './log.ts';

const NOW = 1_800_000_000_000;
const LEASE_MS = 60_000;
let now = NOW;
let db: Db;
beforeAll(async () => {
  db = await openTestDb(join(tmpdir(), `sotto-leases-${crypto.randomUUID()}.sqlite`));
  await migrate(db);
});
afterAll(() => db.close());
beforeEach(async () => {
  now = NOW;
  await db.write((tx) => tx.run('DELETE FROM leases'));
});

const never = new AbortController().signal;
/** The clock of the database, or one that is wrong by so much. */
const common = (ahead = 0) => Promise.resolve(now + ahead);
const node = (name: string) => createLeases(db, () => common(), name);
/** A run that goes on until it is let go. */
const held = (leases: ReturnType<typeof node>, signal: AbortSignal = never) => {
  const begun = Promise.withResolvers<AbortSignal>();
  const ends = Promise.withResolvers<void>();
  const run = leases.run(
    'work',
    async (own) => {
      begun.resolve(own);
      await ends.promise;
    },
    signal,
  );
  return { run, begun: begun.promise, end: ends.resolve };
};

test('one node does it, the others are told who, and how it went the last time', async () => {
  const first = held(node('one'));
  await first.begun;
  const refused = await node('two').run('work', () => Promise.reject(new Error('never')), never);
  expect(refused).toEqual({ node: 'one', endedAt: null, succeededAt: null, error: null });
  // Another name is another lease.
  expect(await node('two').run('other', async () => {}, never)).toBeNull();
  now += 5000;
  first.end();
  expect(await first.run).toBeNull();

  await expect(
    node('two').run('work', () => Promise.reject(new Error('No.')), never, 30_000),
  ).rejects.toThrow('No.');
  // It rests now, for everybody.
  const rests = { node: 'two', endedAt: now, succeededAt: now, error: 'No.' };
  expect(await node('one').run('work', async () => {}, never)).toEqual(rests);
  now += 30_000;
  expect(await node('one').run('work', async () => {}, never)).toBeNull();
});

test('of many that begin at once one does it', async () => {
  let running = 0;
  const results = await Promise.all(
    ['one', 'two', 'three', 'four'].map((name) =>
      node(name).run('work', async () => void running++, never, 1000),
    ),
  );
  expect(running).toBe(1);
  expect(results.filter((elsewhere) => elsewhere === null)).toHaveLength(1);
});

test('a node that died is followed by another, a moment after its lease', async () => {
  await held(node('dies')).begun;
  expect(await node('early').run('work', async () => {}, never)).not.toBeNull();
  now += LEASE_MS + 9999;
  expect(await node('early').run('work', async () => {}, never)).not.toBeNull();
  now += 1;
  expect(await node('next').run('work', async () => {}, never)).toBeNull();
});

test('whoever did not hear that it has the lease is not kept out by itself', async () => {
  let isLost = true;
  const line: Db = {
    ...db,
    read: db.read,
    async write(change) {
      const value = await db.write(change);
      if (!isLost) return value;
      isLost = false;
      throw new DbUnavailable('the answer of a commit was lost');
    },
  };
  const leases = createLeases(line, () => common(), 'one');
  let runs = 0;
  const run = () => leases.run('work', async () => runs++, never);
  await expect(run()).rejects.toThrow('lost');
  expect(await node('two').run('work', async () => runs++, never)).toMatchObject({ node: 'one' });
  expect(await run()).toBeNull();
  expect(runs).toBe(1);
});

test('what a clock of years ahead has written holds nobody up for longer than a run and its rest', async () => {
  const YEAR_MS = 365 * 24 * 3600_000;
  const REST_MS = 54_000;
  let passed = 0;
  const ahead = (name: string) => createLeases(db, () => common(YEAR_MS), name);
  const right = createLeases(db, () => common(passed), 'right', { steady: () => passed });
  const run = () => right.run('work', async () => {}, never, REST_MS);

  await ahead('ahead').run('work', async () => {}, never, REST_MS);
  expect(await run()).toMatchObject({ node: 'ahead' });
  passed += REST_MS;
  expect(await run()).toMatchObject({ node: 'ahead' });
  passed += 1;
  expect(await run()).toBeNull();

  const dies = ahead('dies ahead');
  passed += REST_MS;
  await db.write((tx) => tx.run('DELETE FROM leases'));
  await held(dies).begun;
  expect(await run()).toMatchObject({ node: 'dies ahead' });
  passed += LEASE_MS + 10_001;
  expect(await run()).toBeNull();
});

test('whoever is cut off loses it before another one may have it, and takes nothing back', async () => {
  let isCut = false;
  const line: Db = { ...db, read: db.read, write: (change) => (isCut ? unavailable() : db.write(change)) };
  const slow = createLeases(line, () => common(), 'slow', { lease: 30, grace: 0 });
  const run = held(slow);
  const signal = await run.begun;
  isCut = true;
  now += 31;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  isCut = false;
  now += 10_000;
  const next = held(node('next'));
  await next.begun;
  run.end();
  await expect(run.run).rejects.toThrow('lost its lease');
  expect(await node('third').run('work', async () => {}, never)).toMatchObject({ node: 'next' });
  next.end();
  await next.run;
});

test('it is renewed for as long as the work lasts', async () => {
  const long = createLeases(db, async () => Date.now(), 'long', { lease: 900, grace: 0 });
  const run = held(long);
  await run.begun;
  const until = async () =>
    (await db.read<{ held_until: number }>("SELECT held_until FROM leases WHERE name = 'work'"))[0]
      ?.held_until;
  const before = await until();
  while ((await until()) === before) await new Promise((resolve) => setImmediate(resolve));
  expect(
    await createLeases(db, async () => Date.now(), 'other', { grace: 0 }).run('work', async () => {}, never),
  ).toMatchObject({
    node: 'long',
  });
  run.end();
  await run.run;
});

test('a server that stops lets go at once, so that another one goes on', async () => {
  const stopping = new AbortController();
  const run = held(node('stops'), stopping.signal);
  const signal = await run.begun;
  stopping.abort();
  expect(signal.aborted).toBe(true);
  run.end();
  await run.run;
  expect(await node('goes on').run('work', async () => {}, never)).toBeNull();
});

test('jobs of several nodes run once for all, some of them everywhere, and each node tells how it went', async () => {
  const runs: string[] = [];
  const nodes = ['one', 'two'].map((name) => {
    const jobs = createJobs(silent, () => now, undefined, node(name));
    jobs.add({ name: 'once', every: 60_000, run: async () => void runs.push(name) });
    jobs.add({
      name: 'each',
      every: 60_000,
      everywhere: true,
      run: async () => void runs.push(`${name} too`),
    });
    return jobs;
  });
  for (const job of ['once', 'each']) for (const jobs of nodes) await jobs.runNow(job);
  expect(runs).toEqual(['one', 'one too', 'two too']);
  expect(nodes.map((jobs) => jobs.reports()[0])).toMatchObject([
    { name: 'once', node: null, lastSuccessAt: now, lastError: null },
    { name: 'once', node: 'one', lastSuccessAt: now, lastAt: now, lastError: null },
  ]);
  now += 60_000;
  await nodes[1]?.runNow('once');
  expect(runs.at(-1)).toBe('two');
  await Promise.all(nodes.map((jobs) => jobs.stop()));
});

const unavailable = (): Promise<never> => Promise.reject(new DbUnavailable('away'));

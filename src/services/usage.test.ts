import { afterAll, beforeAll, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { addPerson, openCookie } from '../../test/support/relay.ts';
import { addUsage } from '../store/usage.ts';
import { createUsage } from './usage.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;
/** In the middle of an hour, a day and a month. */
const NOW = Date.UTC(2031, 4, 17, 10, 30);
const at = (now: number) => createUsage({ ...app.deps, clock: () => now });
const hour = (time: number) => time - (time % HOUR_MS);
const newest = async (now: number, span: 'day' | 'month' | 'year') => (await at(now).over(span)).at(-1);

test('people are counted once, messages as they are relayed, and nobody is named', async () => {
  const { db, ops } = app.deps;
  const ada = await addPerson(db, NOW);
  await openCookie(app.deps, ada);
  await openCookie(app.deps, ada);
  await openCookie(app.deps, await addPerson(db, NOW));
  await db.write((tx) => tx.run('UPDATE sessions SET last_used_at = $1', [NOW - 60_000]));
  let now = NOW;
  const usage = createUsage({ ...app.deps, clock: () => now });
  ops.meter.count('messages', { class: 'message' }, 3);
  ops.meter.count('messages', { class: 'control' }, 20);
  await usage.note();
  ops.meter.count('messages', { class: 'message' }, 2);
  await usage.note();
  await usage.note();
  expect(await newest(NOW, 'day')).toEqual({ at: hour(NOW), people: 2, messages: 5, files: 0, bytes: 0 });
  const [row] = await db.read<Record<string, unknown>>('SELECT * FROM usage');
  for (const value of Object.values(row ?? {})) expect(typeof value).toBe('number');

  // An hour later nobody is here: of the day and the month they still were.
  const later = NOW + HOUR_MS;
  now = later;
  await usage.note();
  expect(await newest(later, 'day')).toMatchObject({ at: hour(later), people: 0 });
  expect(await newest(later, 'month')).toMatchObject({ at: Date.UTC(2031, 4, 17), people: 2, messages: 5 });
  expect(await newest(later, 'year')).toMatchObject({ at: Date.UTC(2031, 4, 1), people: 2, messages: 5 });
});

test('a span has every step up to now, and the largest number of a longer time is not a sum', async () => {
  const now = Date.UTC(2033, 0, 31, 23, 59);
  const row = { people: 3, people_day: 4, people_month: 9, messages: 10, files: 1, bytes: 500 };
  await app.deps.db.write(async (tx) => {
    await addUsage(tx, { ...row, hour: hour(now) - DAY_MS });
    await addUsage(tx, { ...row, hour: hour(now), bytes: 700 });
  });
  const day = await at(now).over('day');
  expect(day.length).toBe(24);
  expect(day[0]).toEqual({ at: hour(now) - 23 * HOUR_MS, people: 0, messages: 0, files: 0, bytes: null });
  const month = await at(now).over('month');
  expect(month.length).toBe(30);
  expect(month.slice(-2)).toMatchObject([
    { people: 4, messages: 10 },
    { people: 4, messages: 10, bytes: 700 },
  ]);
  const year = await at(now).over('year');
  expect(year.length).toBe(12);
  expect(year[0]?.at).toBe(Date.UTC(2032, 1, 1));
  expect(year.at(-1)).toEqual({ at: Date.UTC(2033, 0, 1), people: 9, messages: 20, files: 2, bytes: 700 });
});

test('rows are kept for 400 days', async () => {
  const now = Date.UTC(2036, 5, 1);
  const row = { people: 0, people_day: 0, people_month: 0, messages: 1, files: 0, bytes: 0 };
  await app.deps.db.write(async (tx) => {
    await addUsage(tx, { ...row, hour: now - 401 * DAY_MS });
    await addUsage(tx, { ...row, hour: now - 399 * DAY_MS });
  });
  await at(now).note();
  const hours = await app.deps.db.read<{ hour: number }>('SELECT hour FROM usage ORDER BY hour');
  expect(hours.map((each) => each.hour)).toEqual([now - 399 * DAY_MS, now]);
});

test('what two nodes see of one audit is counted once, and each has relayed its own', async () => {
  const { db, ops } = app.deps;
  const now = Date.UTC(2035, 2, 3, 8, 15);
  const nodes = [
    createUsage({ ...app.deps, clock: () => now }),
    createUsage({ ...app.deps, clock: () => now }),
  ];
  for (const node of nodes) await node.note();
  const before = await newest(now, 'day');
  await db.write((tx) =>
    app.deps.services.audit.recordAll(tx, [
      { actor: null, action: 'file.completed', subject: 'a' },
      { actor: null, action: 'file.completed', subject: 'b' },
    ]),
  );
  ops.meter.count('messages', { class: 'message' }, 4);
  await Promise.all(nodes.map((node) => node.note()));
  const after = await newest(now, 'day');
  expect((after?.files ?? 0) - (before?.files ?? 0)).toBe(2);
  expect((after?.messages ?? 0) - (before?.messages ?? 0)).toBe(8);
});

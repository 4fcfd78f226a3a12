import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestDb } from '../../test/support/database.ts';
import { accountId, toBase64 } from '../contract/bytes.ts';
import type { Db } from '../store/db.ts';
import { forgetGoodOnce } from '../store/good-once.ts';
import { migrate } from '../store/migrate.ts';
import { Challenges } from './challenges.ts';
import { Tickets } from './tickets.ts';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const account = accountId(new Uint8Array(16).fill(7));
let now = 0;
let db: Db;
beforeAll(async () => {
  db = await openTestDb(join(tmpdir(), `sotto-good-once-${crypto.randomUUID()}.sqlite`));
  await migrate(db);
});
afterAll(() => db.close());
beforeEach(() => {
  now = 1_800_000_000_000;
});
/** Two nodes: what one gives out the other one takes. */
const nodes = () => {
  const ports = { db, clock: () => now, random };
  return { here: ports, there: { ...ports } };
};

test('a challenge is good once, for its ceremony, for five minutes, at any node', async () => {
  const { here, there } = nodes();
  const [issuing, taking] = [new Challenges(here), new Challenges(there)];
  const issue = async (ceremony: string) => toBase64(await issuing.issue(ceremony));
  const once = await issue('sign-in');
  expect(await taking.take(once, 'sign-in')).toBe(true);
  expect(await taking.take(once, 'sign-in')).toBe(false);
  expect(await issuing.take(once, 'sign-in')).toBe(false);
  const other = await issue('register x');
  expect(await taking.take(other, 'sign-in')).toBe(false);
  // A wrong try uses it up.
  expect(await taking.take(other, 'register x')).toBe(false);
  const late = await issue('sign-in');
  now += 5 * 60_000;
  expect(await taking.take(late, 'sign-in')).toBe(false);
  for (const never of ['never given', '', 'A'.repeat(43), '!'.repeat(43)])
    expect(await taking.take(never, 'sign-in')).toBe(false);
});

test('of two that take a challenge at the same time one gets it', async () => {
  const { here, there } = nodes();
  const challenge = toBase64(await new Challenges(here).issue('sign-in'));
  const taken = await Promise.all(
    [here, there, here, there].map((ports) => new Challenges(ports).take(challenge, 'sign-in')),
  );
  expect(taken.filter((got) => got)).toHaveLength(1);
});

test('a ticket is tried five times on all nodes together, is used once, and is no challenge', async () => {
  const { here, there } = nodes();
  const [first, second] = [new Tickets(here), new Tickets(there)];
  const ticket = await first.issue({ account, way: 'password' });
  expect(await new Challenges(here).take(ticket, 'sign-in')).toBe(false);
  for (const tickets of [second, first, second, first, second])
    expect(await tickets.try(ticket)).toEqual({ account, way: 'password' });
  expect(await first.try(ticket)).toBeNull();
  expect(await first.use(ticket)).toBe(true);
  expect(await second.use(ticket)).toBe(false);

  const late = await first.issue({ account, way: 'recovery' });
  now += 5 * 60_000;
  expect(await second.try(late)).toBeNull();
});

test('what is stored opens nothing, and goes when it is over or too much', async () => {
  const challenges = new Challenges(nodes().here);
  await forgetGoodOnce(db, now + 3600_000);
  const all: string[] = [];
  for (let n = 0; n < 5; n++) {
    now++;
    all.push(toBase64(await challenges.issue('sign-in')));
  }
  const rows = await db.read<{ id: Uint8Array }>('SELECT id FROM good_once');
  expect(rows).toHaveLength(5);
  for (const { id } of rows) expect(all).not.toContain(toBase64(id));

  await forgetGoodOnce(db, now, 3);
  expect(await challenges.take(all[1] ?? '', 'sign-in')).toBe(false);
  expect(await challenges.take(all[2] ?? '', 'sign-in')).toBe(true);
  await forgetGoodOnce(db, now + 5 * 60_000);
  expect(await db.read('SELECT id FROM good_once')).toEqual([]);
});

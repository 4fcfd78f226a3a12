import { afterAll, beforeAll, expect, test } from 'bun:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestDb } from '../../test/support/database.ts';
import { accountId } from '../contract/bytes.ts';
import { SHARE_GUESSES, SHARE_REST_MS, type ShareId } from '../contract/shares.ts';
import type { Db } from '../store/db.ts';
import { forgetWrongGuesses } from '../store/guesses.ts';
import { migrate } from '../store/migrate.ts';
import { createGuesses, FREE_GUESSES, LONGEST_WAIT_MS } from './guesses.ts';
import { createShareGuesses } from './share-guesses.ts';
import { expireGuesses } from './wrong-guesses.ts';

const account = accountId(new Uint8Array(16).fill(7));
const caller = { address: '198.51.100.1', network: '198.51.100.0', browser: '', agent: '' };
let now = 1_800_000_000_000;
let db: Db;
beforeAll(async () => {
  db = await openTestDb(join(tmpdir(), `sotto-guesses-${crypto.randomUUID()}.sqlite`));
  await migrate(db);
});
afterAll(() => db.close());

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
/** One more process on the same database: another node, or the same after a restart. */
const node = (isKnown = false) => {
  const ports = { db, clock: () => now, random };
  return {
    ports,
    guesses: createGuesses(ports, { isKnown: async () => isKnown }),
    shares: createShareGuesses(ports),
  };
};

test('wrong tries are counted over nodes and restarts', async () => {
  for (let n = 0; n <= FREE_GUESSES; n++) await node().guesses.begin('mina', account, caller);
  await expect(node().guesses.begin('mina', account, caller)).rejects.toThrow('Too many wrong tries');
  // Nobody else waits for it, and a known place is counted by itself.
  await node().guesses.begin('noor', account, caller);
  const known = await node(true).guesses.begin('mina', account, caller);
  await known.right();
  now += LONGEST_WAIT_MS;
  await node().guesses.begin('mina', account, caller);
  now += 24 * 3600_000;
  for (let n = 0; n < FREE_GUESSES; n++) await node().guesses.begin('mina', account, caller);
});

test('tries at the same time are all counted, and a right one takes back its own alone', async () => {
  const tries = await Promise.all(
    Array.from({ length: FREE_GUESSES }, () => node().guesses.begin('ida', account, caller)),
  );
  await tries[0]?.right();
  await tries[1]?.right();
  await node().guesses.begin('ida', account, caller);
  await node().guesses.begin('ida', account, caller);
  const last = await node().guesses.begin('ida', account, caller);
  await expect(node().guesses.begin('ida', account, caller)).rejects.toThrow('Too many wrong tries');
  await last.right();
  await node().guesses.begin('ida', account, caller);
});

test('a link rests for a network on every node, from its first wrong password on', async () => {
  const share = 'a-link' as ShareId;
  for (let n = 0; n < SHARE_GUESSES; n++) await node().shares.begin(share, 'one');
  await expect(node().shares.begin(share, 'one')).rejects.toThrow('Too many wrong passwords');
  await node().shares.begin(share, 'another');
  await node().shares.wasRight(share, 'one');
  await node().shares.begin(share, 'one');
  now += SHARE_REST_MS;
  await node().shares.begin(share, 'one');
});

test('what was typed cannot be read from the rows, which go when they are forgiven or too many', async () => {
  await node().guesses.begin('correct horse', null, caller);
  const plain = new Bun.CryptoHasher('sha256').update('correct horse').digest().toHex();
  const ids = async () =>
    (await db.read<{ id: Uint8Array }>('SELECT id FROM wrong_guesses')).map(({ id }) => id.toHex());
  expect(await ids()).not.toContain(plain);
  await forgetWrongGuesses(db, now, 2);
  expect(await ids()).toHaveLength(2);
  now += 24 * 3600_000;
  await expireGuesses(node().ports);
  expect(await ids()).toEqual([]);
});

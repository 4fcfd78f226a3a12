/** What one sender can make the relay keep. */
import { expect, test } from 'bun:test';
import { addPerson, countRows, makePost, openRelay, randomBytes } from '../../test/support/relay.ts';
import { accountId } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { openSqlite } from '../store/sqlite.ts';
import { Refusal } from './refusal.ts';
import { createRelayRoom } from './relay-room.ts';

const KIB = 1024;

async function house(room: { readonly account: number; readonly all: number }) {
  const relay = await openRelay(':memory:', openSqlite(':memory:'), room);
  const mina = await addPerson(relay.db, relay.clock(), 1, 'Mina');
  const ravi = await addPerson(relay.db, relay.clock(), 1, 'Ravi');
  const { id: conversation } = await relay.conversations.createDirect(mina.session(), ravi.account);
  const between = { mina: [mina, ravi], ravi: [ravi, mina] } as const;
  const post = (by: keyof typeof between) =>
    makePost({
      sender: between[by][0].session(),
      conversation,
      to: between[by][1].devices,
      bodyBytes: 10 * KIB,
    });
  const send = (by: keyof typeof between, made = post(by)) =>
    relay.delivery.send(between[by][0].session(), made.bytes).then(
      () => null,
      (error: unknown) => (error instanceof Refusal ? error.body : error),
    );
  /** Ravi's device fetches and acknowledges everything. */
  const empty = async () => {
    const [device] = ravi.devices;
    if (!device) throw new Error('no device');
    for (;;) {
      const { envelopes, more } = await relay.delivery.pending(device, 0);
      await relay.delivery.acknowledge(
        ravi.session(),
        envelopes.map(({ seq }) => seq),
      );
      if (!more) return;
    }
  };
  return { ...relay, post, send, empty };
}

test('what waits for one sender’s messages is bounded; others go on, and nothing is stored of what is refused', async () => {
  const { send, empty, db, post, clock } = await house({ account: 100 * KIB, all: 1000 * KIB });
  for (let n = 0; n < 9; n++) expect(await send('mina')).toBeNull();
  const late = post('mina');
  expect(await send('mina', late)).toMatchObject({
    error: 'RateLimitExceeded',
    retry_after: 60,
    message: expect.stringContaining('which is the most'),
  });
  expect(await countRows(db, 'bodies')).toBe(9);
  expect(await countRows(db, 'messages')).toBe(9);
  expect(await send('ravi')).toBeNull();
  // As soon as they were fetched there is room again, for the very post that was refused.
  await empty();
  clock.advance(1500);
  expect(await send('mina', late)).toBeNull();
  // And a busy sender whose messages are fetched never meets the limit for longer than a measurement.
  for (let round = 0; round < 6; round++) {
    for (let n = 0; n < 8; n++) expect(await send('mina')).toBeNull();
    await empty();
    clock.advance(1500);
  }
});

test('everybody together is bounded too', async () => {
  const { send } = await house({ account: 100 * KIB, all: 60 * KIB });
  const answers = [];
  for (let n = 0; n < 4; n++) answers.push(await send('mina'), await send('ravi'));
  expect(answers.filter((answer) => answer === null)).toHaveLength(5);
  expect(answers.at(-1)).toMatchObject({ message: expect.stringContaining('on this server') });
});

test('a repeated post gets its answer, also where there is no room', async () => {
  const { send, post } = await house({ account: 25 * KIB, all: 1000 * KIB });
  const first = post('mina');
  expect(await send('mina', first)).toBeNull();
  expect(await send('mina')).toBeNull();
  expect(await send('mina')).not.toBeNull();
  expect(await send('mina', first)).toBeNull();
});

test('what is remembered of posts for a month flows off by the day', async () => {
  let now = 0;
  const [a, b] = [accountId(randomBytes(16)), accountId(randomBytes(16))];
  const room = createRelayRoom(() => now, { account: 1e15, all: 1e15 });
  const { db } = await house({ account: 1, all: 1 });
  const count = async (account: AccountId) => {
    let taken = 0;
    try {
      await db.write(async (tx) => {
        for (; taken < 100_000; taken++) await room.take(tx, account, { bytes: 1, recipients: 600 });
      });
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
    }
    return taken;
  };
  expect(await count(a)).toBe(10_256);
  expect(await count(b)).toBe(10_256);
  now += 24 * 3600_000;
  expect(await count(a)).toBe(10_256);
});

test('where there are other nodes, what they took is seen within a minute, and the estimate holds in between', async () => {
  let now = 1_800_000_000_000;
  const limits = { account: 20 * KIB, all: 1000 * KIB };
  const { db, send } = await house({ account: 1e9, all: 1e9 });
  expect(await send('mina')).toBeNull();
  const [row] = await db.read<{ account: AccountId }>('SELECT account FROM bodies');
  if (!row) throw new Error('nothing waits');
  const room = createRelayRoom(
    () => now,
    limits,
    () => true,
  );
  const take = () => db.write(async (tx) => room.take(tx, row.account, { bytes: 1, recipients: 1 }));
  await take();
  // Another node takes more than there is room for.
  for (let n = 0; n < 2; n++) expect(await send('mina')).toBeNull();
  await take();
  now += 60_000;
  await expect(take()).rejects.toThrow('Messages of yours wait');
});

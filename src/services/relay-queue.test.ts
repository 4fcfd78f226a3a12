import { expect, test } from 'bun:test';
import { addPerson } from '../../test/support/relay.ts';
import type { Hub } from '../realtime/hub.ts';
import { createLocalHub } from '../realtime/local.ts';
import { type Db, DbUnavailable } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Outcome, Work } from './relay-batch.ts';
import { createRelayQueue } from './relay-queue.ts';

async function queueOver(
  store: (batch: readonly Work[]) => readonly Outcome[],
  db: Db = openSqlite(':memory:'),
) {
  await migrate(db);
  const hub: Hub = createLocalHub();
  const session = (await addPerson(db, 0)).session();
  const batches: number[] = [];
  const queue = createRelayQueue(db, hub, async (_tx, batch) => {
    batches.push(batch.length);
    return { outcomes: store(batch), events: [] };
  });
  const send = (byte: number) => queue.send({ kind: 'send', session, bytes: new Uint8Array([byte]) });
  const acknowledge = () => queue.acknowledge({ kind: 'acknowledge', session, seqs: [1] });
  return { db, send, acknowledge, batches };
}

const answer = (work: Work): Outcome => ({
  accepted: { id: '00' as never, acceptedAt: work.kind === 'send' ? (work.bytes[0] ?? 0) : 0, recipients: 0 },
});

test('what comes in one turn is one batch, answered in order', async () => {
  const { send, batches } = await queueOver((batch) => batch.map(answer));
  const answers = await Promise.all([1, 2, 3, 4].map(send));
  expect(answers.map(({ acceptedAt }) => acceptedAt)).toEqual([1, 2, 3, 4]);
  expect(batches).toEqual([4]);
});

test('one that breaks its transaction fails alone', async () => {
  const { send } = await queueOver((batch) => {
    if (batch.some((work) => work.kind === 'send' && work.bytes[0] === 2)) throw new Error('broken');
    return batch.map(answer);
  });
  const outcomes = await Promise.allSettled([1, 2, 3].map(send));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('when the database cannot write, everybody hears it and nobody is tried again', async () => {
  const real = openSqlite(':memory:');
  const { send, batches } = await queueOver(() => {
    throw new DbUnavailable('full');
  }, real);
  const outcomes = await Promise.allSettled([1, 2].map(send));
  expect(
    outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason instanceof DbUnavailable),
  ).toBe(true);
  expect(batches).toEqual([2]);
});

test('acknowledgements travel with the next message, or alone soon after', async () => {
  const { send, acknowledge, batches } = await queueOver((batch) => batch.map(answer));
  await Promise.all([acknowledge(), acknowledge(), send(1)]);
  expect(batches).toEqual([3]);
  await Promise.all([acknowledge(), acknowledge()]);
  expect(batches).toEqual([3, 2]);
});

import { expect, test } from 'bun:test';
import { addPerson, countRows, DAY_MS, makePost, openRelay } from '../../test/support/relay.ts';

async function sent(count: number) {
  const relay = await openRelay();
  const mina = await addPerson(relay.db, relay.clock());
  const ravi = await addPerson(relay.db, relay.clock(), 2);
  const sender = mina.session();
  const posts = Array.from({ length: count }, () => makePost({ sender, to: ravi.devices }));
  await Promise.all(posts.map(({ bytes }) => relay.delivery.send(sender, bytes)));
  return { ...relay, mina, ravi, sender, posts };
}

test('nothing expires before its time', async () => {
  const relay = await sent(3);
  relay.clock.advance(7 * DAY_MS);
  expect(await relay.retention.run(relay.clock())).toEqual({ expired: 0, forgotten: 0 });
  expect(await countRows(relay.db, 'envelopes')).toBe(6);
});

test('the policy says how many days, and the next run goes by it', async () => {
  const relay = await sent(1);
  await relay.policies.write({ relayDays: 2 });
  relay.clock.advance(2 * DAY_MS);
  expect(await relay.retention.run(relay.clock())).toEqual({ expired: 0, forgotten: 0 });
  relay.clock.advance(1);
  expect(await relay.retention.run(relay.clock())).toEqual({ expired: 2, forgotten: 0 });
});

test('after seven days envelopes go, bodies with the last, and the sender hears which device missed what', async () => {
  const relay = await sent(1);
  const [post] = relay.posts;
  if (!post) throw new Error('no post');
  const [quick, away] = relay.ravi.devices;
  const { envelopes } = await relay.delivery.pending(quick ?? relay.sender.device, 0);
  await relay.delivery.acknowledge(
    relay.ravi.session(0),
    envelopes.map(({ seq }) => seq),
  );
  relay.events.length = 0;
  relay.clock.advance(7 * DAY_MS + 1);
  expect(await relay.retention.run(relay.clock())).toEqual({ expired: 1, forgotten: 0 });
  expect(await countRows(relay.db, 'envelopes')).toBe(0);
  expect(await countRows(relay.db, 'bodies')).toBe(0);
  expect(relay.events).toEqual([
    { type: 'expired', device: relay.sender.device, id: post.id, recipient: away ?? relay.sender.device },
  ]);
  expect(await relay.delivery.statuses(relay.sender, [post.id])).toEqual([
    { id: post.id, delivered: quick ? [quick] : [], expired: away ? [away] : [], pending: 0 },
  ]);
  expect(await relay.retention.run(relay.clock())).toEqual({ expired: 0, forgotten: 0 });
});

test('a long backlog goes in chunks, all of it', async () => {
  const relay = await sent(450);
  relay.clock.advance(8 * DAY_MS);
  expect((await relay.retention.run(relay.clock())).expired).toBe(900);
  expect(await countRows(relay.db, 'envelopes')).toBe(0);
  expect(await countRows(relay.db, 'bodies')).toBe(0);
});

test('the memory of a post lasts thirty days, and a repeated post until then is no second message', async () => {
  const relay = await sent(2);
  const [post] = relay.posts;
  if (!post) throw new Error('no post');
  relay.clock.advance(29 * DAY_MS);
  await relay.retention.run(relay.clock());
  await relay.delivery.send(relay.sender, post.bytes);
  expect(await countRows(relay.db, 'envelopes')).toBe(0);
  expect(await countRows(relay.db, 'messages')).toBe(2);
  relay.clock.advance(DAY_MS + 1);
  expect(await relay.retention.run(relay.clock())).toEqual({ expired: 0, forgotten: 2 });
  expect(await countRows(relay.db, 'messages')).toBe(0);
});

test('a device that is removed takes its envelopes with it', async () => {
  const { dropEnvelopesOf } = await import('../store/envelopes.ts');
  const relay = await sent(3);
  const [gone, other] = relay.ravi.devices;
  if (!gone || !other) throw new Error('no devices');
  await relay.db.write((tx) => dropEnvelopesOf(tx, gone));
  expect(await countRows(relay.db, 'envelopes')).toBe(3);
  expect(await countRows(relay.db, 'bodies')).toBe(3);
  await relay.db.write((tx) => dropEnvelopesOf(tx, other));
  expect(await countRows(relay.db, 'bodies')).toBe(0);
});

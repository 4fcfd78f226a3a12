import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { bodyId, fromBase64, fromHex, toBase64 } from '../contract/bytes.ts';
import type { ConversationId, DeviceId } from '../contract/ids.ts';
import { RELAY_RETENTION_MS } from '../contract/limits.ts';
import type { Delivery } from '../contract/relay.ts';
import { resendPayload } from '../protocol/payload.ts';
import { decodeSession } from '../protocol/session.ts';
import { Operation } from './operation.ts';
import { addErrand } from './outbox.ts';
import type { StoreName } from './ports.ts';
import { lost } from './testing/relay.ts';
import { type Client, type MadePerson, randomBytes, World } from './testing/world.ts';

const DAY_MS = 24 * 3600_000;

let cast: { mina: MadePerson; jonas: MadePerson };
let world: World;
let mina: MadePerson;
let jonas: MadePerson;

beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 1), jonas: await made.makePerson('jonas', 2) };
}, 60_000);
beforeEach(() => {
  world = new World();
  mina = world.enter(cast.mina, 1);
  jonas = world.enter(cast.jonas, 1);
});
afterEach(() => world.close());

const texts = async (client: Client, id: ConversationId) =>
  (await client.engine.messages(id, { limit: 100 })).map(({ text }) => text);

/** Breaks the envelopes of the class 1 messages that pass while `broken` says so. */
function breakFor(device: DeviceId, broken: () => boolean) {
  world.relay.knobs.deliver = (to, delivery): readonly Delivery[] => {
    if (to !== device || delivery.class !== 1 || !broken()) return [delivery];
    const bytes = fromBase64(delivery.envelope);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    return [{ ...delivery, envelope: toBase64(bytes) }];
  };
}

async function talking() {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'hello');
  await world.settle();
  await b.engine.send(id, 'hello yourself');
  await world.advance(60_000);
  return { a, b, id };
}

/** Lets a device ask for messages, as one whose envelopes broke would. */
async function ask(client: Client, from: Client, ids: readonly string[]) {
  const op = new Operation(client.storage);
  await addErrand(op, {
    id: bodyId(randomBytes(16)),
    to: [{ account: from.account, device: from.device }],
    kind: 'resend',
    payload: resendPayload.encode({ bodies: ids.map(fromHex) }),
    fresh: true,
    sealed: false,
    created: world.time.now,
  });
  await client.storage.commit(op.changes());
  await client.engine.flush();
  await world.settle();
}

test('a message that did not open is asked for within a minute, and appears in its place', async () => {
  const { a, b, id } = await talking();
  let broken = true;
  breakFor(b.device, () => broken);
  await a.engine.send(id, 'broken');
  await world.settle();
  broken = false;
  await a.engine.send(id, 'whole');
  await world.settle();
  expect(await texts(b, id)).toEqual(['hello', 'hello yourself', '', 'whole']);
  const [waiting] = (await b.engine.messages(id, { limit: 9 })).filter(({ kind }) => kind === 'unreadable');
  expect(waiting?.reason).toContain('asked for it again');
  await world.advance(60_001);
  expect(await texts(b, id)).toEqual(['hello', 'hello yourself', 'broken', 'whole']);
  const mended = await b.engine.message(waiting?.id ?? bodyId(randomBytes(16)));
  expect([mended?.kind, mended?.verified, mended?.reason]).toEqual(['text', true, null]);
  expect(b.events.some((event) => event.type === 'updated' && event.message.text === 'broken')).toBe(true);
  expect((await b.engine.conversations())[0]?.unread).toBe(3);
  expect(await b.storage.list('inbox', { prefix: '' })).toEqual([]);
  await world.advance(11 * 60_000);
  expect(await texts(b, id)).toEqual(['hello', 'hello yourself', 'broken', 'whole']);
});

test('it is asked for once, and one person is asked once in an hour', async () => {
  const { a, b, id } = await talking();
  breakFor(b.device, () => true);
  const sent = () => world.relay.posts.filter(({ from }) => from === b.device).length;
  // Nothing that Mina gives again comes through either.
  const deliver = world.relay.knobs.deliver;
  world.relay.knobs.deliver = (to, each) => (to === b.device && each.class === 2 ? [] : deliver(to, each));
  await a.engine.send(id, 'one');
  await world.advance(61_000);
  const asked = sent();
  await a.engine.send(id, 'two');
  await world.advance(30 * 60_000);
  expect(sent()).toBe(asked);
  await world.advance(31 * 60_000);
  expect(sent()).toBe(asked + 1);
  await world.advance(5 * 3600_000);
  expect(sent()).toBe(asked + 1);
});

test('an original goes only to those it was sealed for, and once [R4]', async () => {
  const { a, b, id } = await talking();
  world.reveal(jonas, cast.jonas);
  const c = await world.open(jonas, 1);
  // An original carries its signature of 3,373 bytes; nothing else that Mina's device sends now is as large.
  const given = () =>
    world.relay.posts.filter(({ from, bytes }) => from === a.device && bytes.length > 4000).length;
  const target = (await a.engine.messages(id, { limit: 9 })).find(({ text }) => text === 'hello');
  if (target === undefined) throw new Error('nothing was sent');
  await world.advance(60_000);
  // The second device was not there when it was sealed.
  await ask(c, a, [target.id]);
  await world.advance(20_000);
  expect(await texts(c, id)).toEqual([]);
  const before = given();
  expect(before).toBe(1);
  await ask(b, a, [target.id]);
  await ask(b, a, [target.id]);
  await world.advance(20_000);
  expect(given() - before).toBe(1);
  expect(await texts(b, id)).toEqual(['hello', 'hello yourself']);
});

test('after a long holiday nothing is lost that a sender still has [R4]', async () => {
  const { a, b, id } = await talking();
  b.line.disconnect();
  await b.engine.stop();
  world.clients.splice(world.clients.indexOf(b), 1);
  for (const text of ['one', 'two', 'three']) {
    await a.engine.send(id, text);
    await world.advance(DAY_MS);
  }
  await world.advance(RELAY_RETENTION_MS + 6 * DAY_MS);
  world.relay.expire();
  await world.settle();
  expect(world.relay.device(b.device).queue).toEqual([]);
  const back = await world.open(jonas, 0);
  await world.advance(60_000);
  expect(await texts(back, id)).toEqual(['hello', 'hello yourself', 'one', 'two', 'three']);
  await world.advance(11 * 60_000);
  expect(await texts(back, id)).toEqual(['hello', 'hello yourself', 'one', 'two', 'three']);
});

test('how long an absence may be follows the policy of the workspace, and the shorter one of before and now [R4]', async () => {
  const { a, b, id } = await talking();
  b.line.disconnect();
  await b.engine.stop();
  world.clients.splice(world.clients.indexOf(b), 1);
  // The absence would have been a short one by what b knows.
  world.relay.policies = { ...world.relay.policies, relayDays: 2 };
  await a.engine.send(id, 'one');
  await world.advance(3 * DAY_MS);
  world.relay.expire();
  await world.settle();
  expect(world.relay.device(b.device).queue).toEqual([]);
  const back = await world.open(jonas, 0);
  await world.advance(60_000);
  expect(await texts(back, id)).toContain('one');
});

test('what expired while the sender was away is learnt from the statuses', async () => {
  const { a, b, id } = await talking();
  b.line.disconnect();
  await b.engine.stop();
  world.clients.splice(world.clients.indexOf(b), 1);
  await a.engine.send(id, 'one');
  await world.settle();
  a.line.disconnect();
  await world.advance(RELAY_RETENTION_MS + 1);
  world.relay.expire();
  a.line.connect();
  await world.settle();
  const back = await world.open(jonas, 0);
  await world.advance(60_000);
  expect(await texts(back, id)).toContain('one');
});

test('what never opens is given up after 8 days', async () => {
  const { a, b, id } = await talking();
  breakFor(b.device, () => true);
  const deliver = world.relay.knobs.deliver;
  world.relay.knobs.deliver = (to, each) => (to === b.device && each.class === 2 ? [] : deliver(to, each));
  await a.engine.send(id, 'broken');
  await world.settle();
  expect((await b.storage.list('inbox', { prefix: '' })).length).toBe(1);
  await world.advance(8 * DAY_MS + 1);
  b.line.connect();
  await world.settle();
  expect(await b.storage.list('inbox', { prefix: '' })).toEqual([]);
});

/** Holds what goes to a device; gives the function that lets it through. */
function deafen(device: DeviceId): () => void {
  const held: Delivery[] = [];
  world.relay.knobs.deliver = (to, delivery) => {
    if (to !== device) return [delivery];
    held.push(delivery);
    return [];
  };
  return () => {
    world.relay.knobs.deliver = (_, delivery) => [delivery];
    for (const delivery of held) world.relay.enqueue(device, delivery);
  };
}

async function forget({ storage }: Client, ...stores: readonly StoreName[]) {
  for (const store of stores) {
    const keys = await storage.list(store, { prefix: '' });
    await storage.commit(keys.map(([key]) => ({ store, key, value: null })));
  }
}

/** Transcripts of the sessions that a device has begun itself, in hexadecimal, newest last. */
async function begunBy({ storage }: Client): Promise<readonly string[]> {
  return (await storage.list('sessions', { prefix: '' }))
    .map(([, value]) => decodeSession(value))
    .filter(({ role }) => role === 'initiator')
    .sort((a, b) => a.createdAt - b.createdAt)
    .map(({ transcript }) => transcript.toHex());
}

/**
 * A first contact whose answers are held, and the sessions of the one who heard it lost meanwhile.
 * @returns what B reads in the end, and whether A's handshake had the smaller transcript
 */
async function losesSessions(answered: boolean, writesFirst: boolean) {
  world = new World();
  mina = world.enter(cast.mina, 1);
  jonas = world.enter(cast.jonas, 1);
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const hear = deafen(a.device);
  if (!answered)
    world.relay.knobs.request = (call, from) => {
      if (call === 'post' && from === b.device) throw lost();
    };
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'one');
  await world.settle();
  const [mine = ''] = await begunBy(a);
  await forget(b, 'sessions', ...(answered ? [] : (['outbox'] as const)));
  world.relay.knobs.request = () => {};
  if (writesFirst) await b.engine.send(id, 'meanwhile');
  await world.settle();
  await a.engine.send(id, 'two');
  await world.advance(61_000);
  const [theirs = ''] = await begunBy(b);
  hear();
  await world.advance(2 * 3600_000);
  await a.engine.send(id, 'three');
  await world.settle();
  await b.engine.send(id, 'four');
  await world.settle();
  const read = [await texts(a, id), await texts(b, id)].map((all) => all.toSorted());
  await world.close();
  return { read, smaller: mine < theirs };
}

for (const [answered, writesFirst] of [
  [true, false],
  [false, false],
  [false, true],
] as const) {
  const when = `${answered ? 'after' : 'before'} the answer left${writesFirst ? ', and the loser writes first' : ''}`;
  for (const smaller of [true, false]) {
    const order = smaller ? 'smaller' : 'larger';
    test(`sessions lost ${when}; the repeated handshake has the ${order} T: nothing is lost [R24]`, async () => {
      const all = ['one', 'two', 'three', 'four', ...(writesFirst ? ['meanwhile'] : [])].sort();
      for (let run = 0; run < 40; run++) {
        const outcome = await losesSessions(answered, writesFirst);
        expect(outcome.read).toEqual([all, all]);
        if (outcome.smaller === smaller) return;
      }
      throw new Error('The transcripts never came in this order.');
    });
  }
}

import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { fromBase64, toBase64 } from '../contract/bytes.ts';
import type { ConversationId } from '../contract/ids.ts';
import type { Delivery } from '../contract/relay.ts';
import { DIRECT, StoredConversation } from './conversations.ts';
import { MemoryStorage } from './memory-storage.ts';
import { encodeStored } from './stored.ts';
import { Plug, reusedSteps } from './testing/crash.ts';
import { type Client, type MadePerson, World } from './testing/world.ts';

let cast: { mina: MadePerson; jonas: MadePerson; eve: MadePerson };
let world: World;
let mina: MadePerson;
let jonas: MadePerson;

beforeAll(async () => {
  const made = new World();
  cast = {
    mina: await made.makePerson('mina', 1),
    jonas: await made.makePerson('jonas', 2),
    eve: await made.makePerson('eve', 1),
  };
}, 60_000);
beforeEach(() => {
  world = new World();
  mina = world.enter(cast.mina, 1);
  jonas = world.enter(cast.jonas, 1);
});
afterEach(() => world.close());

const texts = async (client: Client, id: ConversationId) =>
  (await client.engine.messages(id, { limit: 100 })).map(({ text }) => text);
const kinds = async (client: Client, id: ConversationId) =>
  (await client.engine.messages(id, { limit: 100 })).map(({ kind }) => kind);

/** Flips one bit of base64url. */
const bent = (text: string, at: number): string => {
  const bytes = fromBase64(text);
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return toBase64(bytes);
};

/** Two clients that have talked; what reaches Jonas from then on is caught, not delivered. */
async function talking() {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'hello');
  await world.settle();
  await b.engine.send(id, 'hello yourself');
  await world.advance(60_000);
  const caught: Delivery[] = [];
  world.relay.knobs.deliver = (to, delivery) => {
    if (to !== b.device) return [delivery];
    caught.push(delivery);
    return [];
  };
  return { a, b, id, caught };
}

/** Hands deliveries to a client as the relay would. */
async function hand(to: Client, deliveries: readonly Delivery[]) {
  world.relay.knobs.deliver = (_, delivery) => [delivery];
  for (const each of deliveries) world.relay.enqueue(to.device, each);
  await world.settle();
}

/** Everything that decides about later messages. */
const state = async (client: Client) =>
  JSON.stringify(
    await Promise.all(
      (['sessions', 'replay', 'prekeys'] as const).map((store) => client.storage.list(store, { prefix: '' })),
    ),
  );

test('messages that cross on the way are put in their sender’s order, and nothing is missed [R8]', async () => {
  const { a, b, id, caught } = await talking();
  for (let i = 0; i < 6; i++) await a.engine.send(id, `${i}`);
  await world.settle();
  await hand(
    b,
    [4, 1, 5, 0, 3, 2].flatMap((i) => caught[i] ?? []),
  );
  expect((await texts(b, id)).slice(2)).toEqual(['0', '1', '2', '3', '4', '5']);
  await world.advance(11 * 60_000);
  expect(await kinds(b, id)).not.toContain('notice');
});

test('a copy is acknowledged and shown once [R5]', async () => {
  const { a, b, id, caught } = await talking();
  await a.engine.send(id, 'once');
  await world.settle();
  await hand(b, [...caught, ...caught, ...caught]);
  expect((await texts(b, id)).slice(2)).toEqual(['once']);
  expect(world.relay.device(b.device).queue).toEqual([]);
  expect((await b.engine.conversations())[0]?.unread).toBe(2);
});

test('an envelope that is reflected, or given to another device, does not open [R5]', async () => {
  world.reveal(jonas, cast.jonas);
  const { a, b, id, caught } = await talking();
  const c = await world.open(jonas, 1);
  await a.engine.send(id, 'for b');
  await world.settle();
  const before = [await state(a), await state(c)];
  const had = await texts(c, id);
  await hand(a, caught);
  world.relay.knobs.deliver = () => [];
  world.relay.device(c.device).queue.splice(0);
  const other = caught.map((each) => ({ ...each, id: each.id, seq: 999 }));
  await c.engine.receive(other);
  expect([await state(a), await state(c)]).toEqual(before);
  expect(await texts(c, id)).toEqual(had);
  expect(await texts(a, id)).toEqual(['hello', 'hello yourself', 'for b']);
  expect(b.device).not.toBe(c.device);
});

test('whatever is bent, the state stays byte for byte, and the relay is told the same [R9, R11]', async () => {
  const { a, b, id, caught } = await talking();
  await a.engine.send(id, 'whole');
  await world.settle();
  const [good] = caught;
  if (good === undefined) throw new Error('nothing came');
  const before = await state(b);
  const acknowledged: number[][] = [];
  const line = b.line.relay;
  const acknowledge = line.acknowledge.bind(line);
  line.acknowledge = (device, seqs) => {
    acknowledged.push([...seqs]);
    acknowledge(device, seqs);
  };
  const envelopes = [0, 3, 10, 20, 60, 80, 95, 100, -1].map((at) => ({
    ...good,
    envelope: bent(good.envelope, at),
  }));
  const bodies = [5, 60, 119, 125, 160, -1].map((at) => ({ ...good, body: bent(good.body, at) }));
  const cut = [
    { ...good, envelope: good.envelope.slice(0, 40) },
    { ...good, body: good.body.slice(0, 90) },
    { ...good, body: '' },
    { ...good, envelope: '!!' },
    { ...good, sender: { ...good.sender, device: b.device } },
  ];
  for (const each of [...envelopes, ...bodies, ...cut]) await hand(b, [each]);
  expect(await state(b)).toBe(before);
  expect(world.relay.device(b.device).queue).toEqual([]);
  expect(acknowledged.length).toBe(envelopes.length + bodies.length + cut.length);
  expect(acknowledged.every(({ length }) => length === 1)).toBe(true);
  const [shown] = (await b.engine.messages(id, { limit: 9 })).filter(({ kind }) => kind === 'unreadable');
  expect(shown?.id).toBe(good.id);
  expect(shown?.reason).toContain('asked for it again');
  await hand(b, [good]);
  expect(await kinds(b, id)).toEqual(['text', 'text', 'text']);
});

test('rubbish is acknowledged and leaves nothing behind', async () => {
  const { b, id } = await talking();
  const before = await state(b);
  const rubbish: Delivery[] = JSON.parse(
    JSON.stringify([
      {
        seq: 900,
        id: 'x',
        class: 1,
        conversation: id,
        sender: { account: '', device: '' },
        acceptedAt: 0,
        attempts: 1,
        body: '',
        envelope: '',
      },
      {
        seq: 901,
        id: 'ab'.repeat(16),
        class: 1,
        conversation: id,
        sender: { account: b.account, device: b.device },
        acceptedAt: 0,
        attempts: 1,
        body: '__',
        envelope: 'AA',
      },
    ]),
  );
  await b.engine.receive(rubbish);
  await world.settle();
  expect(await state(b)).toBe(before);
  expect(await texts(b, id)).toEqual(['hello', 'hello yourself']);
});

test('a message that is missing is shown after ten minutes, and mends when it comes [R32]', async () => {
  const { a, b, id, caught } = await talking();
  for (const text of ['one', 'two', 'three', 'four']) await a.engine.send(id, text);
  await world.settle();
  await hand(
    b,
    [caught[0], caught[3]].flatMap((each) => each ?? []),
  );
  await world.advance(9 * 60_000);
  expect(await texts(b, id)).toEqual(['hello', 'hello yourself', 'one', 'four']);
  await world.advance(61_000);
  expect(await texts(b, id)).toEqual([
    'hello',
    'hello yourself',
    'one',
    '2 messages are missing here.',
    'four',
  ]);
  await hand(
    b,
    [caught[1], caught[2]].flatMap((each) => each ?? []),
  );
  expect((await texts(b, id)).filter((text) => !text.includes('missing'))).toEqual([
    'hello',
    'hello yourself',
    'one',
    'two',
    'three',
    'four',
  ]);
});

test('the very first message of a conversation is missed too', async () => {
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(jonas.account);
  for (const text of ['first', 'second']) await a.engine.send(id, text);
  await world.settle();
  world.relay.device(jonas.devices[0]?.device ?? a.device).queue.shift();
  const b = await world.open(jonas, 0);
  await world.advance(11 * 60_000);
  expect(await texts(b, id)).toEqual(['A message is missing here.', 'second']);
});

test('a stranger’s message in somebody else’s conversation stays closed [R1]', async () => {
  const { b, id } = await talking();
  const eve = world.enter(cast.eve);
  const disk = eve.devices[0]?.disk;
  if (disk === undefined) throw new Error('no disk');
  const e = await world.open(eve, 0);
  await e.engine.direct(jonas.account);
  await e.storage.commit([
    {
      store: 'conversations',
      key: `c/${id}`,
      value: encodeStored(StoredConversation, {
        id,
        members: [eve.account, jonas.account],
        unread: 0,
        lastActivity: 0,
        ownSeq: 0,
        ownHash: new Uint8Array(32),
        ownSentAt: 0,
        ...DIRECT,
      }),
    },
  ]);
  world.relay.knobs.members = () => [eve.account, jonas.account];
  world.relay.knobs.deliver = (_, delivery) => [delivery];
  await e.engine.send(id, 'I was always here');
  await world.settle();
  expect(await texts(b, id)).toEqual(['hello', 'hello yourself']);
  expect(world.relay.device(b.device).queue).toEqual([]);
});

test('a device that runs twice is noticed, told, and talks again over a new session [R29]', async () => {
  const { a, b, id, caught } = await talking();
  const copy = a.storage.disk.copy();
  await a.engine.send(id, 'from the first');
  await world.settle();
  a.line.disconnect();
  await a.engine.stop();
  world.clients.splice(world.clients.indexOf(a), 1);
  const again = await world.open(mina, 0, { storage: new MemoryStorage(copy) });
  await again.engine.send(id, 'from the copy');
  await world.settle();
  const sessionsWithMina = async () =>
    (await b.storage.list('sessions', { prefix: `${mina.account}/` })).map(([key]) => key.slice(-32));
  const before = await sessionsWithMina();
  await hand(b, caught);
  expect((await sessionsWithMina()).filter((sid) => before.includes(sid))).toEqual([]);
  const told = b.events.flatMap((event) => (event.type === 'notice' ? [event.code] : []));
  expect(told).toContain('E_CLONE');
  expect(await texts(b, id)).toContain('from the first');
  await world.advance(61_000);
  // What follows the copy's words hangs on words that were never taken; what follows that is heard again.
  for (const text of ['unheard', 'heard']) await again.engine.send(id, text);
  await world.settle();
  const shown = await texts(b, id);
  expect(shown).not.toContain('from the copy');
  expect(shown.at(-1)).toBe('heard');
});

test('an empty stock falls back to the signed key of last resort, and heals at once [R23]', async () => {
  world.relay.knobs.bundle = (bundle) => ({ ...bundle, oneTime: null });
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'hello');
  await world.advance(15_000);
  await b.engine.send(id, 'hello yourself');
  await world.advance(15_000);
  expect(await texts(a, id)).toEqual(['hello', 'hello yourself']);
  // Beyond the two messages: a sign of life, an offer, its answer, and the step that takes it in.
  const between = [...world.relay.bodies.values()].filter((body) => body.class === 2);
  expect(between.length).toBeGreaterThanOrEqual(3);
});

test('one-time private halves go with the message that used them', async () => {
  const b = await world.open(jonas, 0);
  const stock = async () => (await b.storage.list('prekeys', { prefix: 'once/' })).length;
  const before = await stock();
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'hello');
  await world.settle();
  expect(await stock()).toBe(before - 1);
  expect(await texts(b, id)).toEqual(['hello']);
});

test('killed at any step of receiving, nothing is lost and nothing is doubled [R28]', async () => {
  let step = 0;
  for (let alive = false; !alive; ) {
    step++;
    world = new World();
    const [sender, reader] = [world.enter(cast.mina, 1), world.enter(cast.jonas, 1)];
    const a = await world.open(sender, 0);
    const { id } = await a.engine.direct(reader.account);
    for (const text of ['one', 'two']) await a.engine.send(id, text);
    await world.settle();
    const made = reader.devices[0];
    if (made === undefined) throw new Error('no device');
    const plug = new Plug(step);
    plug.wire(world.relay, made.device);
    const b = await world.open(reader, 0, { storage: plug.storage(made.disk) }).catch(() => null);
    if (b !== null) {
      await world.settle();
      await b.engine.send(id, 'answer').catch(() => {});
      await world.settle();
      b.line.disconnect();
      await b.engine.stop().catch(() => {});
    }
    alive = !plug.dead;
    world.relay.knobs.request = () => {};
    world.relay.knobs.answer = () => {};
    world.clients.splice(0, world.clients.length, a);
    const again = await world.open(reader, 0);
    await again.engine.send(id, 'last');
    await world.settle();
    const read = await texts(again, id);
    expect(read.filter((text) => text !== 'answer')).toEqual(['one', 'two', 'last']);
    expect(await texts(a, id)).toEqual(read);
    expect(reusedSteps(world.relay)).toEqual([]);
    expect(world.relay.device(made.device).queue).toEqual([]);
    await world.close();
  }
  expect(step).toBeGreaterThan(20);
}, 120_000);

test('what is kept against copies is dropped when copies cannot come any more', async () => {
  const { b } = await talking();
  const opened = async () => (await b.storage.list('replay', { prefix: 'body/' })).length;
  expect(await opened()).toBeGreaterThan(0);
  await world.advance(11 * 24 * 3600_000);
  expect(await opened()).toBe(0);
});

import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { accountId } from '../contract/bytes.ts';
import type { ConversationId } from '../contract/ids.ts';
import { decodePost } from '../contract/post.ts';
import type { HistoryMessage } from './engine-types.ts';
import { MemoryStorage } from './memory-storage.ts';
import { FakeTime } from './testing/time.ts';
import { type Client, type MadePerson, randomBytes, World } from './testing/world.ts';

let cast: { mina: MadePerson; jonas: MadePerson };
let world: World;
let mina: MadePerson;
let jonas: MadePerson;

beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 2), jonas: await made.makePerson('jonas', 2) };
}, 60_000);

beforeEach(() => {
  world = new World();
  mina = world.enter(cast.mina);
  jonas = world.enter(cast.jonas);
});
afterEach(() => world.close());

const texts = async (client: Client, id: ConversationId) =>
  (await client.engine.messages(id, { limit: 100 })).map(({ text }) => text);

const statusOf = async (client: Client, message: HistoryMessage) =>
  (await client.engine.message(message.id))?.status;

test('two people with two devices each see the same conversation on all four', async () => {
  const clients = [
    await world.open(mina, 0),
    await world.open(mina, 1),
    await world.open(jonas, 0),
    await world.open(jonas, 1),
  ] as const;
  const { id } = await clients[0].engine.direct(jonas.account);
  const words: string[] = [];
  for (let round = 0; round < 3; round++) {
    for (const [i, client] of clients.entries()) {
      const text = `round ${round}, device ${i}`;
      words.push(text);
      await client.engine.send(id, text);
      await world.settle();
      await world.advance(1000);
    }
  }
  for (const client of clients) expect(await texts(client, id)).toEqual(words);
  const [own] = await clients[1].engine.messages(id, { limit: 1, before: '0000000017676036010' });
  expect(own).toBeUndefined();
  const mine = (await clients[1].engine.messages(id, { limit: 100 })).map((each) => each.mine);
  expect(mine).toEqual([true, true, false, false, true, true, false, false, true, true, false, false]);
});

test('a device that is away gets everything in order when it is back', async () => {
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(jonas.account);
  for (const text of ['one', 'two', 'three']) await a.engine.send(id, text);
  await world.settle();
  expect((await a.engine.messages(id, { limit: 9 })).map(({ status }) => status)).toEqual([
    'Sent',
    'Sent',
    'Sent',
  ]);
  await world.advance(3600_000);
  const b = await world.open(jonas, 0);
  expect(await texts(b, id)).toEqual(['one', 'two', 'three']);
  expect(world.relay.device(b.device).queue).toEqual([]);
  expect((await a.engine.messages(id, { limit: 9 })).map(({ status }) => status)).toEqual([
    'Delivered',
    'Delivered',
    'Delivered',
  ]);
});

test('the id of what was written offline names the last contact with the relay, not the time of writing', async () => {
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(jonas.account);
  await world.settle();
  const second = (message: HistoryMessage) => message.id.slice(0, 8);
  const online = await a.engine.send(id, 'online');
  await world.settle();
  a.line.disconnect();
  a.line.cut = true;
  await world.advance(3600_000);
  const [first, later] = [
    await a.engine.send(id, 'offline'),
    await (async () => {
      await world.advance(600_000);
      return a.engine.send(id, 'offline still');
    })(),
  ];
  expect(second(first)).toBe(second(later));
  expect(Number.parseInt(second(first), 16) - Number.parseInt(second(online), 16)).toBeLessThan(60);
  expect(first.sentAt - online.sentAt).toBeGreaterThanOrEqual(3600_000);
});

test('what is written offline leaves once, in order, when the network is back', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  a.line.disconnect();
  a.line.cut = true;
  for (const text of ['one', 'two', 'three']) await a.engine.send(id, text);
  await world.settle();
  expect(await texts(b, id)).toEqual([]);
  expect(a.events.at(-1)).toEqual({ type: 'connection', online: false, outbox: 3 });
  a.line.connect();
  await world.settle();
  expect(await texts(b, id)).toEqual(['one', 'two', 'three']);
  expect(a.events.at(-1)).toEqual({ type: 'connection', online: true, outbox: 0 });
});

test('without a live line, what waits is tried again by itself', async () => {
  const a = await world.open(mina, 0, { ports: { live: null } });
  const { id } = await a.engine.direct(jonas.account);
  a.line.cut = true;
  const message = await a.engine.send(id, 'later');
  await world.settle();
  expect(await statusOf(a, message)).toBe('Sending');
  a.line.cut = false;
  await world.advance(60_000);
  expect(await statusOf(a, message)).toBe('Sent');
});

test('statuses go from Sending to Sent, Delivered and Read, and never back', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0, { offline: true });
  const { id } = await a.engine.direct(jonas.account);
  const message = await a.engine.send(id, 'hello');
  await world.settle();
  b.line.connect();
  await world.settle();
  expect(await statusOf(a, message)).toBe('Delivered');
  expect((await b.engine.conversations()).map(({ unread }) => unread)).toEqual([1]);
  await b.engine.markRead(id);
  await world.advance(5001);
  expect(await statusOf(a, message)).toBe('Read');
  expect((await b.engine.conversations()).map(({ unread }) => unread)).toEqual([0]);
  const seen = a.events.flatMap((event) =>
    (event.type === 'message' || event.type === 'updated') && event.message.id === message.id
      ? [event.message.status]
      : [],
  );
  expect(seen).toEqual(['Sending', 'Sent', 'Delivered', 'Read']);
});

test('receipts are batched, wait up to 5 seconds, and are at most one per sender in 2 seconds [R39]', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'hello');
  await world.advance(60_000);
  const posts = () => world.relay.posts.filter(({ from }) => from === b.device).length;
  const before = posts();
  for (const text of ['one', 'two', 'three']) await a.engine.send(id, text);
  await world.settle();
  await b.engine.markRead(id);
  await world.settle();
  await world.advance(5001);
  // One receipt for everything, and one message for the reader's other device.
  expect(posts() - before).toBe(2);
  for (let i = 0; i < 10; i++) {
    await a.engine.send(id, `more ${i}`);
    await world.settle();
    await b.engine.markRead(id);
    await world.advance(400);
  }
  await world.advance(10_000);
  const receipts = posts() - before - 2;
  expect(receipts).toBeGreaterThan(0);
  // Four seconds of reading and five of delay: at most one receipt and one mark in each two seconds.
  expect(receipts).toBeLessThanOrEqual(2 * 6);
  expect((await a.engine.messages(id, { limit: 100 })).every(({ status }) => status === 'Read')).toBe(true);
});

test('two receipts for one sender are never less than two seconds apart [R39]', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'hello');
  await world.advance(60_000);
  const times: number[] = [];
  world.relay.knobs.answer = (call, device) => {
    const last = world.relay.posts.at(-1);
    const post = last === undefined ? null : decodePost(last.bytes);
    const toMina = post !== null && Array.isArray(post.recipients) && post.recipients.includes(a.device);
    if (call === 'post' && device === b.device && toMina) times.push(world.time.now);
  };
  for (let i = 0; i < 40; i++) {
    await a.engine.send(id, `${i}`);
    await world.settle();
    await b.engine.markRead(id);
    await world.advance(400);
  }
  await world.advance(10_000);
  expect(times.length).toBeGreaterThan(2);
  for (const [i, time] of times.entries()) expect(time - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(2000);
});

test('reading can be kept private; one’s own other device hears of it all the same', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const other = await world.open(jonas, 1);
  const { id } = await a.engine.direct(jonas.account);
  await b.engine.setReadReceipts(false);
  await world.settle();
  expect(await other.engine.readReceipts()).toBe(false);
  const message = await a.engine.send(id, 'hello');
  await world.settle();
  expect((await other.engine.conversations()).map(({ unread }) => unread)).toEqual([1]);
  await b.engine.markRead(id);
  await world.advance(10_000);
  expect(await statusOf(a, message)).toBe('Delivered');
  expect((await other.engine.conversations()).map(({ unread }) => unread)).toEqual([0]);
});

test('history comes in pages, oldest first within each', async () => {
  const a = await world.open(mina, 0, { offline: true });
  a.line.cut = false;
  const { id } = await a.engine.direct(jonas.account);
  a.line.cut = true;
  for (let i = 0; i < 7; i++) await a.engine.send(id, `${i}`);
  const last = await a.engine.messages(id, { limit: 3 });
  expect(last.map(({ text }) => text)).toEqual(['4', '5', '6']);
  const before = last[0]?.order ?? '';
  expect((await a.engine.messages(id, { limit: 3, before })).map(({ text }) => text)).toEqual([
    '1',
    '2',
    '3',
  ]);
  expect((await a.engine.messages(id, { limit: 10, before })).length).toBe(4);
});

test('two engines over one storage send each message once, and each tells what the other did', async () => {
  const heard: ((text: string) => void)[] = [];
  const notify = () => {
    let own: ((text: string) => void) | null = null;
    return {
      post: (text: string) => {
        for (const each of heard) if (each !== own) each(text);
      },
      listen: (hear: (text: string) => void) => {
        own = hear;
        heard.push(hear);
        return () => {};
      },
    };
  };
  const disk = mina.devices[0]?.disk;
  if (disk === undefined) throw new Error('no disk');
  const one = await world.open(mina, 0, { storage: new MemoryStorage(disk), ports: { notify: notify() } });
  const two = await world.open(mina, 0, { storage: new MemoryStorage(disk), ports: { notify: notify() } });
  const b = await world.open(jonas, 0);
  const { id } = await one.engine.direct(jonas.account);
  const sends: Promise<unknown>[] = [];
  for (let i = 0; i < 10; i++) {
    sends.push((i % 2 === 0 ? one : two).engine.send(id, `${i}`));
    sends.push((i % 2 === 0 ? two : one).engine.flush());
  }
  await Promise.all(sends);
  await world.settle();
  const received = await texts(b, id);
  expect(received).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  const bodies = [...world.relay.bodies.values()].filter(
    ({ sender, class: kind }) => sender === one.device && kind === 1,
  );
  expect(bodies.length).toBe(10);
  const told = two.events.flatMap((event) => (event.type === 'message' ? [event.message.text] : []));
  expect(new Set(told)).toEqual(new Set(received));
  expect(await texts(two, id)).toEqual(received);
  await b.engine.send(id, 'answer');
  await world.settle();
  expect((await texts(one, id)).at(-1)).toBe('answer');
  expect(world.relay.device(one.device).queue).toEqual([]);
});

test('people are everybody else, with what is pinned of them', async () => {
  const a = await world.open(mina, 0);
  expect((await a.engine.people()).map(({ username, devices }) => [username, devices])).toEqual([
    ['jonas', 0],
  ]);
  await a.engine.direct(jonas.account);
  a.line.cut = true;
  expect((await a.engine.people()).map(({ username, devices }) => [username, devices])).toEqual([
    ['jonas', 2],
  ]);
});

test('a conversation begins only with somebody who exists, and only text is sent', async () => {
  const a = await world.open(mina, 0);
  await expect(a.engine.direct(accountId(randomBytes(16)))).rejects.toThrow('nobody here by that name');
  const { id } = await a.engine.direct(jonas.account);
  expect(a.engine.send(id, ' \n ')).rejects.toThrow('nothing to send');
  expect(a.engine.send(id, 'x'.repeat(64 * 1024))).rejects.toThrow('63 KiB');
});

test('the longest text goes through', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  const text = 'ü'.repeat(63 * 512);
  await a.engine.send(id, text);
  await world.settle();
  expect(await texts(b, id)).toEqual([text]);
});

test('a clock that is off and a certificate that runs out are told', async () => {
  const late = new World(new FakeTime(world.time.now + 160 * 24 * 3600_000));
  const a = await late.open(late.enter(cast.mina), 0);
  expect(a.events.some((event) => event.type === 'notice' && event.code === 'renewal')).toBe(true);
  await late.close();
});

test('every device of the account is listed, this one marked', async () => {
  const a = await world.open(mina, 1);
  const devices = await a.engine.devices();
  expect(devices.map(({ device, current }) => [device, current])).toEqual(
    mina.devices.map(({ device }, i) => [device, i === 1]),
  );
});

test('the cost of a send does not grow with history [storage operations]', async () => {
  const a = await world.open(mina, 0);
  await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'first contact');
  await world.advance(60_000);
  const cost = async () => {
    const before = { ...a.storage.counts };
    await a.engine.send(id, 'hello');
    await a.engine.flush();
    await world.settle();
    const { counts } = a.storage;
    return {
      get: counts.get - before.get,
      list: counts.list - before.list,
      listed: counts.listed - before.listed,
      commit: counts.commit - before.commit,
      changes: counts.changes - before.changes,
    };
  };
  const early = await cost();
  for (let i = 0; i < 30; i++) await a.engine.send(id, `${i}`);
  await world.advance(60_000);
  const late = await cost();
  expect(late).toEqual(early);
}, 20_000);

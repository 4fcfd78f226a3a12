import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { bodyId } from '../contract/bytes.ts';
import type { AccountId, ConversationId } from '../contract/ids.ts';
import { decodePost } from '../contract/post.ts';
import { decodeBodyHeader } from '../protocol/message.ts';
import { Plug, reusedSteps } from './testing/crash.ts';
import { lost, refused } from './testing/relay.ts';
import { type Client, type MadePerson, World } from './testing/world.ts';

let cast: { mina: MadePerson; jonas: MadePerson; eve: MadePerson };
let world: World;
let mina: MadePerson;
let jonas: MadePerson;

beforeAll(async () => {
  const made = new World();
  cast = {
    mina: await made.makePerson('mina', 2),
    jonas: await made.makePerson('jonas', 2),
    eve: await made.makePerson('eve', 1),
  };
}, 60_000);
beforeEach(() => {
  world = new World();
  mina = world.enter(cast.mina, 1);
  jonas = world.enter(cast.jonas, 1);
});
afterEach(async () => {
  expect(reusedSteps(world.relay)).toEqual([]);
  await world.close();
});

const texts = async (client: Client, id: ConversationId) =>
  (await client.engine.messages(id, { limit: 100 })).map(({ text }) => text);

/** Class 1 posts of a device that the relay took, repeats included. */
const posts = (client: Client) =>
  world.relay.posts.filter(({ from, bytes }) => {
    const post = decodePost(bytes);
    return from === client.device && post !== null && decodeBodyHeader(post.body).header.class === 1;
  });

test('a lost answer repeats the identical bytes, and nothing is doubled', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  world.relay.knobs.answer = (call, device) => {
    if (call === 'post' && device === a.device && posts(a).length <= 3) throw lost();
  };
  await a.engine.send(id, 'once');
  await world.advance(120_000);
  const [first, ...rest] = posts(a);
  expect(rest.length).toBe(3);
  for (const each of rest) expect(each.bytes).toEqual(first?.bytes ?? new Uint8Array());
  expect(await texts(b, id)).toEqual(['once']);
  expect((await a.engine.messages(id, { limit: 9 })).map(({ status }) => status)).toEqual(['Delivered']);
});

test('a device that is new at the relay: sealed anew once, for all, with the same words', async () => {
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'before');
  await world.settle();
  // The relay knows of the second device before the sender does.
  const devicesFrame = world.relay.device(a.device).listener;
  world.relay.device(a.device).listener = null;
  world.reveal(jonas, cast.jonas);
  world.relay.device(a.device).listener = devicesFrame;
  const message = await a.engine.send(id, 'after');
  await world.settle();
  const [b, c] = [await world.open(jonas, 0), await world.open(jonas, 1)];
  expect(await texts(b, id)).toEqual(['before', 'after']);
  expect(await texts(c, id)).toEqual(['after']);
  const renamed = a.events.find(
    (event) => event.type === 'updated' && event.message.previousId === message.id,
  );
  const now = await a.engine.message(message.id);
  expect(renamed?.type === 'updated' ? renamed.message.id : null).toBe(now?.id ?? message.id);
  expect(now?.id).not.toBe(message.id);
  expect((await b.engine.message(now?.id ?? message.id))?.text).toBe('after');
  expect(now?.status).toBe('Delivered');
  const { sent } = await a.engine.flush();
  expect(sent.at(-1)).toBe(now?.id ?? message.id);
  expect((await a.engine.flush()).sent).toEqual([]);
  // No gap, no equivocation on either side.
  await world.advance(11 * 60_000);
  expect(await texts(c, id)).toEqual(['after']);
});

test('flush names what the relay took by the id it has there', async () => {
  const a = await world.open(mina, 0, { ports: { live: null } });
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'before');
  await world.settle();
  world.reveal(jonas, cast.jonas);
  a.line.cut = true;
  const message = await a.engine.send(id, 'after');
  await world.settle();
  a.line.cut = false;
  const { sent, waiting } = await a.engine.flush();
  expect(waiting).toBe(0);
  expect(sent.at(-1)).toBe((await a.engine.message(message.id))?.id ?? message.id);
  expect(sent.every((id) => world.relay.bodies.has(id))).toBe(true);
});

test('the server adds a member: not one envelope for it, E_ROSTER, and a reason [R1]', async () => {
  const eve = world.enter(cast.eve);
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(jonas.account);
  world.relay.knobs.members = (_, members): AccountId[] => [...members, eve.account];
  const message = await a.engine.send(id, 'secret');
  await world.settle();
  const now = await a.engine.message(message.id);
  expect(now?.status).toBe('Failed');
  expect(now?.reason).toContain('nobody here has signed for');
  // Nobody is asked a second time about somebody who is no member.
  expect(world.relay.attempts.length).toBe(1);
  expect(a.events.some((event) => event.type === 'notice' && event.code === 'E_ROSTER')).toBe(true);
  expect(world.relay.device(eve.devices[0]?.device ?? a.device).queue).toEqual([]);
  expect(world.relay.calls.claimPrekeys).toBe(1);
  // It stays in the outbox, and leaves when the server asks for the right ones again.
  world.relay.knobs.members = (_, members) => members;
  const b = await world.open(jonas, 0);
  await a.engine.send(id, 'next');
  await world.settle();
  expect(await texts(b, id)).toEqual(['secret', 'next']);
});

test('a second refusal of the recipients is E_ROSTER', async () => {
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(jonas.account);
  // The server expects a device of Jonas that nobody has signed.
  world.relay.putDevice(jonas.account, cast.jonas.devices[1]?.device ?? a.device);
  const message = await a.engine.send(id, 'secret');
  await world.settle();
  expect((await a.engine.message(message.id))?.status).toBe('Failed');
  expect(world.relay.posts.length).toBe(0);
  expect(world.relay.attempts.length).toBe(2);
  const ids = world.relay.attempts.map((bytes) => {
    const post = decodePost(bytes);
    return post === null ? '' : bodyId(decodeBodyHeader(post.body).header.bodyId);
  });
  expect(new Set(ids).size).toBe(2);
});

test('a device without a signature of its account is never used [R15]', async () => {
  const stranger = world.enter(cast.eve);
  world.relay.knobs.directory = (entry) =>
    entry.account === jonas.account
      ? {
          ...entry,
          certificates: (world.relay.people.get(stranger.account) ?? entry).certificates,
        }
      : entry;
  const a = await world.open(mina, 0);
  await expect(a.engine.direct(jonas.account)).rejects.toThrow('identity can be checked');
  expect(a.events.some((event) => event.type === 'notice')).toBe(true);
});

test('an older device list than the one seen is refused, told, and the newer one stays in use [R12]', async () => {
  world.reveal(jonas, cast.jonas);
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(jonas.account);
  const old = new World();
  old.enter(cast.jonas, 1);
  const entry = old.relay.people.get(jonas.account);
  world.relay.knobs.directory = (now) => (now.account === jonas.account && entry !== undefined ? entry : now);
  a.line.connect();
  await world.settle();
  expect(a.events.some((event) => event.type === 'notice' && event.code === 'E_ROSTER')).toBe(true);
  await a.engine.send(id, 'to both');
  await world.settle();
  const [post] = posts(a);
  expect(decodePost(post?.bytes ?? new Uint8Array())?.envelopes.length).toBe(2);
});

test('a revoked device gets nothing from then on [R38]', async () => {
  world.reveal(jonas, cast.jonas);
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'to both');
  await world.settle();
  const [, second] = jonas.devices;
  if (second === undefined) throw new Error('no second device');
  await world.signList(jonas, [second.device]);
  world.relay.devices.delete(second.device);
  world.publishList(jonas);
  await world.settle();
  await a.engine.send(id, 'to one');
  await world.settle();
  expect(posts(a).map(({ bytes }) => decodePost(bytes)?.envelopes.length)).toEqual([2, 1]);
});

test('what goes between devices still reaches those that are left', async () => {
  world.reveal(jonas, cast.jonas);
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  const message = await b.engine.direct(mina.account).then(() => b.engine.send(id, 'read me'));
  await world.settle();
  // The relay forgets the second device; Mina has not heard of it.
  const gone = jonas.devices[1]?.device ?? b.device;
  world.relay.devices.delete(gone);
  await a.engine.markRead(id);
  await world.advance(6000);
  expect((await b.engine.message(message.id))?.status).toBe('Read');
});

test('a permanent refusal is shown with the server’s words, and the next message goes on', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  let refusing = true;
  world.relay.knobs.request = (call) => {
    if (call === 'post' && refusing) throw refused(413, 'TooLarge', 'This is too much for the relay.');
  };
  const message = await a.engine.send(id, 'too large');
  await world.settle();
  refusing = false;
  const now = await a.engine.message(message.id);
  expect([now?.status, now?.reason?.includes('too much for the relay')]).toEqual(['Failed', true]);
  await a.engine.send(id, 'next');
  await world.settle();
  expect(await texts(b, id)).toContain('next');
});

test('a server that cannot write is asked again, in order', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  let away = true;
  world.relay.knobs.request = (call) => {
    if (call === 'post' && away) throw refused(503, 'Unavailable', 'Not now.');
  };
  await a.engine.send(id, 'one');
  await a.engine.send(id, 'two');
  await world.advance(5000);
  expect(await texts(b, id)).toEqual([]);
  away = false;
  await world.advance(60_000);
  expect(await texts(b, id)).toEqual(['one', 'two']);
});

test('a conversation that the relay has not heard of is made on the way', async () => {
  const a = await world.open(mina, 0);
  a.line.cut = false;
  world.relay.knobs.request = (call) => {
    if (call === 'createConversation') throw lost();
  };
  const { id } = await a.engine.direct(jonas.account);
  world.relay.knobs.request = () => {};
  expect(world.relay.conversations.size).toBe(0);
  await a.engine.send(id, 'hello');
  await world.settle();
  expect(posts(a).length).toBe(1);
});

test('both begin at once: both messages arrive, and one session sends on both sides', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  await b.engine.direct(mina.account);
  a.line.disconnect();
  b.line.disconnect();
  await a.engine.send(id, 'from mina');
  await b.engine.send(id, 'from jonas');
  await world.settle();
  a.line.connect();
  b.line.connect();
  await world.settle();
  for (const client of [a, b]) expect((await texts(client, id)).sort()).toEqual(['from jonas', 'from mina']);
  for (let i = 0; i < 4; i++) {
    await (i % 2 === 0 ? a : b).engine.send(id, `${i}`);
    await world.settle();
  }
  expect((await texts(a, id)).slice(2)).toEqual(['0', '1', '2', '3']);
  const sending = async (client: Client) =>
    (await client.storage.list('sessions', { prefix: '' }))
      .map(([key]) => key.split('/s/')[1])
      .filter(Boolean);
  expect(await sending(a)).toEqual(await sending(b));
});

test('a session is replaced before a silent device passes the skip limit', async () => {
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'first');
  await world.settle();
  await world.advance(7 * 24 * 3600_000 + 1);
  await a.engine.send(id, 'a week later');
  await world.settle();
  const sessions = (await a.storage.list('sessions', { prefix: '' })).map(([key]) => key.split('/')[2]);
  expect(sessions.sort()).toEqual(['a', 's']);
  const b = await world.open(jonas, 0);
  expect(await texts(b, id)).toEqual(['first', 'a week later']);
});

test('killed at any step of a send, nothing is lost and nothing is doubled [R28]', async () => {
  let step = 0;
  for (let alive = false; !alive; ) {
    step++;
    world = new World();
    const [sender, reader] = [world.enter(cast.mina, 1), world.enter(cast.jonas, 1)];
    const b = await world.open(reader, 0);
    const disk = sender.devices[0]?.disk;
    if (disk === undefined) throw new Error('no disk');
    const before = await world.open(sender, 0);
    const { id } = await before.engine.direct(reader.account);
    await before.engine.stop();
    const plug = new Plug(step);
    plug.wire(world.relay, before.device);
    const a = await world.open(sender, 0, { storage: plug.storage(disk), offline: true }).catch(() => null);
    const durable: string[] = [];
    if (a !== null) {
      a.line.cut = false;
      for (const text of ['one', 'two']) {
        const kept = await a.engine.send(id, text).catch(() => null);
        if (kept !== null) durable.push(text);
      }
      await world.settle();
      a.line.disconnect();
      await a.engine.stop().catch(() => {});
    }
    alive = !plug.dead;
    world.relay.knobs.request = () => {};
    world.relay.knobs.answer = () => {};
    world.clients.splice(0, world.clients.length, b);
    const again = await world.open(sender, 0);
    await world.settle();
    const received = await texts(b, id);
    // What send() promised is there; a text whose promise the crash cut off may be there, once.
    expect(received).toEqual(['one', 'two'].slice(0, received.length));
    expect(received.length).toBeGreaterThanOrEqual(durable.length);
    expect(await texts(again, id)).toEqual(received);
    expect(reusedSteps(world.relay)).toEqual([]);
    await world.close();
  }
  expect(step).toBeGreaterThan(15);
}, 120_000);

test('a draft goes in the commit that keeps its message: neither is there without the other', async () => {
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(jonas.account);
  const draft = { store: 'meta', key: `draft/${id}`, value: new Uint8Array([1]) } as const;
  await a.storage.commit([draft]);
  a.line.disconnect();
  const commit = a.storage.commit.bind(a.storage);
  const together: boolean[] = [];
  a.storage.commit = async (changes) => {
    if (changes.some(({ key, value }) => key === draft.key && value === null))
      together.push(changes.some(({ store, value }) => store === 'outbox' && value !== null));
    await commit(changes);
  };
  await a.engine.send(id, 'said once', { forgets: [draft.key] });
  expect(together).toEqual([true]);
  expect(await a.storage.get('meta', draft.key)).toBeNull();
  // What cannot be sent keeps its draft.
  await a.storage.commit([draft]);
  await expect(a.engine.send(id, '', { forgets: [draft.key] })).rejects.toThrow('nothing to send');
  expect(await a.storage.get('meta', draft.key)).not.toBeNull();
});

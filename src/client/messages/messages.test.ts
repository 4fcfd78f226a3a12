import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { fromBase64, toBase64 } from '../../contract/bytes.ts';
import type { BodyId, ConversationId } from '../../contract/ids.ts';
import type { Delivery } from '../../contract/relay.ts';
import { MemoryStorage } from '../memory-storage.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { messagesOf, noticesIn, seen, textsIn, toldOf } from '../testing/reading.ts';
import { type Client, type MadePerson, World } from '../testing/world.ts';

let cast: { mina: MadePerson; jonas: MadePerson; tom: MadePerson };
let world: World;
let mina: MadePerson;
let jonas: MadePerson;
let tom: MadePerson;

beforeAll(async () => {
  const made = new World();
  cast = {
    mina: await made.makePerson('mina', 2),
    jonas: await made.makePerson('jonas', 1),
    tom: await made.makePerson('tom', 1),
  };
}, 60_000);
beforeEach(() => {
  world = new World();
  mina = world.enter(cast.mina);
  jonas = world.enter(cast.jonas);
  tom = world.enter(cast.tom);
});
afterEach(() => world.close());

/** Mina on two devices and Jonas, who have met. */
async function pair() {
  const a = await world.open(mina, 0);
  const a2 = await world.open(mina, 1);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'hello');
  await world.settle();
  return { a, a2, b, id, all: [a, a2, b] };
}

/** Two who have never written: what one writes offline cannot be sealed yet. */
async function strangers() {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  await world.settle();
  return { a, b, id };
}

async function trio() {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const c = await world.open(tom, 0);
  const { id } = await a.engine.createGroup({ name: 'Harbour', people: [jonas.account, tom.account] });
  await world.settle();
  return { a, b, c, id, all: [a, b, c] };
}

async function said(client: Client, id: ConversationId, text: string) {
  const { id: sent } = await client.engine.send(id, text);
  await world.settle();
  const message = await client.engine.message(sent);
  if (message === null) throw new Error('It is not in the history.');
  return message;
}

const on = async (clients: readonly Client[], id: BodyId) =>
  Promise.all(clients.map((client) => client.engine.message(id)));
const keysOf = ({ storage }: Client, prefix: string) =>
  [...storage.disk.store('history').keys()].filter((key) => key.startsWith(prefix));
const offline = ({ line }: Client) => {
  line.disconnect();
  line.cut = true;
};

/** The relay refuses the recipients of the next post: what is in it is sealed anew, under another id. */
function refuseFirst({ device }: Client, id: ConversationId) {
  let refused = false;
  world.relay.knobs.request = (call, from) => {
    if (call !== 'post' || from !== device || refused) return;
    refused = true;
    const expected = world.relay.expected(id, device);
    throw new TransportRefused(409, { error: 'WrongDevices', message: 'Others.', expected });
  };
}

/** The same delivery with an envelope that does not open. */
function damaged(delivery: Delivery): Delivery {
  const bytes = fromBase64(delivery.envelope);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  return { ...delivery, envelope: toBase64(bytes) };
}
const TOO_LARGE = { error: 'TooLarge', message: 'Too large.' } as const;

describe('an edit', () => {
  test('replaces the text everywhere, in its place, and counts as nothing new', async () => {
    const { a, b, id, all } = await pair();
    const message = await said(a, id, 'sea at nine');
    await said(b, id, 'good');
    await b.engine.markRead(id);
    const before = await seen(b, id);
    await world.advance(1000);
    await a.engine.edit(message.id, 'seal at nine');
    await world.settle();
    for (const client of all) {
      expect(await textsIn(client, id)).toEqual(['hello', 'seal at nine', 'good']);
      expect((await client.engine.message(message.id))?.editedAt).toBe(world.time.now);
    }
    expect(await seen(b, id)).toMatchObject({ unread: 0, lastActivity: before?.lastActivity ?? 0 });
    expect(await noticesIn(b, id)).toEqual([]);
  });

  test('is one’s own alone, from any of one’s devices', async () => {
    const { a, a2, b, id, all } = await pair();
    const message = await said(a, id, 'mine');
    await expect(b.engine.edit(message.id, 'yours')).rejects.toThrow('your own');
    await a2.engine.edit(message.id, 'still mine');
    await world.settle();
    for (const each of await on(all, message.id)) expect(each?.text).toBe('still mine');
    await expect(a.engine.edit(message.id, ' ')).rejects.toThrow('write something');
    await expect(a.engine.edit(message.id, 'x'.repeat(70_000))).rejects.toThrow('63 KiB');
  });

  test('of two devices at once: the later one counts on all of them', async () => {
    const { a, a2, id, all } = await pair();
    const message = await said(a, id, 'first');
    offline(a2);
    await a.engine.edit(message.id, 'from the first device');
    await world.advance(10_000);
    await a2.engine.edit(message.id, 'from the second device');
    a2.line.connect();
    await world.advance(5000);
    for (const each of await on(all, message.id)) expect(each?.text).toBe('from the second device');
    expect((await a.engine.messageDetails(message.id))?.edits).toBe(2);
  });

  test('of what has not been sealed is simply what leaves', async () => {
    const { a, b, id } = await strangers();
    offline(a);
    const { id: waiting } = await a.engine.send(id, 'wrnog');
    await a.engine.edit(waiting, 'right');
    a.line.connect();
    await world.settle();
    const [received] = (await messagesOf(b, id)).slice(-1);
    expect(received).toMatchObject({ text: 'right', editedAt: null });
    expect(JSON.stringify(b.events)).not.toContain('wrnog');
  });

  test('keeps no earlier text on any device that received it', async () => {
    const { a, b, id } = await pair();
    const message = await said(a, id, 'the secret word');
    await a.engine.edit(message.id, 'nothing to see');
    await world.settle();
    const secret = new TextEncoder().encode('the secret word').toHex();
    for (const store of b.storage.disk.stores.values())
      for (const value of store.values()) expect(value.toHex()).not.toContain(secret);
  });
});

describe('a mark on what is on its way itself', () => {
  test('names the id under which the relay took it', async () => {
    const { a, b, id } = await pair();
    offline(a);
    const { id: drawn } = await a.engine.send(id, 'on the train');
    const answer = await a.engine.send(id, 'and one more', { replyTo: drawn });
    await a.engine.react(drawn, '👍', true);
    await a.engine.pin(drawn, true);
    refuseFirst(a, id);
    a.line.connect();
    await world.settle();
    const mine = await a.engine.message(drawn);
    expect(mine?.id).not.toBe(drawn);
    const theirs = (await messagesOf(b, id)).find(({ text }) => text === 'on the train');
    expect(theirs).toMatchObject({ id: mine?.id ?? '', pinned: true });
    expect(theirs?.reactions).toEqual([{ emoji: '👍', people: [mina.account], mine: false }]);
    const reply = (await messagesOf(b, id)).find(({ text }) => text === 'and one more');
    expect(reply?.replyTo).toBe(theirs?.id ?? null);
    expect((await a.engine.message(answer.id))?.replyTo).toBe(mine?.id ?? null);
  });
});

describe('a deletion', () => {
  test('leaves a place and nothing in it, on every device, and takes it from what is unread', async () => {
    const { a, b, id, all } = await pair();
    const message = await said(a, id, 'oh no @jonas');
    expect(await seen(b, id)).toMatchObject({ unread: 2, mentions: 1 });
    await b.engine.react(message.id, '👍', true);
    await a.engine.pin(message.id, true);
    await world.settle();
    await a.engine.deleteMessage(message.id);
    await world.settle();
    for (const each of await on(all, message.id))
      expect(each).toMatchObject({
        kind: 'deleted',
        text: 'This message was deleted.',
        reactions: [],
        pinned: false,
        mention: false,
        editedAt: null,
      });
    expect(await seen(b, id)).toMatchObject({ unread: 1, mentions: 0 });
    expect(await b.engine.pinned(id)).toEqual([]);
    for (const client of all) {
      expect(keysOf(client, `o/${message.id}`)).toEqual([]);
      expect(keysOf(client, `s/${message.id}`)).toEqual([]);
    }
  });

  test('takes with it whatever could give its words again, on the device that sent them too', async () => {
    const { a, id } = await pair();
    const before = keysOf(a, 's/').length;
    const message = await said(a, id, 'one');
    await a.engine.edit(message.id, 'two');
    await a.engine.edit(message.id, 'three');
    await world.settle();
    await a.engine.deleteMessage(message.id);
    await world.settle();
    // What is left says that it was deleted.
    expect(keysOf(a, 's/').length).toBe(before + 1);
  });

  test('is final: edits and reactions that come later do nothing, and nobody else may', async () => {
    const { a, a2, b, id, all } = await pair();
    const message = await said(a, id, 'gone');
    await expect(b.engine.deleteMessage(message.id)).rejects.toThrow('your own');
    offline(a2);
    await a2.engine.edit(message.id, 'not gone');
    await world.advance(1000);
    await a.engine.deleteMessage(message.id);
    await world.settle();
    await expect(a.engine.edit(message.id, 'back')).rejects.toThrow('was deleted');
    await expect(b.engine.react(message.id, '👍', true)).rejects.toThrow('was deleted');
    a2.line.connect();
    await world.advance(5000);
    for (const each of await on(all, message.id)) expect(each?.kind).toBe('deleted');
    for (const { events } of [a, b]) expect(JSON.stringify(events)).not.toContain('not gone');
  });

  test('of what was never sealed takes it away, with what was said of it', async () => {
    const { a, b, id } = await strangers();
    offline(a);
    const { id: waiting } = await a.engine.send(id, 'better not');
    await a.engine.react(waiting, '👍', true);
    await a.engine.deleteMessage(waiting);
    expect(await a.engine.message(waiting)).toBeNull();
    expect(a.events).toContainEqual({ type: 'removed', id: waiting, conversation: id });
    const posts = world.relay.posts.length;
    a.line.connect();
    await world.settle();
    expect(world.relay.posts.length).toBe(posts);
    expect(await textsIn(b, id)).toEqual([]);
  });

  test('of what was sealed already follows it', async () => {
    const { a, b, id, all } = await pair();
    world.relay.knobs.answer = (call) => {
      if (call === 'post') throw new TransportFailed('The answer is lost.');
    };
    const { id: sealed } = await a.engine.send(id, 'too late');
    await world.settle();
    world.relay.knobs.answer = () => {};
    await a.engine.deleteMessage(sealed);
    await world.advance(60_000);
    for (const each of await on(all, sealed)) expect(each?.kind).toBe('deleted');
    expect(await textsIn(b, id)).toEqual(['hello']);
  });

  test('of a message that somebody could not open: they never get its words, and their place says so [R4]', async () => {
    const { a, b, id } = await pair();
    world.relay.knobs.deliver = (to, delivery) =>
      to === b.device && delivery.class === 1 ? [damaged(delivery)] : [delivery];
    const message = await said(a, id, 'the words');
    world.relay.knobs.deliver = (_, delivery) => [delivery];
    expect((await b.engine.message(message.id))?.kind).toBe('unreadable');
    await a.engine.deleteMessage(message.id);
    await world.settle();
    expect((await b.engine.message(message.id))?.kind).toBe('deleted');
    // Its device asks for what it could not open; the answer is that it was taken back.
    await world.advance(3 * 3600_000);
    expect((await b.engine.message(message.id))?.kind).toBe('deleted');
    const words = new TextEncoder().encode('the words').toHex();
    for (const store of b.storage.disk.stores.values())
      for (const value of store.values()) expect(value.toHex()).not.toContain(words);
  });
});

describe('reactions', () => {
  test('are of a person, on every device, in the order in which they came; taking back is one too', async () => {
    const { a, b, c, id, all } = await trio();
    const message = await said(a, id, 'cake?');
    await b.engine.react(message.id, '🎉', true);
    await world.settle();
    await world.advance(10);
    await c.engine.react(message.id, '👍', true);
    await world.settle();
    await world.advance(10);
    await a.engine.react(message.id, '🎉', true);
    await world.settle();
    for (const client of all)
      expect((await client.engine.message(message.id))?.reactions).toEqual([
        { emoji: '🎉', people: [jonas.account, mina.account], mine: client !== c },
        { emoji: '👍', people: [tom.account], mine: client === c },
      ]);
    await world.advance(10);
    await b.engine.react(message.id, '🎉', false);
    await world.settle();
    for (const each of await on(all, message.id))
      expect(each?.reactions.map(({ emoji, people }) => [emoji, people])).toEqual([
        ['👍', [tom.account]],
        ['🎉', [mina.account]],
      ]);
    expect(await seen(b, id)).toMatchObject({ unread: 1 });
    expect(await noticesIn(b, id)).not.toContain('👍');
  });

  test('are one emoji each, and not endless', async () => {
    const { b, id, a } = await pair();
    const message = await said(a, id, 'hm');
    for (const no of ['', 'ok', '👍👍', 'a👍', '👍 ', '\u202e', '1', 'x'.repeat(65)])
      await expect(b.engine.react(message.id, no, true)).rejects.toThrow('one emoji');
    for (const yes of ['👍🏽', '❤️', '1️⃣', '🇩🇪', '👩‍👩‍👧‍👦', '🏴‍☠️'])
      await b.engine.react(message.id, yes, true);
    await world.settle();
    expect((await a.engine.message(message.id))?.reactions.length).toBe(6);
    for (let i = 0; i < 26; i++) await b.engine.react(message.id, String.fromCodePoint(0x1f600 + i), true);
    await expect(b.engine.react(message.id, '🦀', true)).rejects.toThrow('take a reaction back');
  });
});

describe('pins', () => {
  test('are for everybody, by owners and admins, and a line says who', async () => {
    const { a, b, c, id, all } = await trio();
    const message = await said(b, id, 'the address');
    const second = await said(c, id, 'the key');
    await expect(b.engine.pin(message.id, true)).rejects.toThrow('Only owners and admins');
    await a.engine.pin(message.id, true);
    await world.advance(10);
    await a.engine.pin(second.id, true);
    await world.settle();
    for (const client of all)
      expect((await client.engine.pinned(id)).map(({ text }) => text)).toEqual(['the key', 'the address']);
    expect((await noticesIn(b, id)).at(-1)).toBe('Mina pinned a message.');
    expect((await noticesIn(a, id)).at(-1)).toBe('You pinned a message.');
    expect((await messagesOf(b, id)).at(-1)?.replyTo).toBe(second.id);
    await a.engine.pin(message.id, false);
    await world.settle();
    expect((await c.engine.pinned(id)).map(({ text }) => text)).toEqual(['the key']);
    expect(await seen(c, id)).toMatchObject({ unread: 1 });
  });

  test('of two people are of both', async () => {
    const { a, b, id } = await pair();
    const message = await said(a, id, 'here');
    await b.engine.pin(message.id, true);
    await world.settle();
    expect((await a.engine.pinned(id)).map(({ text }) => text)).toEqual(['here']);
    expect((await noticesIn(a, id)).at(-1)).toBe('Jonas pinned a message.');
  });
});

describe('a reply', () => {
  test('names what it answers', async () => {
    const { a, b, id, all } = await pair();
    const question = await said(a, id, 'when?');
    const { id: answer } = await b.engine.send(id, 'at nine', { replyTo: question.id });
    await world.settle();
    for (const each of await on(all, answer)) expect(each?.replyTo).toBe(question.id);
  });
});

describe('a mention', () => {
  test('is counted until it is read, and not in one’s own words', async () => {
    const { a, a2, b, id } = await pair();
    await said(a, id, 'hello @jonas and @mina');
    await said(a, id, 'hello @everyone');
    await said(a, id, 'no `@jonas` here');
    expect(await seen(b, id)).toMatchObject({ unread: 4, mentions: 2 });
    expect((await messagesOf(a2, id)).map(({ mention }) => mention)).toEqual([false, false, false, false]);
    await b.engine.markRead(id);
    expect(await seen(b, id)).toMatchObject({ unread: 0, mentions: 0 });
  });

  test('comes and goes with an edit', async () => {
    const { a, b, id } = await pair();
    const message = await said(a, id, 'hello');
    await a.engine.edit(message.id, 'hello @jonas');
    await world.settle();
    expect(await seen(b, id)).toMatchObject({ unread: 2, mentions: 1 });
    await a.engine.edit(message.id, 'hello all');
    await world.settle();
    expect(await seen(b, id)).toMatchObject({ unread: 2, mentions: 0 });
  });
});

describe('messages that disappear', () => {
  const HOUR = 3600;

  test('go from every device when their time is over, with everything beside them', async () => {
    const { a, b, id, all } = await pair();
    await a.engine.setTimer(id, HOUR);
    await world.settle();
    for (const client of all) expect(await seen(client, id)).toMatchObject({ timer: HOUR });
    expect((await noticesIn(b, id)).at(-1)).toBe('Mina set messages to disappear after 1 hour.');
    const message = await said(a, id, 'burn this @jonas');
    await b.engine.react(message.id, '🔥', true);
    await world.settle();
    expect((await b.engine.message(message.id))?.expiresAt).toBe(world.time.now + HOUR * 1000);
    expect(await seen(b, id)).toMatchObject({ unread: 2, mentions: 1 });
    await world.advance(HOUR * 1000 - 1000);
    expect(await b.engine.message(message.id)).not.toBeNull();
    await world.advance(1001);
    for (const client of all) {
      expect(await client.engine.message(message.id)).toBeNull();
      expect(client.events).toContainEqual({ type: 'removed', id: message.id, conversation: id });
      for (const prefix of ['o/', 's/', 'k/', 'e/', 'i/'])
        expect(keysOf(client, prefix).filter((key) => key.includes(message.id))).toEqual([]);
      expect(await textsIn(client, id)).toEqual(['hello']);
    }
    expect(await seen(b, id)).toMatchObject({ unread: 1, mentions: 0 });
    // What was said of it later, or comes again, finds nothing.
    await a.engine.sync();
    expect(await textsIn(b, id)).toEqual(['hello']);
  });

  test('go from the other tabs of a device too', async () => {
    const heard: ((text: string) => void)[] = [];
    const notify = () => {
      let own = (_: string) => {};
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
    const [made] = jonas.devices;
    if (made === undefined) throw new Error('no device');
    const a = await world.open(mina, 0);
    const tabs = [
      await world.open(jonas, 0, { storage: new MemoryStorage(made.disk), ports: { notify: notify() } }),
      await world.open(jonas, 0, { storage: new MemoryStorage(made.disk), ports: { notify: notify() } }),
    ];
    const { id } = await a.engine.direct(jonas.account);
    await a.engine.setTimer(id, 60);
    const message = await said(a, id, 'soon gone');
    await world.advance(60_001);
    for (const { events } of tabs)
      expect(events).toContainEqual({ type: 'removed', id: message.id, conversation: id });
  });

  test('start when they arrive, and wait for the network without disappearing unsent', async () => {
    const { a, b, id } = await pair();
    await a.engine.setTimer(id, 60);
    await world.settle();
    offline(a);
    offline(b);
    const { id: waiting } = await a.engine.send(id, 'slowly');
    await world.advance(10 * 60_000);
    expect(await a.engine.message(waiting)).toMatchObject({ status: 'Sending', expiresAt: null });
    a.line.connect();
    await world.advance(5000);
    await world.advance(60_000);
    expect(await a.engine.message(waiting)).toBeNull();
    b.line.connect();
    await world.settle();
    expect(await textsIn(b, id)).toEqual(['hello', 'slowly']);
    await world.advance(60_001);
    expect(await textsIn(b, id)).toEqual(['hello']);
  });

  test('do not come back with a clock that goes back, or a storage that was put back', async () => {
    const { a, b, id } = await pair();
    await a.engine.setTimer(id, 60);
    await said(a, id, 'once');
    const copy = b.storage.disk.copy();
    await world.advance(60_001);
    expect(await textsIn(b, id)).toEqual(['hello']);
    world.time.now -= 3600_000;
    await b.engine.sync();
    expect(await textsIn(b, id)).toEqual(['hello']);
    world.time.now += 3600_000;
    b.line.disconnect();
    await b.engine.stop();
    world.clients.splice(world.clients.indexOf(b), 1);
    const again = await world.open(jonas, 0, { storage: new MemoryStorage(copy) });
    await world.advance(1);
    expect(await textsIn(again, id)).toEqual(['hello']);
  });

  test('are for owners and admins to set, and whoever comes later knows', async () => {
    const { a, b, c, id } = await trio();
    await expect(b.engine.setTimer(id, HOUR)).rejects.toThrow('Only owners and admins');
    await expect(a.engine.setTimer(id, 7_776_001)).rejects.toThrow('90 days');
    await a.engine.setTimer(id, 604_800);
    await world.settle();
    expect((await noticesIn(c, id)).at(-1)).toBe('Mina set messages to disappear after 1 week.');
    await a.engine.removePerson(id, tom.account);
    await a.engine.addPeople(id, [tom.account]);
    await world.advance(60_000);
    expect(await seen(c, id)).toMatchObject({ timer: 604_800, name: 'Harbour' });
    await a.engine.setTimer(id, 0);
    await world.settle();
    expect((await noticesIn(c, id)).at(-1)).toBe('Mina set messages to stay.');
    await b.engine.send(id, 'this stays');
    await world.settle();
    expect((await messagesOf(c, id)).at(-1)).toMatchObject({ text: 'this stays', expiresAt: null });
  });
});

describe('what one wants of a conversation', () => {
  test('goes to one’s own devices, and the later choice counts', async () => {
    const { a, a2, b, id } = await pair();
    await a.engine.setNotify(id, 'mentions');
    await a.engine.setArchived(id, true);
    await world.settle();
    expect(await seen(a2, id)).toMatchObject({ notify: 'mentions', archived: true });
    expect(await seen(b, id)).toMatchObject({ notify: 'all', archived: false });
    offline(a);
    await a.engine.setNotify(id, 'all');
    await world.advance(1000);
    await a2.engine.setNotify(id, 'none');
    a.line.connect();
    await world.advance(5000);
    for (const client of [a, a2]) expect(await seen(client, id)).toMatchObject({ notify: 'none' });
  });

  test('an archived one comes back when somebody else writes, unless one wants to hear nothing', async () => {
    const { a, a2, b, id } = await pair();
    await a.engine.setArchived(id, true);
    await world.advance(1000);
    await said(a2, id, 'from my other device');
    expect(await seen(a, id)).toMatchObject({ archived: true });
    await said(b, id, 'hey');
    for (const client of [a, a2]) expect(await seen(client, id)).toMatchObject({ archived: false });
    await a.engine.setArchived(id, true);
    await a.engine.setNotify(id, 'none');
    await world.advance(1000);
    await said(b, id, 'hey');
    for (const client of [a, a2]) expect(await seen(client, id)).toMatchObject({ archived: true });
  });

  test('what waits for a device that was away when it was archived does not bring it back', async () => {
    const { a, a2, b, id } = await pair();
    offline(a2);
    await said(b, id, 'read on the other device');
    await world.advance(1000);
    await a.engine.markRead(id);
    await a.engine.setArchived(id, true);
    a2.line.connect();
    await world.advance(5000);
    expect(await seen(a2, id)).toMatchObject({ archived: true });
  });

  test('a device that comes later knows', async () => {
    const early = world.enter(cast.mina, 1);
    const a = await world.open(early, 0);
    const { id } = await a.engine.direct(jonas.account);
    await a.engine.setNotify(id, 'none');
    await a.engine.setArchived(id, true);
    await a.engine.setTimer(id, 3600);
    await world.settle();
    world.reveal(early, cast.mina);
    const a2 = await world.open(early, 1);
    await world.advance(5000);
    expect(await seen(a2, id)).toMatchObject({ notify: 'none', archived: true, timer: 3600 });
  });
});

describe('details of a message', () => {
  test('say who signed it with what, whether that holds, and who has read it', async () => {
    const { a, a2, b, id } = await pair();
    const message = await said(a, id, 'signed');
    await world.advance(2000);
    await b.engine.markRead(id);
    await world.advance(6000);
    for (const client of [a, a2, b]) {
      const details = await client.engine.messageDetails(message.id);
      expect(details?.proof).toEqual({
        version: 'v2',
        encryption: 'X25519-ML-KEM-768-AES256-GCM',
        kdf: 'HKDF-SHA3-256',
        signatures: [
          { algorithm: 'Ed25519', valid: true },
          { algorithm: 'ML-DSA-65', valid: true },
        ],
      });
      expect(details?.device).toBe(a.device);
    }
    const [reader] = (await a.engine.messageDetails(message.id))?.readBy ?? [];
    expect(reader?.account).toBe(jonas.account);
    expect(reader?.at).toBeGreaterThan(message.sentAt);
    await a2.engine.edit(message.id, 'signed again');
    await world.settle();
    for (const client of [a, a2, b]) {
      const details = await client.engine.messageDetails(message.id);
      expect(details?.edits).toBe(1);
      expect(details?.proof?.signatures.map(({ valid }) => valid)).toEqual([true, true]);
    }
    expect(await a.engine.messageDetails('00'.repeat(16) as BodyId)).toBeNull();
  });

  test('show each signature that does not hold', async () => {
    const { a, b, id } = await pair();
    const message = await said(a, id, 'signed');
    const history = b.storage.disk.store('history');
    const kept = history.get(`o/${message.id}`)?.slice() ?? new Uint8Array();
    for (const [at, verdicts] of [
      [2 + 120, [false, true]],
      [2 + 120 + 64, [true, false]],
      [kept.length - 1, null],
    ] as const) {
      const other = kept.slice();
      other[at] = (other[at] ?? 0) ^ 1;
      history.set(`o/${message.id}`, other);
      const proof = (await b.engine.messageDetails(message.id))?.proof ?? null;
      if (verdicts === null)
        expect(proof?.signatures.map(({ valid }) => valid) ?? null).not.toEqual([true, true]);
      else expect(proof?.signatures.map(({ valid }) => valid)).toEqual([...verdicts]);
    }
  });
});

test('a mark that the relay refuses for good is told, and holds nothing up', async () => {
  const { a, b, id } = await pair();
  const message = await said(a, id, 'hm');
  world.relay.knobs.request = (call, from) => {
    if (call === 'post' && from === a.device) throw new TransportRefused(413, TOO_LARGE);
  };
  await a.engine.react(message.id, '👍', true);
  await world.settle();
  world.relay.knobs.request = () => {};
  expect(toldOf(a, 'E_MARK')).toEqual(['The server refused this message: Too large.']);
  await said(a, id, 'next');
  expect(await textsIn(b, id)).toContain('next');
});

import { afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { HistorySearch } from './search/history-search.ts';
import { messagesOf, seen, textsIn, toldOf } from './testing/reading.ts';
import { type MadePerson, World } from './testing/world.ts';

setDefaultTimeout(60_000);

let cast: MadePerson;
let jonas: MadePerson;
let world: World;
beforeAll(async () => {
  const made = new World();
  cast = await made.makePerson('mina', 2);
  jonas = await made.makePerson('jonas', 1);
});
beforeEach(() => {
  world = new World();
});
afterEach(() => world.close());

test('notes to oneself reach every own device and nobody else [R1]', async () => {
  const mina = world.enter(cast);
  const other = await world.open(world.enter(jonas), 0);
  const a = await world.open(mina, 0);
  const b = await world.open(mina, 1);
  const { id, peer, kind, members, writable } = await a.engine.direct(mina.account);
  expect({ peer, kind, members, writable }).toEqual({
    peer: null,
    kind: 'direct',
    members: [mina.account],
    writable: true,
  });
  const { id: message } = await a.engine.send(id, 'buy string');
  await a.engine.flush();
  await world.settle();
  expect(await textsIn(b, id)).toEqual(['buy string']);
  expect((await seen(b, id))?.unread).toBe(0);
  await b.engine.react(message, '✅', true);
  await b.engine.send(id, 'and glue', { replyTo: message });
  await b.engine.flush();
  await world.settle();
  expect(await textsIn(a, id)).toEqual(['buy string', 'and glue']);
  expect((await a.engine.message(message))?.reactions).toHaveLength(1);
  await world.advance(60_000);
  await a.engine.sync();
  expect((await messagesOf(a, id)).map(({ status }) => status)).toEqual(['Sent', null]);
  expect(await seen(other, id)).toBeNull();
  expect(world.relay.posts.every(({ from }) => from !== other.device)).toBe(true);
});

test('one device alone has notes, too: the relay takes them, and they disappear in time', async () => {
  const mina = world.enter(cast, 1);
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(mina.account);
  await a.engine.setTimer(id, 60);
  await a.engine.send(id, 'soon gone');
  expect((await a.engine.flush()).waiting).toBe(0);
  await world.settle();
  expect((await messagesOf(a, id)).at(-1)?.status).toBe('Sent');
  await world.advance(61_000);
  expect(await textsIn(a, id)).toEqual([]);
});

test('notes that another own device began are learned of from the server, and found by their name', async () => {
  const mina = world.enter(cast);
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(mina.account);
  const b = await world.open(mina, 1);
  expect((await seen(b, id))?.members).toEqual([mina.account]);
  await a.engine.send(id, 'a thought');
  await a.engine.flush();
  await world.settle();
  const search = new HistorySearch(b.storage);
  await search.refresh();
  const { messages } = await search.ask('thought in:"notes to self"', world.time.now, 10);
  expect(messages.map(({ message, conversation }) => [message.text, conversation.name])).toEqual([
    ['a thought', 'Notes to self'],
  ]);
});

test('a server cannot make notes of another conversation, nor add a reader to them [R1]', async () => {
  const mina = world.enter(cast, 1);
  const eve = world.enter(jonas);
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(mina.account);
  world.relay.knobs.members = () => [mina.account, eve.account];
  const before = world.relay.posts.length;
  await a.engine.send(id, 'mine alone');
  await a.engine.flush();
  await world.settle();
  expect(toldOf(a, 'E_ROSTER')).not.toEqual([]);
  expect(world.relay.posts.slice(before)).toEqual([]);
  expect(world.relay.device(eve.devices[0]?.device ?? a.device).queue).toEqual([]);
  expect((await seen(a, id))?.members).toEqual([mina.account]);
});

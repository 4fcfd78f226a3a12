import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { conversationId } from '../../contract/bytes.ts';
import { type Client, type MadePerson, World } from '../testing/world.ts';
import { MAX_STATUS_LENGTH } from './types.ts';

const people = new World();
let madeMina: MadePerson;
let madeRavi: MadePerson;
let madeOla: MadePerson;
beforeAll(async () => {
  madeMina = await people.makePerson('mina', 2);
  madeRavi = await people.makePerson('ravi', 2);
  madeOla = await people.makePerson('ola', 1);
}, 60_000);

let world: World;
let mina: Client;
let ravi: Client;
let minaToo: Client;
beforeEach(async () => {
  world = new World();
  const made = world.enter(madeMina, 2);
  mina = await world.open(made, 0);
  minaToo = await world.open(made, 1);
  ravi = await world.open(world.enter(madeRavi, 2), 0);
});
afterEach(() => world.close());

const talk = async (from: Client, to: Client, text = 'hello') => {
  const { id } = await from.engine.direct(to.account);
  await from.engine.send(id, text);
  await world.settle();
  return id;
};
const statusOf = async (at: Client, of: Client) => (await at.engine.presence()).status(of.account);

test('nobody is told anything before this place says how it is', async () => {
  const id = await talk(mina, ravi);
  (await mina.engine.presence()).typing(id);
  await world.settle();
  expect(mina.line.said).toEqual([]);
});

test('how this place is goes out again with each new line, once for each change', async () => {
  const presence = await mina.engine.presence();
  presence.setActive(true);
  presence.setActive(true);
  presence.setActive(false);
  mina.line.disconnect();
  mina.line.connect();
  await world.settle();
  expect(mina.line.said).toEqual([
    { do: 'presence', state: 'online' },
    { do: 'presence', state: 'away' },
    { do: 'presence', state: 'away' },
  ]);
});

test('oneself is here as others are told, and hidden as long as the server says nothing', async () => {
  const presence = await mina.engine.presence();
  presence.setActive(true);
  expect(presence.of(mina.account)).toBeNull();
  mina.line.tell({ event: 'presence', people: [] });
  await world.settle();
  expect(presence.of(mina.account)?.state).toBe('online');
  presence.setActive(false);
  expect(presence.of(mina.account)?.state).toBe('away');
  await presence.choose({ shown: false });
  expect(presence.of(mina.account)).toBeNull();
});

test('writing is said at most every three seconds, anew after a message, and never against the choice', async () => {
  const id = await talk(mina, ravi);
  const presence = await mina.engine.presence();
  presence.setActive(true);
  for (let i = 0; i < 5; i++) presence.typing(id);
  await world.settle();
  await world.advance(3000);
  presence.typing(id);
  await world.settle();
  await mina.engine.send(id, 'sent');
  await world.settle();
  presence.typing(id);
  await world.settle();
  expect(mina.line.said.filter((frame) => frame.do === 'typing')).toHaveLength(3);
  await presence.choose({ typing: false });
  await world.advance(3000);
  presence.typing(id);
  await world.settle();
  expect(mina.line.said.filter((frame) => frame.do === 'typing')).toHaveLength(3);
  expect((await (await minaToo.engine.presence()).choices()).typing).toBe(false);
});

test('who writes is shown for a while, or until their message is there', async () => {
  const id = await talk(mina, ravi);
  const presence = await mina.engine.presence();
  mina.line.tell({ event: 'typing', conversation: id, account: ravi.account });
  await world.settle();
  expect(presence.writers(id)).toEqual([ravi.account]);
  await world.advance(4000);
  mina.line.tell({ event: 'typing', conversation: id, account: ravi.account });
  await world.settle();
  await world.advance(4000);
  expect(presence.writers(id)).toEqual([ravi.account]);
  const told = mina.events.length;
  await world.advance(3000);
  expect(presence.writers(id)).toEqual([]);
  // Whoever draws it is told of the end, also when the first word of it was put off.
  expect(mina.events.slice(told).map(({ type }) => type)).toContain('typing');
  mina.line.tell({ event: 'typing', conversation: id, account: ravi.account });
  await world.settle();
  await ravi.engine.send(id, 'here');
  await world.settle();
  expect(presence.writers(id)).toEqual([]);
});

test('a server that names strangers, or conversations that are none, is not heard', async () => {
  const ola = await world.open(world.enter(madeOla, 1), 0);
  const id = await talk(mina, ravi);
  const presence = await mina.engine.presence();
  const other = conversationId(new Uint8Array(32).fill(7));
  mina.line.tell({ event: 'typing', conversation: id, account: ola.account });
  mina.line.tell({ event: 'typing', conversation: id, account: mina.account });
  mina.line.tell({ event: 'typing', conversation: other, account: ravi.account });
  mina.line.tell({
    event: 'presence',
    people: [
      { account: mina.account, state: 'online', at: 1 },
      { account: ravi.account, state: 'online', at: 8e15 },
    ],
  });
  await world.settle();
  expect(presence.writers(id)).toEqual([]);
  expect(presence.writers(other)).toEqual([]);
  expect(presence.of(mina.account)).toBeNull();
  expect(presence.of(ravi.account)?.at).toBeLessThanOrEqual(world.time.now);
});

test('a status reaches those one writes with, one’s own devices, and nobody else; it ends by itself', async () => {
  const ola = await world.open(world.enter(madeOla, 1), 0);
  await talk(mina, ravi);
  const presence = await mina.engine.presence();
  const until = world.time.now + 3_600_000;
  await presence.setStatus({ emoji: '🔬', text: 'In the lab', until });
  await world.settle();
  const said = { emoji: '🔬', text: 'In the lab', until };
  expect(await statusOf(ravi, mina)).toEqual(said);
  expect(await statusOf(minaToo, mina)).toEqual(said);
  expect(await statusOf(ola, mina)).toBeNull();
  await talk(mina, ola);
  expect(await statusOf(ola, mina)).toEqual(said);
  await world.advance(3_600_001);
  for (const each of [mina, ravi, minaToo, ola]) expect(await statusOf(each, mina)).toBeNull();
});

test('a status that ends after the last of all dates can still be drawn', async () => {
  await talk(mina, ravi);
  const until = Number.MAX_SAFE_INTEGER;
  await (await mina.engine.presence()).setStatus({ emoji: '', text: 'for ever', until });
  await world.settle();
  const status = await statusOf(ravi, mina);
  expect(status?.text).toBe('for ever');
  expect(() => new Date(status?.until ?? Number.NaN).toISOString()).not.toThrow();
});

test('the later status counts, also when it is none', async () => {
  await talk(mina, ravi);
  const presence = await mina.engine.presence();
  await presence.setStatus({ emoji: '', text: 'one', until: null });
  await presence.setStatus({ emoji: '', text: 'two', until: null });
  await world.settle();
  expect((await statusOf(ravi, mina))?.text).toBe('two');
  await (await minaToo.engine.presence()).setStatus(null);
  await world.settle();
  expect(await statusOf(ravi, mina)).toBeNull();
  expect(await statusOf(mina, mina)).toBeNull();
});

test('a status that cannot be shown is refused in a sentence', async () => {
  const presence = await mina.engine.presence();
  const refused = (text: string) => presence.setStatus({ emoji: '', text, until: null });
  expect(refused('x'.repeat(MAX_STATUS_LENGTH + 1))).rejects.toThrow('A status has at most 80 characters.');
  expect(refused('a\u202eb')).rejects.toThrow(
    'This status holds characters that cannot be shown: leave them out.',
  );
  expect(await statusOf(mina, mina)).toBeNull();
});

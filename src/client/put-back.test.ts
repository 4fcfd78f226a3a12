import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import type { ConversationId } from '../contract/ids.ts';
import { MemoryStorage } from './memory-storage.ts';
import type { Note } from './ports.ts';
import { reusedSteps } from './testing/crash.ts';
import { type Client, type MadePerson, World } from './testing/world.ts';

let cast: { mina: MadePerson; jonas: MadePerson };
let world: World;
let mina: MadePerson;
let jonas: MadePerson;

beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 1), jonas: await made.makePerson('jonas', 1) };
}, 60_000);
beforeEach(() => {
  world = new World();
  mina = world.enter(cast.mina);
  jonas = world.enter(cast.jonas);
});
afterEach(() => world.close());

/** What lies beside a storage, as a file or an entry of localStorage. */
function memoryNote(text: string | null = null): Note & { readonly copy: () => Note } {
  let current = text;
  return {
    read: async () => current,
    write: async (next) => {
      current = next;
    },
    copy: () => memoryNote(current),
  };
}

const texts = async (client: Client, id: ConversationId) =>
  (await client.engine.messages(id, { limit: 100 })).map(({ text }) => text);
const notices = ({ events }: Client) => events.flatMap((event) => (event.type === 'notice' ? [event] : []));

function diskOf(person: MadePerson) {
  const disk = person.devices[0]?.disk;
  if (disk === undefined) throw new Error('no disk');
  return disk;
}

async function close(client: Client) {
  client.line.disconnect();
  await client.engine.stop();
  world.clients.splice(world.clients.indexOf(client), 1);
}

/** Mina and Jonas have talked; what Mina's disk holds then is copied. */
async function talked(note: Note) {
  const a = await world.open(mina, 0, { ports: { note } });
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'one');
  await world.settle();
  await b.engine.send(id, 'two');
  await world.advance(60_000);
  return { a, b, id, snapshot: diskOf(mina).copy() };
}

test('a storage that was put back goes on with unused keys and places, and says so [R21, R30]', async () => {
  const note = memoryNote();
  const { a, b, id, snapshot } = await talked(note);
  for (const text of ['three', 'four']) await a.engine.send(id, text);
  await world.settle();
  await b.engine.send(id, 'five');
  await world.advance(60_000);
  await close(a);
  const again = await world.open(mina, 0, { storage: new MemoryStorage(snapshot), ports: { note } });
  expect(notices(again).map(({ code }) => code)).toEqual(['E_ROLLBACK']);
  await again.engine.send(id, 'six');
  await world.advance(1000);
  await b.engine.send(id, 'seven');
  await world.advance(60_000);
  await again.engine.send(id, 'eight');
  await world.advance(2 * 3600_000);
  // What it had received meanwhile is gone here, and is said to be; nobody else notices anything.
  expect(await texts(again, id)).toEqual([
    'one',
    'two',
    'six',
    'A message is missing here.',
    'seven',
    'eight',
  ]);
  expect(await texts(b, id)).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']);
  expect(notices(b)).toEqual([]);
  expect(reusedSteps(world.relay)).toEqual([]);
  await close(again);
  const later = await world.open(mina, 0, { storage: new MemoryStorage(snapshot), ports: { note } });
  expect(notices(later)).toEqual([]);
});

test('a message that waited in the copy is not sent twice: the person decides', async () => {
  const note = memoryNote();
  const { a, b, id } = await talked(note);
  a.line.cut = true;
  a.line.disconnect();
  const waiting = await a.engine.send(id, 'once');
  await world.settle();
  // Unsealed, as it is when the lists of devices are not known for certain.
  const snapshot = diskOf(mina).copy();
  const [key = ''] = [...snapshot.store('outbox').keys()].filter((each) => each.startsWith('1/'));
  const entry: Record<string, unknown> = JSON.parse(
    new TextDecoder().decode(snapshot.store('outbox').get(key)),
  );
  const unsealed = { ...entry, sealed: false, bound: null };
  snapshot.store('outbox').set(key, new TextEncoder().encode(JSON.stringify(unsealed)));
  const before = Number(new TextDecoder().decode(snapshot.store('meta').get('sealed')));
  snapshot.store('meta').set('sealed', new TextEncoder().encode(String(before - 1)));
  a.line.connect();
  await world.settle();
  await close(a);
  const again = await world.open(mina, 0, { storage: new MemoryStorage(snapshot), ports: { note } });
  await world.advance(60_000);
  expect((await texts(b, id)).filter((text) => text === 'once')).toEqual(['once']);
  const shown = await again.engine.message(waiting.id);
  expect([shown?.status, shown?.reason?.includes('put back')]).toEqual(['Failed', true]);
});

test('a reaction that waited in the copy is sent: said twice, it says the same', async () => {
  const note = memoryNote();
  const { a, b, id } = await talked(note);
  const [first] = await b.engine.messages(id, { limit: 1 });
  if (first === undefined) throw new Error('no message');
  a.line.cut = true;
  a.line.disconnect();
  await a.engine.react(first.id, '👍', true);
  await world.settle();
  const snapshot = diskOf(mina).copy();
  const [key = ''] = [...snapshot.store('outbox').keys()].filter((each) => each.startsWith('1/'));
  const entry: Record<string, unknown> = JSON.parse(
    new TextDecoder().decode(snapshot.store('outbox').get(key)),
  );
  const unsealed = { ...entry, sealed: false, bound: null };
  snapshot.store('outbox').set(key, new TextEncoder().encode(JSON.stringify(unsealed)));
  const before = Number(new TextDecoder().decode(snapshot.store('meta').get('sealed')));
  snapshot.store('meta').set('sealed', new TextEncoder().encode(String(before - 1)));
  a.line.connect();
  await world.settle();
  await close(a);
  const again = await world.open(mina, 0, { storage: new MemoryStorage(snapshot), ports: { note } });
  await world.advance(60_000);
  const expected = [{ emoji: '👍', people: [mina.account] }];
  for (const client of [again, b])
    expect((await client.engine.message(first.id))?.reactions).toMatchObject(expected);
  expect(notices(again).map(({ code }) => code)).toEqual(['E_ROLLBACK']);
});

test('two devices with one state: the receiver drops the session, says so, and begins a new one [R29]', async () => {
  const note = memoryNote();
  const { a, b, id, snapshot } = await talked(note);
  // A whole copy: the note is copied too, so nobody can tell at home.
  const copied = note.copy();
  await a.engine.send(id, 'from the original');
  await world.settle();
  await close(a);
  const clone = await world.open(mina, 0, { storage: new MemoryStorage(snapshot), ports: { note: copied } });
  expect(notices(clone)).toEqual([]);
  const sid = async (client: Client) =>
    (await client.storage.list('sessions', { prefix: '' }))
      .filter(([key]) => key.includes('/s/'))
      .map(([key]) => key.split('/').at(-1));
  const [before] = await sid(b);
  await clone.engine.send(id, 'from the copy');
  await world.settle();
  expect(notices(b).map(({ code, message }) => [code, message.includes('twice')])).toEqual([
    ['E_CLONE', true],
  ]);
  expect(await sid(b)).toEqual([]);
  await world.advance(61_000);
  const [after] = await sid(b);
  expect(after).toBeString();
  expect(after).not.toBe(before);
  expect(await sid(clone)).toEqual([after]);
  await world.advance(61_000);
  expect(notices(b).map(({ code }) => code)).toEqual(['E_CLONE', 'E_EQUIV']);
  // The place in the order is taken: what the copy said stays closed, with the reason; nothing takes its place.
  expect((await texts(b, id)).toSorted()).toEqual(['', 'from the original', 'one', 'two']);
});

import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import type { ConversationId } from '../contract/ids.ts';
import { MemoryStorage } from './memory-storage.ts';
import { StorageFull } from './ports.ts';
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

const texts = async (client: Client, id: ConversationId) =>
  (await client.engine.messages(id, { limit: 100 })).map(({ text }) => text);
const told = ({ events }: Client) =>
  events.filter((event) => event.type === 'notice' && event.code === 'E_FULL').length;

/** A device whose disk takes nothing while `full` says so. */
async function openOnDisk(person: MadePerson, full: () => boolean) {
  const disk = person.devices[0]?.disk;
  if (disk === undefined) throw new Error('no disk');
  const beforeCommit = () => {
    if (full()) throw new StorageFull();
  };
  return world.open(person, 0, { storage: new MemoryStorage(disk, { beforeCommit }) });
}

test('without room nothing is taken, acknowledged or lost, and with room everything comes by itself', async () => {
  let full = false;
  const a = await world.open(mina, 0);
  const b = await openOnDisk(jonas, () => full);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'one');
  await world.advance(60_000);
  full = true;
  for (const text of ['two', 'three']) await a.engine.send(id, text);
  await world.advance(60_000);
  expect(await texts(b, id)).toEqual(['one']);
  expect(world.relay.device(b.device).queue.length).toBeGreaterThanOrEqual(2);
  expect(told(b)).toBe(1);
  await expect(b.engine.send(id, 'mine')).rejects.toThrow('no room left');
  full = false;
  await world.advance(16_000);
  expect(await texts(b, id)).toEqual(['one', 'two', 'three']);
  expect(world.relay.device(b.device).queue).toEqual([]);
  await b.engine.send(id, 'mine');
  await world.advance(1000);
  expect(await texts(a, id)).toEqual(['one', 'two', 'three', 'mine']);
  expect(reusedSteps(world.relay)).toEqual([]);
});

test('whatever commit of a send finds no room, the message leaves once', async () => {
  for (let refused = 1; refused <= 4; refused++) {
    let count = Number.POSITIVE_INFINITY;
    const b = await world.open(jonas, 0);
    const a = await openOnDisk(mina, () => ++count >= refused && count < refused + 3);
    const { id } = await a.engine.direct(jonas.account);
    await a.engine.send(id, 'first');
    await world.advance(60_000);
    count = 0;
    const kept = await a.engine.send(id, 'second').then(
      () => true,
      () => false,
    );
    await world.advance(2 * 60_000);
    expect([refused, kept, await texts(b, id)]).toEqual([
      refused,
      refused > 1,
      kept ? ['first', 'second'] : ['first'],
    ]);
    expect(await texts(a, id)).toEqual(await texts(b, id));
    expect(reusedSteps(world.relay)).toEqual([]);
    expect(told(a)).toBe(1);
    await world.close();
    world = new World();
    mina = world.enter(cast.mina);
    jonas = world.enter(cast.jonas);
  }
});

/** One's history outlives one's devices: what is saved, what comes back, and what a lying server can do about it. */
import { beforeAll, expect, test } from 'bun:test';
import type { ConversationId } from '../../contract/ids.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { type Client, type MadePerson, randomBytes, World } from '../testing/world.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let cast: { mina: MadePerson; jonas: MadePerson };
beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 3), jonas: await made.makePerson('jonas', 1) };
  const key = randomBytes(32);
  for (const { disk } of cast.mina.devices) disk.store('secrets').set('backup', key);
}, 60_000);

/** Mina's first device and Jonas, in a conversation. */
async function begin() {
  const world = new World();
  const mina = world.enter(cast.mina, 1);
  const jonas = world.enter(cast.jonas, 1);
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  return { world, mina, jonas, a, b, id };
}

const texts = async ({ engine }: Client, id: ConversationId) =>
  (await engine.messages(id, { limit: 1000 })).map(({ text }) => text);

async function message({ engine }: Client, id: ConversationId, text: string): Promise<HistoryMessage> {
  const found = (await engine.messages(id, { limit: 1000 })).find((each) => each.text === text);
  if (found === undefined) throw new Error(`Nobody said "${text}" here.`);
  return found;
}

/** What the server keeps for Mina. */
const kept = ({ relay }: World) => relay.backups.of(cast.mina.account);

/** Mina's next device joins. */
async function join(world: World, mina: MadePerson, index: number): Promise<Client> {
  world.reveal(mina, cast.mina);
  return world.open(mina, index);
}

test('a new device has the history of the others within moments [R10]', async () => {
  const { world, mina, a, b, id } = await begin();
  await a.engine.send(id, 'one');
  await world.settle();
  await b.engine.send(id, 'two');
  await world.settle();
  await a.engine.react((await message(a, id, 'two')).id, '👍', true);
  await world.advance(3 * MINUTE_MS);
  expect(await a.engine.backup()).toMatchObject({
    state: 'on',
    messages: 2,
    waiting: 0,
    restoring: null,
    problem: null,
  });
  const second = await join(world, mina, 1);
  await world.advance(1000);
  expect(await texts(second, id)).toEqual(['one', 'two']);
  const [one, two] = await second.engine.messages(id, { limit: 10 });
  expect(one).toMatchObject({ mine: true, status: 'Delivered', origin: 'backup', verified: true });
  expect(two).toMatchObject({ mine: false, origin: 'backup', verified: true });
  expect(two?.reactions).toEqual([{ emoji: '👍', people: [mina.account], mine: true }]);
  const view = await second.engine.conversations();
  expect(view[0]).toMatchObject({ id, unread: 0 });
  // The signatures came along.
  const details = await second.engine.messageDetails((await message(second, id, 'two')).id);
  expect(details?.proof?.signatures.map(({ valid }) => valid)).toEqual([true, true]);
  expect(second.events.filter(({ type }) => type === 'message')).toEqual([]);
  expect(second.events.filter(({ type }) => type === 'restored').length).toBeGreaterThan(0);
  await world.close();
});

test('several devices share one backup, and mend each other by it', async () => {
  const { world, mina, a, b, id } = await begin();
  const second = await join(world, mina, 1);
  await a.engine.send(id, 'both');
  await world.advance(3 * MINUTE_MS);
  // What the second one never gets: its queue is lost.
  world.relay.knobs.deliver = (to, delivery) =>
    to === second.device && delivery.class === 1 ? [] : [delivery];
  await b.engine.send(id, 'for the first alone');
  await world.settle();
  await Promise.all([a.engine.backUpNow(), second.engine.backUpNow()]);
  await second.engine.backUpNow();
  await a.engine.backUpNow();
  expect(await texts(second, id)).toEqual(['both', 'for the first alone']);
  for (const { engine } of [a, second])
    expect(await engine.backup()).toMatchObject({ messages: 2, waiting: 0, problem: null });
  const before = kept(world).version;
  for (const { engine } of [a, second, a, second]) await engine.backUpNow();
  // Nobody says again what the other one has said.
  expect(kept(world).version).toBe(before);
  await world.close();
});

test('words that were taken back or are over leave the server within a day, and never come back', async () => {
  const { world, mina, a, b, id } = await begin();
  await a.engine.send(id, 'stays');
  await world.settle();
  await b.engine.send(id, 'goes');
  await a.engine.setTimer(id, 3600);
  await a.engine.send(id, 'for an hour');
  await a.engine.setTimer(id, 0);
  await world.advance(5 * MINUTE_MS);
  expect((await a.engine.backup()).waiting).toBe(0);
  const before = new Set(kept(world).segments.keys());
  await b.engine.deleteMessage((await message(b, id, 'goes')).id);
  await world.advance(DAY_MS);
  await a.engine.send(id, 'another');
  await world.advance(DAY_MS + 5 * MINUTE_MS);
  for (const old of before) expect(kept(world).segments.has(old)).toBe(false);
  const second = await join(world, mina, 1);
  await world.advance(1000);
  const read = await texts(second, id);
  expect(read).toContain('stays');
  expect(read).toContain('another');
  expect(read).toContain('This message was deleted.');
  expect(read).not.toContain('goes');
  expect(read).not.toContain('for an hour');
  await world.close();
});

test('an older manifest than any seen is refused, on every device that has heard of a newer one [R10]', async () => {
  const { world, mina, a, id } = await begin();
  await a.engine.send(id, 'first');
  await world.advance(3 * MINUTE_MS);
  const old = { version: kept(world).version, manifest: kept(world).manifest };
  const second = await join(world, mina, 1);
  await a.engine.send(id, 'second');
  await world.advance(70 * MINUTE_MS);
  await a.engine.send(id, 'third');
  await world.advance(3 * MINUTE_MS);
  world.relay.backups.knobs.read = (record) => ({ ...record, ...old });
  for (const client of [a, second]) {
    await expect(client.engine.backUpNow()).rejects.toThrow('older copy');
    expect((await client.engine.backup()).state).toBe('stopped');
    expect(client.events.some((event) => event.type === 'notice' && event.code === 'E_BACKUP')).toBe(true);
  }
  // A third one has never seen any: what the others tell it counts.
  const third = await join(world, mina, 2);
  await world.advance(MINUTE_MS);
  await expect(third.engine.backUpNow()).rejects.toThrow('older copy');
  // The server was restored by its admin: the person goes on, and everything is saved again.
  world.relay.backups.knobs.read = (record) => record;
  Object.assign(kept(world), old);
  await a.engine.setBackup(true);
  expect(await a.engine.backup()).toMatchObject({ state: 'on', messages: 3, waiting: 0, problem: null });
  await world.advance(3 * MINUTE_MS);
  await second.engine.backUpNow();
  expect(await second.engine.backup()).toMatchObject({ state: 'on', messages: 3, problem: null });
  await world.close();
});

const LIES: Readonly<Record<string, (sealed: Uint8Array, other: Uint8Array) => Uint8Array | null>> = {
  swapped: (_, other) => other,
  cut: (sealed) => sealed.slice(0, -1),
  changed: (sealed) => sealed.map((byte, at) => (at === 100 ? byte ^ 1 : byte)),
  empty: () => new Uint8Array(),
  missing: () => null,
};
for (const [kind, lie] of Object.entries(LIES))
  test(`a segment that is ${kind} costs its own messages alone, and until it is whole`, async () => {
    const { world, mina, a, id } = await begin();
    const lines = ['first', 'second', 'third'];
    for (const line of lines) {
      await a.engine.send(id, line);
      await world.advance(3 * MINUTE_MS);
    }
    const [victim] = kept(world).segments.keys();
    const other = [...kept(world).segments.values()].at(-1)?.sealed ?? new Uint8Array();
    const { knobs } = world.relay.backups;
    knobs.segment = (asked, sealed) => (asked === victim ? lie(sealed, other) : sealed);
    const second = await join(world, mina, 1);
    await world.advance(1000);
    expect(await texts(second, id)).toEqual(['second', 'third']);
    expect((await second.engine.backup()).problem).toContain('damaged');
    knobs.segment = (_, sealed) => sealed;
    await world.advance(DAY_MS);
    await second.engine.backUpNow();
    expect(await texts(second, id)).toEqual(lines);
    expect((await second.engine.backup()).problem).toBeNull();
    await world.close();
  });

test('a manifest of somebody else, or one that is changed, stops everything', async () => {
  const { world, a, id } = await begin();
  await a.engine.send(id, 'first');
  await world.advance(3 * MINUTE_MS);
  const { manifest } = kept(world);
  const bent = `A${(manifest ?? '').slice(1)}`;
  expect(bent).not.toBe(manifest ?? '');
  const { version } = kept(world);
  for (const shown of [{ manifest: bent }, { version: version + 1 }, { manifest: null }]) {
    world.relay.backups.knobs.read = (record) => ({ ...record, ...shown });
    await expect(a.engine.backUpNow()).rejects.toThrow(/damaged|another copy/);
    expect(kept(world).version).toBe(version);
    expect((await a.engine.backup()).state).toBe('stopped');
  }
  world.relay.backups.knobs.read = (record) => record;
  await a.engine.backUpNow();
  expect((await a.engine.backup()).state).toBe('on');
  await world.close();
});

test('two histories of equal padded size have equal lengths [R7]', async () => {
  const sizes: number[][] = [];
  for (const text of ['a short one', 'another, which is a little longer']) {
    const { world, a, id } = await begin();
    await a.engine.send(id, text);
    await world.advance(3 * MINUTE_MS);
    const segments = [...kept(world).segments.values()].map(({ sealed }) => sealed.length).sort();
    sizes.push([...segments, kept(world).manifest?.length ?? 0]);
    await world.close();
  }
  expect(sizes[0]).toEqual(sizes[1] ?? []);
});

test('off deletes what the server has, on every device; on begins anew', async () => {
  const { world, mina, a, id } = await begin();
  const second = await join(world, mina, 1);
  await a.engine.send(id, 'first');
  await world.advance(3 * MINUTE_MS);
  await a.engine.setBackup(false);
  expect(kept(world).segments.size).toBe(0);
  await world.advance(10 * MINUTE_MS);
  await a.engine.send(id, 'second');
  await world.advance(10 * MINUTE_MS);
  expect(kept(world).segments.size).toBe(0);
  for (const { engine } of [a, second]) expect((await engine.backup()).state).toBe('off');
  await second.engine.setBackup(true);
  await world.advance(10 * MINUTE_MS);
  for (const { engine } of [a, second]) {
    await engine.backUpNow();
    expect(await engine.backup()).toMatchObject({ state: 'on', messages: 2, waiting: 0, problem: null });
  }
  await world.close();
});

test('without room on the server nothing is lost, and the person is told', async () => {
  const { world, a, id } = await begin();
  world.relay.backups.limit = 3000;
  await a.engine.send(id, 'first');
  await world.advance(10 * MINUTE_MS);
  const view = await a.engine.backup();
  expect(view.problem).toContain('no room');
  expect(view.waiting).toBe(1);
  world.relay.backups.limit = 1e9;
  await a.engine.backUpNow();
  expect(await a.engine.backup()).toMatchObject({ waiting: 0, problem: null });
  await world.close();
});

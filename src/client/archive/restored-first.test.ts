/** A message that came with somebody's saved history and is delivered afterwards: what was said of it since stays. */
import { beforeAll, expect, test } from 'bun:test';
import type { ConversationId } from '../../contract/ids.ts';
import type { Delivery } from '../../contract/relay.ts';
import { readMarks } from '../messages/marks.ts';
import { readOriginal, readWords } from '../originals.ts';
import { type Client, type MadePerson, randomBytes, World } from '../testing/world.ts';

const MINUTE_MS = 60_000;

let cast: { mina: MadePerson; jonas: MadePerson };
beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 2), jonas: await made.makePerson('jonas', 1) };
  const key = randomBytes(32);
  for (const { disk } of cast.mina.devices) disk.store('secrets').set('backup', key);
}, 60_000);

const read = async ({ engine }: Client, id: ConversationId) =>
  (await engine.messages(id, { limit: 100 })).filter(({ kind }) => kind !== 'notice');

/** Jonas says something and `change` happens to it; Mina's second device has it from her backup before it is delivered there. */
async function restoreFirst(change: (by: Client, id: ConversationId) => Promise<void>) {
  const world = new World();
  const mina = world.enter(cast.mina, 2);
  const jonas = world.enter(cast.jonas, 1);
  const a = await world.open(mina, 0);
  const second = await world.open(mina, 1);
  const b = await world.open(jonas, 0);
  const { id } = await b.engine.direct(mina.account);
  await b.engine.send(id, 'hello');
  await world.advance(3 * MINUTE_MS);
  const late: Delivery[] = [];
  world.relay.knobs.deliver = (to, delivery) => {
    if (to !== second.device || delivery.class !== 1) return [delivery];
    late.push(delivery);
    return [];
  };
  await b.engine.send(id, 'original words');
  await world.settle();
  await change(b, id);
  await world.settle();
  await a.engine.backUpNow();
  await second.engine.backUpNow();
  world.relay.knobs.deliver = (_, delivery) => [delivery];
  const deliver = async (deliveries: readonly Delivery[]) => {
    for (const delivery of deliveries) world.relay.enqueue(second.device, delivery);
    await world.settle();
  };
  return { world, a, b, second, id, late, deliver };
}

const last = async (client: Client, id: ConversationId) => {
  const message = (await read(client, id)).at(-1);
  if (message === undefined) throw new Error('Nothing is here.');
  return message;
};

/** Lines that say something of what is missing. */
const gapsOf = async ({ engine }: Client, id: ConversationId) =>
  (await engine.messages(id, { limit: 100 }))
    .filter(({ kind, pinned, text }) => kind === 'notice' && !pinned && /missing|came later/i.test(text))
    .map(({ text }) => text);

test('what was taken back does not come back with it, though the server keeps the deletion to itself [R19]', async () => {
  const { world, second, id, late, deliver } = await restoreFirst(async (by, id) => {
    await by.engine.deleteMessage((await last(by, id)).id);
  });
  expect(await last(second, id)).toMatchObject({ kind: 'deleted', origin: 'backup' });
  await deliver(late.slice(0, 1));
  expect(await last(second, id)).toMatchObject({ kind: 'deleted' });
  expect(await readOriginal(second.storage, (await last(second, id)).id)).toBeNull();
  await deliver(late.slice(1));
  expect(await last(second, id)).toMatchObject({ kind: 'deleted' });
  await world.advance(30 * MINUTE_MS);
  expect(await last(second, id)).toMatchObject({ kind: 'deleted' });
  expect(await gapsOf(second, id)).toEqual([]);
  await world.close();
});

test('its newer words, reactions and pin stay, before and after the marks are delivered too', async () => {
  const { world, a, second, id, late, deliver } = await restoreFirst(async (by, id) => {
    const { id: message } = await last(by, id);
    await by.engine.edit(message, 'newer words');
    await by.engine.react(message, '🎉', true);
    await by.engine.pin(message, true);
    await by.engine.edit(message, 'newest words');
  });
  const messageOn = async (client: Client) => {
    const found = (await read(client, id)).find(({ text }) => text === 'newest words');
    if (found === undefined) throw new Error('The newest words are not here.');
    const { kind, text, editedAt, reactions, pinned } = found;
    return { id: found.id, kind, text, editedAt, reactions, pinned };
  };
  const there = await messageOn(a);
  expect(await messageOn(second)).toEqual(there);
  for (const delivery of late) {
    await deliver([delivery]);
    expect(await messageOn(second)).toEqual(there);
  }
  await world.advance(30 * MINUTE_MS);
  expect(await messageOn(second)).toEqual(there);
  expect(await gapsOf(second, id)).toEqual([]);
  const original = await readOriginal(second.storage, there.id);
  expect(original === null ? null : readWords(original)?.text).toBe('newest words');
  expect((await readMarks(second.storage, there.id)).edit).not.toBeNull();
  await world.close();
});

test('one that is never delivered keeps its place when what its sender says next shows a gap', async () => {
  const { world, b, second, id } = await restoreFirst(async () => {});
  await b.engine.send(id, 'and then');
  await world.advance(30 * MINUTE_MS);
  const texts = (await read(second, id)).map(({ text }) => text);
  expect(texts).toEqual(['hello', 'original words', 'and then']);
  await world.close();
});

test('newer words that come from a backup bring what proves them', async () => {
  const { world, b, a, second, id } = await restoreFirst(async () => {});
  await b.engine.send(id, 'older words');
  await world.settle();
  const { id: message } = await last(second, id);
  world.relay.knobs.deliver = (to, delivery) =>
    to === second.device && delivery.class === 1 ? [] : [delivery];
  await b.engine.edit(message, 'newer words');
  await world.settle();
  await a.engine.backUpNow();
  await second.engine.backUpNow();
  expect(await last(second, id)).toMatchObject({ id: message, text: 'newer words', origin: 'live' });
  const original = await readOriginal(second.storage, message);
  expect(original === null ? null : readWords(original)?.text).toBe('newer words');
  await world.close();
});

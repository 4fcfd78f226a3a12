import { afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { bodyId, fromHex } from '../../contract/bytes.ts';
import type { DeviceId } from '../../contract/ids.ts';
import type { ParcelId } from '../../contract/parcels.ts';
import { transferPayload } from '../../protocol/parcel.ts';
import { Operation } from '../operation.ts';
import { addErrand } from '../outbox.ts';
import { messagesOf } from '../testing/reading.ts';
import { lost } from '../testing/relay.ts';
import { type Client, type MadePerson, World } from '../testing/world.ts';
import type { TransferView } from './types.ts';

setDefaultTimeout(60_000);

let cast: { readonly mina: MadePerson; readonly jonas: MadePerson };
let world: World;
let mina: MadePerson;
let old: Client;
let partner: Client;
beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 3), jonas: await made.makePerson('jonas', 1) };
}, 60_000);
beforeEach(async () => {
  world = new World();
  mina = world.enter(cast.mina, 1);
  old = await world.open(mina, 0);
  partner = await world.open(world.enter(cast.jonas, 1), 0);
});
afterEach(() => world.close());

/** Something was said before the new device is there. */
async function talk(messages = 3) {
  const { id } = await old.engine.direct(partner.account);
  for (let i = 1; i <= messages; i++) {
    await world.advance(1000);
    await (i % 2 === 1 ? old : partner).engine.send(id, `message ${i}`);
    await world.settle();
  }
  return id;
}
async function addDevice(index = 1): Promise<Client> {
  world.reveal(mina, cast.mina);
  const client = await world.open(mina, index);
  await world.settle();
  return client;
}
const listOf = async ({ engine }: Client) => (await engine.transfers()).list();
async function viewOf(client: Client, id: ParcelId): Promise<TransferView> {
  const found = (await listOf(client)).find((each) => each.id === id);
  if (found === undefined) throw new Error('no such transfer');
  return found;
}
async function begin(taker: Client, from: DeviceId): Promise<ParcelId> {
  const id = await (await taker.engine.transfers()).begin(from);
  await world.settle();
  return id;
}

test('both devices show the same six words, and after a yes everything is there', async () => {
  const conversation = await talk();
  const fresh = await addDevice();
  expect(await messagesOf(fresh, conversation)).toEqual([]);
  const id = await begin(fresh, old.device);
  const [there, here] = [await viewOf(old, id), await viewOf(fresh, id)];
  expect([there.state, here.state]).toEqual(['compare', 'compare']);
  expect(there.words).toHaveLength(6);
  expect(there.words).toEqual(here.words);
  await (await old.engine.transfers()).accept(id);
  await world.settle();
  await world.settle();
  const messages = await messagesOf(fresh, conversation);
  expect(messages.map(({ text }) => text)).toEqual(['message 1', 'message 2', 'message 3']);
  expect(messages.map(({ origin, verified }) => [origin, verified])).toEqual([
    ['device', true],
    ['device', true],
    ['device', true],
  ]);
  expect(await viewOf(fresh, id)).toMatchObject({ state: 'done', moved: 3 });
  expect(await viewOf(old, id)).toMatchObject({ state: 'done', moved: 3 });
  expect((await fresh.engine.conversations()).map(({ unread }) => unread)).toEqual([0]);
  expect(world.relay.parcels.kept.size).toBe(0);
  await (await fresh.engine.transfers()).end(id);
  expect(await listOf(fresh)).toEqual([]);
});

test('nothing is given before the yes, and none that was called off', async () => {
  await talk();
  const fresh = await addDevice();
  const id = await begin(fresh, old.device);
  await (await fresh.engine.transfers()).end(id);
  await world.settle();
  expect((await viewOf(old, id)).state).toBe('failed');
  await expect((await old.engine.transfers()).accept(id)).rejects.toThrow('This is over.');
  expect(world.relay.calls.putParcelPart ?? 0).toBe(0);
});

test('without an answer it is over after a quarter of an hour', async () => {
  await talk();
  const fresh = await addDevice();
  const id = await begin(fresh, old.device);
  await world.advance(15 * 60_000 + 1);
  expect((await viewOf(old, id)).state).toBe('failed');
  await expect((await old.engine.transfers()).accept(id)).rejects.toThrow('This is over.');
});

/** Says a step by hand. */
async function say(
  from: Client,
  to: Client,
  step: 'begin' | 'reveal',
  value: Uint8Array,
  id: ParcelId,
): Promise<void> {
  const op = new Operation(from.storage);
  await addErrand(op, {
    id: bodyId(world.crypto.random(16)),
    to: [{ account: to.account, device: to.device }],
    kind: 'transfer',
    payload: transferPayload.encode({ id: fromHex(id), step, value }),
    fresh: false,
    sealed: false,
    created: world.time.now,
  });
  await from.storage.commit(op.changes());
  await from.engine.flush();
  await world.settle();
}
const someId = (byte: string) => byte.repeat(16) as ParcelId;

test('somebody else’s device cannot ask for it [R38]', async () => {
  await talk();
  await say(partner, old, 'begin', new Uint8Array(32), someId('ab'));
  expect(await listOf(old)).toEqual([]);
});

test('a nonce that is not the one committed to ends it: the words cannot be chosen [R38]', async () => {
  await talk();
  const fresh = await addDevice();
  const id = someId('cd');
  await say(fresh, old, 'begin', new Uint8Array(32).fill(1), id);
  await say(fresh, old, 'reveal', new Uint8Array(32).fill(2), id);
  expect(await viewOf(old, id)).toMatchObject({ state: 'failed', words: [] });
});

test('another own device cannot step in between [R38]', async () => {
  await talk();
  const fresh = await addDevice(1);
  const third = await addDevice(2);
  const id = await begin(fresh, old.device);
  await say(third, old, 'reveal', new Uint8Array(32), id);
  expect((await viewOf(old, id)).state).toBe('compare');
  await say(third, old, 'begin', new Uint8Array(32), id);
  expect((await viewOf(old, id)).device).toBe(fresh.device);
});

test('a network that goes away in the middle costs nothing: it goes on when it is back', async () => {
  const conversation = await talk(5);
  const fresh = await addDevice();
  const id = await begin(fresh, old.device);
  let cut = true;
  world.relay.knobs.request = (name) => {
    if (cut && (name === 'putParcelPart' || name === 'parcelPart')) throw lost();
  };
  await (await old.engine.transfers()).accept(id);
  await world.settle();
  expect(await messagesOf(fresh, conversation)).toEqual([]);
  cut = false;
  await world.advance(16_000);
  await world.advance(16_000);
  expect(await messagesOf(fresh, conversation)).toHaveLength(5);
  expect((await viewOf(fresh, id)).state).toBe('done');
});

test('a device that stops in the middle goes on when it is opened again', async () => {
  const conversation = await talk(5);
  const fresh = await addDevice();
  const id = await begin(fresh, old.device);
  world.relay.knobs.request = (name) => {
    if (name === 'parcelPart') throw lost();
  };
  await (await old.engine.transfers()).accept(id);
  await world.settle();
  expect((await viewOf(fresh, id)).state).toBe('moving');
  fresh.line.disconnect();
  await fresh.engine.stop();
  world.relay.knobs.request = () => {};
  const again = await world.open(mina, 1);
  await world.settle();
  await world.advance(2000);
  expect(await messagesOf(again, conversation)).toHaveLength(5);
  expect((await viewOf(again, id)).state).toBe('done');
});

test('only another device of one’s own can be asked', async () => {
  const transfers = await old.engine.transfers();
  await expect(transfers.begin(old.device)).rejects.toThrow('This is not another device of yours.');
  await expect(transfers.begin(partner.device)).rejects.toThrow('This is not another device of yours.');
});

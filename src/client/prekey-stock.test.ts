import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { fromBase64 } from '../contract/bytes.ts';
import { decodePrekeyBatch } from '../protocol/prekeys.ts';
import { prekeyKey } from './own-prekeys.ts';
import { lost } from './testing/relay.ts';
import { type Client, type MadePerson, World } from './testing/world.ts';

const DAY_MS = 24 * 3600_000;

let cast: { jonas: MadePerson; mina: MadePerson };
let world: World;
let jonas: MadePerson;

beforeAll(async () => {
  const made = new World();
  cast = { jonas: await made.makePerson('jonas', 1), mina: await made.makePerson('mina', 1) };
}, 60_000);
beforeEach(() => {
  world = new World();
  jonas = world.enter(cast.jonas);
});
afterEach(() => world.close());

const keys = async (client: Client, prefix: string) =>
  (await client.storage.list('prekeys', { prefix })).map(([key]) => key);

test('a low stock is refilled with a batch whose private halves are on the disk before it leaves [R40]', async () => {
  world.relay.knobs.stock = (remaining) => remaining;
  const disk = jonas.devices[0]?.disk;
  const stored: number[] = [];
  world.relay.knobs.request = (call) => {
    if (call === 'uploadPrekeys') {
      stored.push([...(disk?.store('prekeys').keys() ?? [])].filter((key) => key.startsWith('once/')).length);
    }
  };
  const b = await world.open(jonas, 0);
  expect(stored).toEqual([106]);
  expect(world.relay.device(b.device).oneTime.length).toBe(106);
  expect(new Set(await keys(b, 'once/')).size).toBe(106);
  // Full again: another look does nothing.
  b.line.connect();
  await world.settle();
  expect(world.relay.calls.uploadPrekeys).toBe(1);
});

test('an upload with a lost answer is repeated byte for byte', async () => {
  world.relay.knobs.stock = (remaining) => remaining;
  const uploads: string[] = [];
  const put = world.relay.putPrekeys.bind(world.relay);
  world.relay.putPrekeys = (device, upload) => {
    if (upload.batch !== undefined) uploads.push(upload.batch);
    // The relay knows the batch by its ids.
    if (uploads.length === 1) put(device, upload);
  };
  let losing = true;
  world.relay.knobs.answer = (call) => {
    if (call === 'uploadPrekeys' && losing) throw lost();
  };
  const b = await world.open(jonas, 0);
  losing = false;
  b.line.connect();
  await world.settle();
  expect(uploads.length).toBe(2);
  expect(uploads[1]).toBe(uploads[0] ?? '');
  const ids = decodePrekeyBatch(fromBase64(uploads[0] ?? '')).ids;
  const stored = new Set(await keys(b, 'once/'));
  expect(ids.every((id) => stored.has(prekeyKey('once', id)))).toBe(true);
});

test('the signed prekey is rotated after 7 days and its private half kept for 21 more', async () => {
  const b = await world.open(jonas, 0);
  const first = world.relay.device(b.device).signedPrekey;
  const [old] = await keys(b, 'signed/');
  await world.advance(6 * DAY_MS);
  expect(world.relay.device(b.device).signedPrekey).toBe(first);
  await world.advance(DAY_MS + 3600_000);
  expect(world.relay.device(b.device).signedPrekey).not.toBe(first);
  expect((await keys(b, 'signed/')).length).toBe(2);
  await world.advance(20 * DAY_MS);
  expect(await keys(b, 'signed/')).toContain(old ?? '');
  await world.advance(2 * DAY_MS);
  expect(await keys(b, 'signed/')).not.toContain(old ?? '');
}, 20_000);

test('a handshake made with the signed prekey before last still opens', async () => {
  const mina = world.enter(cast.mina);
  const a = await world.open(mina, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'from last week');
  await world.settle();
  await world.advance(6 * DAY_MS);
  const b = await world.open(jonas, 0, { offline: true });
  b.line.cut = false;
  await world.advance(2 * DAY_MS);
  b.line.connect();
  await world.settle();
  expect((await b.engine.messages(id, { limit: 9 })).map(({ text }) => text)).toEqual(['from last week']);
}, 20_000);

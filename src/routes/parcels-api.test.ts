import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { addPerson, openCookie, randomBytes, type Someone } from '../../test/support/relay.ts';
import { MAX_PART_BYTES, PARCEL_RETENTION_MS, PART_MEDIA_TYPE, parcelId } from '../contract/parcels.ts';
import { parcelPath, partPath } from '../contract/paths.ts';
import { createParcels } from '../services/parcels.ts';
import { Refusal } from '../services/refusal.ts';
import { createRetention } from '../services/retention.ts';

let app: TestApp;
let mina: Someone;
let ravi: Someone;
let stranger: Someone;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  mina = await addPerson(app.deps.db, Date.now(), 2);
  ravi = await addPerson(app.deps.db, Date.now());
  stranger = await addPerson(app.deps.db, Date.now());
  await app.deps.services.conversations.createDirect(mina.session(), ravi.account);
});

const deviceOf = (person: Someone, index = 0): string => person.devices[index] ?? '';
async function put(
  from: Someone,
  to: string,
  bytes: Uint8Array<ArrayBuffer>,
  id = parcelId(randomBytes(16)),
  n = 0,
) {
  const answer = await fetch(`${app.origin}${partPath(id, n)}?to=${to}`, {
    method: 'PUT',
    headers: {
      cookie: await openCookie(app.deps, from),
      origin: app.origin,
      'content-type': PART_MEDIA_TYPE,
    },
    body: bytes,
  });
  return { id, status: answer.status };
}
const get = async (as: Someone, id: ReturnType<typeof parcelId>, n = 0) =>
  fetch(app.origin + partPath(id, n), { headers: { cookie: await openCookie(app.deps, as) } });
const remove = async (as: Someone, id: ReturnType<typeof parcelId>) =>
  fetch(app.origin + parcelPath(id), {
    method: 'DELETE',
    headers: { cookie: await openCookie(app.deps, as), origin: app.origin },
  });

test('a part reaches the device that it is for, and nobody else, until it is removed', async () => {
  const bytes = randomBytes(5000);
  const { id, status } = await put(mina, deviceOf(ravi), bytes);
  expect(status).toBe(204);
  const answer = await get(ravi, id);
  expect(answer.headers.get('content-type')).toBe(PART_MEDIA_TYPE);
  expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
  expect((await get(stranger, id)).status).toBe(404);
  expect((await get(mina, id)).status).toBe(404);
  expect((await get(ravi, id, 1)).status).toBe(404);
  expect((await remove(stranger, id)).status).toBe(204);
  expect((await get(ravi, id)).status).toBe(200);
  expect((await remove(ravi, id)).status).toBe(204);
  expect((await get(ravi, id)).status).toBe(404);
  expect(await app.count('parcel_parts')).toBe(0);
});

test('one gives to one’s own devices and to people of shared conversations only', async () => {
  expect((await put(mina, deviceOf(mina, 1), randomBytes(10))).status).toBe(204);
  expect((await put(mina, deviceOf(stranger), randomBytes(10))).status).toBe(404);
  expect((await put(mina, '00'.repeat(16), randomBytes(10))).status).toBe(404);
});

test('a parcel of somebody else is neither added to nor taken over', async () => {
  const { id } = await put(mina, deviceOf(ravi), randomBytes(10));
  expect((await put(ravi, deviceOf(mina), randomBytes(10), id)).status).toBe(404);
  expect((await put(mina, deviceOf(mina, 1), randomBytes(10), id, 1)).status).toBe(404);
});

test('the same part again replaces it; what is too large, or empty, is refused', async () => {
  const { id } = await put(mina, deviceOf(ravi), randomBytes(10));
  const again = randomBytes(20);
  await put(mina, deviceOf(ravi), again, id);
  expect(new Uint8Array(await (await get(ravi, id)).arrayBuffer())).toEqual(again);
  expect((await put(mina, deviceOf(ravi), new Uint8Array(MAX_PART_BYTES), id)).status).toBe(204);
  expect((await put(mina, deviceOf(ravi), new Uint8Array(MAX_PART_BYTES + 1))).status).toBe(413);
  expect((await put(mina, deviceOf(ravi), new Uint8Array())).status).toBe(400);
  expect((await put(mina, deviceOf(ravi), randomBytes(10), id, 5000)).status).toBe(413);
});

test('an account has so much on its way at most, and what nobody fetched is forgotten', async () => {
  const small = createParcels(app.deps, 100);
  const part = (n: number, length: number) => ({
    id: parcelId(new Uint8Array(16).fill(9)),
    n,
    to: ravi.devices[0] ?? ravi.session().device,
    sealed: randomBytes(length),
  });
  await small.put(mina.session(), part(0, 60));
  expect(small.put(mina.session(), part(1, 60))).rejects.toThrow(Refusal);
  await small.put(mina.session(), part(0, 100));
  app.pass(PARCEL_RETENTION_MS + 1);
  await small.put(mina.session(), part(1, 60));
  expect(await app.count('parcel_parts')).toBe(1);
});

test('what nobody fetched is deleted within its time, though nobody gives anything any more', async () => {
  await put(mina, deviceOf(ravi), randomBytes(10));
  const retention = createRetention(app.deps, app.deps.services.policies);
  await retention.run(app.deps.clock());
  expect(await app.count('parcels')).toBeGreaterThan(0);
  app.pass(PARCEL_RETENTION_MS + 1);
  await retention.run(app.deps.clock());
  expect(await app.count('parcels')).toBe(0);
  expect(await app.count('parcel_parts')).toBe(0);
});

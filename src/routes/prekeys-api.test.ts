import { afterAll, beforeAll, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import {
  call,
  type Device,
  join,
  newDevice,
  type Registered,
  random,
  tools,
} from '../../test/support/person.ts';
import type { PrekeyBundleRecord, PrekeyStock, SignedIn } from '../contract/accounts.ts';
import { deviceId, fromBase64, toBase64 } from '../contract/bytes.ts';
import { PREKEYS_PER_REQUESTER_PER_DAY, PREKEYS_PER_TARGET_PER_DAY } from '../contract/limits.ts';
import { PATHS } from '../contract/paths.ts';
import {
  createPrekeyBatch,
  createSignedPrekey,
  decodeSignedPrekey,
  verifyOneTimePrekey,
  verifySignedPrekey,
} from '../protocol/prekeys.ts';

let app: TestApp;
let owner: Registered;
const DAY_MS = 24 * 3600 * 1000;

const newPerson = async (username: string, prekeys = 3) =>
  join(app.origin, (await app.deps.services.invites.create(null)).token, username, { prekeys });
const claim = (person: Registered, devices: readonly string[]) =>
  call<PrekeyBundleRecord[]>(app.origin, 'POST', PATHS.claimPrekeys, {
    body: { devices },
    cookie: person.cookie,
  });
const stock = async (person: Registered) =>
  (await call<PrekeyStock>(app.origin, 'GET', PATHS.prekeys, { cookie: person.cookie })).body.remaining;
const upload = (person: Registered, body: object) =>
  call<{ error: string; message: string }>(app.origin, 'POST', PATHS.prekeys, {
    body,
    cookie: person.cookie,
  });
const batch = async (device: Device, firstId: number, count: number) =>
  toBase64((await createPrekeyBatch(tools, device.dik, firstId, count)).batch);
const leafOf = (answer: { body: PrekeyBundleRecord[] }) => answer.body[0]?.oneTime?.leaf ?? null;

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  owner = await join(app.origin, token, 'owner', { workspaceName: 'Harbour' });
});
afterAll(() => app.stop());

test('what is handed out verifies under the device, leaf, path and root', async () => {
  const target = await newPerson('verified', 7);
  const signingKey = target.device.dik.publicKey;
  const ids = new Set<number>();
  for (let round = 0; round < 7; round++) {
    const { status, body } = await claim(owner, [target.device.id]);
    expect(status).toBe(200);
    const [bundle] = body;
    if (!bundle?.oneTime) throw new Error('no one-time key');
    expect(bundle.device).toBe(target.device.id);
    await verifySignedPrekey(tools, fromBase64(bundle.signedPrekey), { signingKey, now: Date.now() });
    const { leaf, path, index, size, root } = bundle.oneTime;
    const prekey = await verifyOneTimePrekey(
      tools,
      { leaf: fromBase64(leaf), path: path.map(fromBase64), index, size, root: fromBase64(root) },
      { signingKey },
    );
    ids.add(prekey.id);
  }
  expect([...ids].toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test('parallel claims never get the same key; an empty stock gives the signed prekey alone [R23]', async () => {
  const target = await newPerson('raced', 12);
  const askers = await Promise.all(['asker1', 'asker2', 'asker3'].map((name) => newPerson(name, 0)));
  const answers = await Promise.all(
    Array.from({ length: 18 }, (_, index) => claim(askers[index % 3] ?? owner, [target.device.id])),
  );
  const leaves = answers.map(leafOf);
  const handedOut = leaves.filter((leaf) => leaf !== null);
  expect(handedOut.length).toBe(12);
  expect(new Set(handedOut).size).toBe(12);
  for (const { body } of answers) expect(body[0]?.signedPrekey).toBeString();
  expect(await stock(target)).toBe(0);
});

test('many devices in one request, in the order asked; unknown ones are left out', async () => {
  const one = await newPerson('one', 2);
  const two = await newPerson('two', 2);
  const unknown = deviceId(random(16));
  const { body } = await claim(owner, [two.device.id, unknown, one.device.id, two.device.id]);
  expect(body.map(({ device }) => device)).toEqual([two.device.id, one.device.id]);
  expect(await stock(two)).toBe(1);
});

test('a requester gets so many of one target in a day, and more the next day', async () => {
  const target = await newPerson('capped', 15);
  const requester = await newPerson('keen', 0);
  for (let round = 0; round < PREKEYS_PER_REQUESTER_PER_DAY; round++)
    expect(leafOf(await claim(requester, [target.device.id]))).toBeString();
  const over = await claim(requester, [target.device.id]);
  expect(over.status).toBe(200);
  expect(over.body[0]?.oneTime).toBeNull();
  expect(leafOf(await claim(owner, [target.device.id]))).toBeString();
  app.pass(DAY_MS);
  expect(leafOf(await claim(requester, [target.device.id]))).toBeString();
});

test('everybody together gets so many of one target in a day', async () => {
  const target = await newPerson('popular', 2);
  const day = Math.floor(app.deps.clock() / DAY_MS);
  await app.deps.db.write((tx) =>
    tx.run('INSERT INTO prekey_claims (device, requester, day, count) VALUES ($1, $2, $3, $4)', [
      target.device.id,
      'others',
      day,
      PREKEYS_PER_TARGET_PER_DAY - 1,
    ]),
  );
  expect(leafOf(await claim(owner, [target.device.id]))).toBeString();
  expect(leafOf(await claim(owner, [target.device.id]))).toBeNull();
  expect(await stock(target)).toBe(1);
});

test('the device hears when its stock runs low', async () => {
  const target = await newPerson('low', 26);
  app.events.length = 0;
  await claim(owner, [target.device.id]);
  expect(app.events).toEqual([]);
  await claim(owner, [target.device.id]);
  expect(app.events).toEqual([{ type: 'prekeys', device: target.device.id, remaining: 24 }]);
});

test('a refill adds to the stock; the same bytes again change nothing', async () => {
  const target = await newPerson('refills', 3);
  const refill = { batch: await batch(target.device, 3, 4) };
  expect((await upload(target, refill)).status).toBe(204);
  expect(await stock(target)).toBe(7);
  expect((await upload(target, refill)).status).toBe(204);
  expect(await stock(target)).toBe(7);
  // Keys go out oldest first, over the border of two batches, each with its own root.
  for (let round = 0; round < 4; round++) await claim(owner, [target.device.id]);
  expect((await upload(target, refill)).status).toBe(204);
  expect(await stock(target)).toBe(3);
});

test('a key that was handed out cannot be uploaded again', async () => {
  const target = await newPerson('again', 2);
  await claim(owner, [target.device.id]);
  for (const first of [0, 1]) {
    const answer = await upload(target, { batch: await batch(target.device, first, 2) });
    expect(answer).toMatchObject({ status: 400, body: { error: 'ValidationError' } });
  }
  expect(await stock(target)).toBe(1);
});

test('a newer signed prekey replaces the one before, and what the relay knows of it; an older one does not', async () => {
  const target = await newPerson('rotates', 0);
  const { account } = target.identity;
  const prekeyTime = async () =>
    (await app.deps.services.devices.recipientsOf([account])).get(account)?.devices[0]?.prekeyCreatedAt;
  const before = await prekeyTime();
  const later = { ...tools, clock: () => Date.now() + 60_000 };
  const { signed } = await createSignedPrekey(later, target.device.dik, 2);
  expect((await upload(target, { signedPrekey: toBase64(signed) })).status).toBe(204);
  expect(await prekeyTime()).toBeGreaterThanOrEqual((before ?? 0) + 60_000);
  const { body } = await claim(owner, [target.device.id]);
  expect(decodeSignedPrekey(fromBase64(body[0]?.signedPrekey ?? '')).prekey.id).toBe(2);
  const older = await createSignedPrekey(tools, target.device.dik, 3);
  expect((await upload(target, { signedPrekey: toBase64(older.signed) })).status).toBe(400);
});

test('what is malformed, foreign, stale or too much is refused and stores nothing', async () => {
  const target = await newPerson('strict', 1);
  const stranger = await newDevice(target.identity);
  const { device } = target;
  const old = { ...tools, clock: () => Date.now() - 31 * DAY_MS };
  const good = fromBase64(await batch(device, 10, 3));
  const bent = Uint8Array.from(good);
  bent[bent.length - 5] = (bent[bent.length - 5] ?? 0) ^ 1;
  const wrong: Record<string, object> = {
    nothing: {},
    'numbers instead of bytes': { batch: 5 },
    noise: { batch: toBase64(random(4000)) },
    'too large': { batch: toBase64(random(170 * 1024)) },
    "another device's batch": { batch: await batch(stranger, 10, 2) },
    'a leaf that was changed': { batch: toBase64(bent) },
    'a batch that is cut': { batch: toBase64(good.subarray(0, good.length - 1)) },
    "another device's statement": {
      signedPrekey: toBase64((await createSignedPrekey(tools, stranger.dik, 9)).signed),
    },
    'a statement of last month': {
      signedPrekey: toBase64((await createSignedPrekey(old, device.dik, 9)).signed),
    },
    'a good statement with a bad batch': {
      signedPrekey: toBase64((await createSignedPrekey(tools, device.dik, 9)).signed),
      batch: toBase64(bent),
    },
  };
  for (const [what, body] of Object.entries(wrong)) {
    const answer = await upload(target, body);
    expect(`${what}: ${answer.status} ${answer.body.error}`).toBe(`${what}: 400 ValidationError`);
    expect(answer.body.message).toMatch(/^[A-Z]/);
  }
  expect(await stock(target)).toBe(1);
  const { body } = await claim(owner, [device.id]);
  expect(decodeSignedPrekey(fromBase64(body[0]?.signedPrekey ?? '')).prekey.id).toBe(1);
});

test('a device keeps three hundred at most', async () => {
  const target = await newPerson('hoards', 100);
  expect((await upload(target, { batch: await batch(target.device, 100, 100) })).status).toBe(204);
  expect((await upload(target, { batch: await batch(target.device, 200, 100) })).status).toBe(204);
  const answer = await upload(target, { batch: await batch(target.device, 300, 1) });
  expect(answer).toMatchObject({ status: 409, body: { error: 'Conflict' } });
  expect(await stock(target)).toBe(300);
});

test('a session without a device has no prekeys to give or take', async () => {
  const { username, password } = owner.request;
  const entered = await call<SignedIn>(app.origin, 'POST', PATHS.signInPassword, {
    body: { username, secret: password?.secret },
  });
  const cookie = entered.cookie ?? '';
  const asked = [
    await call(app.origin, 'POST', PATHS.claimPrekeys, { body: { devices: [] }, cookie }),
    await call(app.origin, 'GET', PATHS.prekeys, { cookie }),
    await call(app.origin, 'POST', PATHS.prekeys, { body: {}, cookie }),
  ];
  for (const answer of asked) expect(answer).toMatchObject({ status: 403, body: { error: 'Forbidden' } });
  expect((await call(app.origin, 'GET', PATHS.prekeys)).status).toBe(401);
});

test('malformed claims are 400 in words', async () => {
  const ids = Array.from({ length: 601 }, () => deviceId(random(16)));
  for (const body of [{}, { devices: 'x' }, { devices: ['x'] }, { devices: [7] }, { devices: ids }]) {
    const answer = await call(app.origin, 'POST', PATHS.claimPrekeys, { body, cookie: owner.cookie });
    expect(answer).toMatchObject({ status: 400, body: { error: 'ValidationError' } });
    expect(answer.body.message).toMatch(/^Please check devices/);
  }
});

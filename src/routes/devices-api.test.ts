import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import {
  call,
  type Device,
  join,
  leafOf,
  listHash,
  newDevice,
  newIdentity,
  newList,
  newUpload,
  proofOf,
  type Registered,
  random,
  tools,
} from '../../test/support/person.ts';
import type { DirectoryEntry, SessionRecord, SignedIn } from '../contract/accounts.ts';
import { fromBase64, toBase64 } from '../contract/bytes.ts';
import { devicePath, PATHS } from '../contract/paths.ts';
import { REMOVAL_PATH, type Removal } from '../contract/removal.ts';
import { createSignedPrekey } from '../protocol/prekeys.ts';
import { revokeDevice } from '../store/devices.ts';

let app: TestApp;
let owner: Registered;
let mina: Registered;
let people = 0;

const post = <T>(path: string, body: unknown, cookie: string) =>
  call<T>(app.origin, 'POST', path, { body, cookie });
const session = (cookie: string | null) =>
  call<SignedIn>(app.origin, 'GET', PATHS.session, { cookie: cookie ?? '' });
const signIn = async (person: Registered) => {
  const { username, password } = person.request;
  const answer = await call<SignedIn>(app.origin, 'POST', PATHS.signInPassword, {
    body: { username, secret: password?.secret },
  });
  return { cookie: answer.cookie ?? '', signedIn: answer.body };
};
const directory = async (person: Registered): Promise<DirectoryEntry> => {
  const [entry] = await app.deps.services.accounts.directory([person.identity.account]);
  if (!entry) throw new Error('nobody');
  return entry;
};
const firstList = (person: Registered) => fromBase64(person.request.device.deviceList);
/** The list that follows `previous` and names these devices. */
const nextList = (
  person: Registered,
  previous: Uint8Array,
  version: number,
  devices: readonly Device[],
  revoked: readonly Uint8Array[] = [],
) => newList(person.identity, { version, previous: listHash(previous), devices, revoked });
/** A second device, added in a session of its own. */
const second = async (person: Registered) => {
  const device = await newDevice(person.identity);
  const list = await nextList(person, firstList(person), 2, [person.device, device]);
  const entered = await signIn(person);
  const answer = await post(PATHS.devices, await newUpload(device, list), entered.cookie);
  return { device, list, before: entered.cookie, answer, cookie: answer.cookie ?? '' };
};

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  owner = await join(app.origin, token, 'owner', { workspaceName: 'Harbour' });
});
beforeEach(async () => {
  const { token } = await app.deps.services.invites.create(null);
  mina = await join(app.origin, token, `mina${people++}`);
});
afterAll(() => app.stop());

describe('a device that was removed', () => {
  test('learns it from the signed list, and its sessions have ended at once', async () => {
    const { device, list, cookie } = await second(mina);
    const ask = (id: string) => call<Removal>(app.origin, 'POST', REMOVAL_PATH, { body: { device: id } });
    expect((await ask(device.id)).body).toEqual({ deviceList: null });
    expect((await ask('0'.repeat(32))).body).toEqual({ deviceList: null });
    expect((await ask('x')).status).toBe(400);
    const left = await nextList(mina, list, 3, [mina.device], [device.bytes]);
    const ended = app.events.length;
    const revoked = await call(app.origin, 'DELETE', devicePath(device.id), {
      body: { deviceList: toBase64(left), leaf: leafOf(left) },
      cookie: mina.cookie,
    });
    expect(revoked.status).toBe(204);
    expect((await session(cookie)).status).toBe(401);
    expect(app.events.slice(ended).some(({ type }) => type === 'signed-out')).toBe(true);
    const answer = await ask(device.id);
    expect(answer.body.deviceList).toBe(toBase64(left));
  });
});

describe('adding a device', () => {
  test('extends the list and gives the session to the device, under a new cookie', async () => {
    const { device, list, before, answer, cookie } = await second(mina);
    expect(answer.status).toBe(204);
    expect(cookie).not.toBe(before);
    expect((await session(before)).status).toBe(401);
    expect((await session(cookie)).body.device).toBe(device.id);
    const entry = await directory(mina);
    expect(entry.deviceList).toBe(toBase64(list));
    expect(entry.certificates).toEqual([mina.device.certificate, device.certificate].map(toBase64));
  });

  test('everybody hears of it, and the old session is said to be over', async () => {
    app.events.length = 0;
    const { before } = await second(mina);
    const told = app.events.filter((event) => event.type === 'devices');
    expect(told).toContainEqual({
      type: 'devices',
      account: owner.identity.account,
      changed: mina.identity.account,
    });
    expect(told.length).toBe(await app.count('accounts'));
    const { sessionId } = await import('../auth/lucia.ts');
    expect(app.events).toContainEqual({
      type: 'signed-out',
      account: mina.identity.account,
      sessions: [sessionId(before.slice('sotto='.length))],
    });
  });

  test('who a message has to reach is another answer at once', async () => {
    const { devices } = app.deps.services;
    const { account } = mina.identity;
    const version = devices.version;
    expect((await devices.recipientsOf([account])).get(account)?.devices.length).toBe(1);
    const { device } = await second(mina);
    expect(devices.version).toBeGreaterThan(version);
    const after = (await devices.recipientsOf([account])).get(account);
    expect(after).toMatchObject({ account, disabled: false, listVersion: 2 });
    expect(after?.devices.map((state) => state.device)).toEqual([mina.device.id, device.id].toSorted());
    for (const state of after?.devices ?? []) {
      expect(state.expiresAt).toBeGreaterThan(Date.now() + 179 * 24 * 3600 * 1000);
      expect(Math.abs(state.prekeyCreatedAt - Date.now())).toBeLessThan(60_000);
    }
    expect(await devices.ownersOf([device.id, owner.device.id, mina.device.id])).toEqual(
      new Map([
        [device.id, account],
        [owner.device.id, owner.identity.account],
        [mina.device.id, account],
      ]),
    );
  });

  test('what does not extend the list, or is not by this account, changes nothing', async () => {
    const { identity, device: first } = mina;
    const before = firstList(mina);
    const device = await newDevice(identity);
    const entered = await signIn(mina);
    const stranger = {
      ...mina,
      identity: { ...(await newIdentity(identity.username)), bytes: identity.bytes },
    };
    const foreign = await newDevice(stranger.identity);
    const good = await newUpload(device, await nextList(mina, before, 2, [first, device]));
    const withList = async (list: Promise<Uint8Array>) => ({
      ...good,
      deviceList: toBase64(await list),
      leaf: leafOf(await list),
    });
    const wrong: Record<string, object> = {
      nothing: {},
      'no prekeys': { ...good, prekeys: undefined },
      'no signed prekey': { ...good, prekeys: {} },
      'a certificate under another key': { ...good, certificate: toBase64(foreign.certificate) },
      'a list under another key': await withList(nextList(stranger, before, 2, [first, device])),
      'a list without the first device': await withList(nextList(mina, before, 2, [device])),
      'a list without the new device': await withList(nextList(mina, before, 2, [first])),
      'no leaf': { ...good, leaf: undefined },
      'a leaf for another list': { ...good, leaf: mina.request.device.leaf },
      'a list that revokes': await withList(nextList(mina, before, 2, [first, device], [random(16)])),
      'an expired certificate': {
        ...good,
        certificate: toBase64((await newDevice(identity, { lifetime: 1 })).certificate),
      },
      'the id of another device': {
        ...(await (async () => {
          const copy = await newDevice(identity, { id: owner.device.bytes });
          return newUpload(copy, await nextList(mina, before, 2, [first, copy]));
        })()),
      },
    };
    const stale: Record<string, object> = {
      'the list that is here': { ...good, deviceList: toBase64(before) },
      'a version skipped': await withList(nextList(mina, before, 3, [first, device])),
      'another predecessor': await withList(
        nextList(mina, await newList(identity, { devices: [] }), 2, [first, device]),
      ),
    };
    for (const [what, body] of Object.entries(stale)) {
      const answer = await post<{ error: string }>(PATHS.devices, body, entered.cookie);
      expect(`${what}: ${answer.status} ${answer.body.error}`).toBe(`${what}: 409 Conflict`);
    }
    for (const [what, body] of Object.entries(wrong)) {
      const answer = await post<{ error: string; message: string }>(PATHS.devices, body, entered.cookie);
      expect(`${what}: ${answer.status} ${answer.body.error}`).toBe(`${what}: 400 ValidationError`);
      expect(answer.body.message).toMatch(/^[A-Z]/);
    }
    expect((await directory(mina)).deviceList).toBe(toBase64(before));
    expect((await session(entered.cookie)).status).toBe(200);
    expect((await post(PATHS.devices, good, entered.cookie)).status).toBe(204);
  });

  test('of two at once one wins and the other is told to try again', async () => {
    const one = await newDevice(mina.identity);
    const two = await newDevice(mina.identity);
    const uploads = await Promise.all(
      [one, two].map(async (device) =>
        newUpload(device, await nextList(mina, firstList(mina), 2, [mina.device, device])),
      ),
    );
    const entered = await Promise.all([signIn(mina), signIn(mina)]);
    const answers = await Promise.all(
      uploads.map((upload, index) =>
        post<{ error: string }>(PATHS.devices, upload, entered[index]?.cookie ?? ''),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    expect((await directory(mina)).certificates.length).toBe(2);
  });

  test('the sixth device is refused in words', async () => {
    const devices = [mina.device];
    let list: Uint8Array = firstList(mina);
    for (let version = 2; version <= 5; version++) {
      const device = await newDevice(mina.identity);
      list = await nextList(mina, list, version, [...devices, device]);
      devices.push(device);
      const { cookie } = await signIn(mina);
      expect((await post(PATHS.devices, await newUpload(device, list, 0), cookie)).status).toBe(204);
    }
    const { cookie } = await signIn(mina);
    const sixth = await newDevice(mina.identity);
    const answer = await post(PATHS.devices, await newUpload(sixth, list, 0), cookie);
    expect(answer).toMatchObject({
      status: 409,
      body: { message: 'A person can have 5 devices. Remove one of yours first.' },
    });
  });
});

describe('resuming', () => {
  test('a device proves itself and takes the session', async () => {
    const { cookie, signedIn } = await signIn(mina);
    const proof = await proofOf(mina.device, fromBase64(signedIn.challenge));
    const answer = await post(PATHS.resume, { device: mina.device.id, proof }, cookie);
    expect(answer.status).toBe(204);
    expect((await session(cookie)).status).toBe(401);
    const after = await session(answer.cookie);
    expect(after.body.device).toBe(mina.device.id);
    expect(after.body.challenge).not.toBe(signedIn.challenge);
    // The proof belonged to a session that is over.
    expect((await post(PATHS.resume, { device: mina.device.id, proof }, answer.cookie ?? '')).status).toBe(
      403,
    );
  });

  test('no other key, device, account or challenge will do', async () => {
    const { cookie, signedIn } = await signIn(mina);
    const challenge = fromBase64(signedIn.challenge);
    const other = await newDevice(mina.identity);
    const tries: [object, number][] = [
      [{}, 400],
      [{ device: 'x', proof: await proofOf(mina.device, challenge) }, 400],
      [{ device: mina.device.id, proof: toBase64(random(3372)) }, 400],
      [{ device: mina.device.id, proof: toBase64(random(3373)) }, 403],
      [{ device: mina.device.id, proof: await proofOf(mina.device, random(32)) }, 403],
      [{ device: mina.device.id, proof: await proofOf(other, challenge) }, 403],
      [{ device: other.id, proof: await proofOf(other, challenge) }, 404],
      [{ device: owner.device.id, proof: await proofOf(owner.device, challenge) }, 404],
    ];
    for (const [body, status] of tries) {
      const answer = await post<{ message: string }>(PATHS.resume, body, cookie);
      expect(answer.status).toBe(status);
      expect(answer.body.message).toMatch(/^[A-Z].*\.$/);
    }
    expect((await session(cookie)).body.device).toBeNull();
  });
});

describe('revoking', () => {
  const revoke = async (
    list: Uint8Array | string,
    device: string,
    cookie: string,
    leaf = mina.request.device.leaf,
  ) =>
    call<{ error: string; message: string }>(app.origin, 'DELETE', `${PATHS.devices}/${device}`, {
      body: { deviceList: typeof list === 'string' ? list : toBase64(list), leaf },
      cookie,
    });

  test('takes its sessions, prekeys and place in the list; its id never comes back', async () => {
    const { device, list, cookie } = await second(mina);
    expect((await session(cookie)).status).toBe(200);
    const prekeys = await app.count('one_time_prekeys');
    app.events.length = 0;
    const without = await nextList(mina, list, 3, [mina.device], [device.bytes]);
    const path = devicePath(device.id);
    const answer = await call(app.origin, 'DELETE', path, {
      body: { deviceList: toBase64(without), leaf: leafOf(without) },
      cookie: mina.cookie,
    });
    expect(answer.status).toBe(204);
    expect((await session(cookie)).status).toBe(401);
    expect((await session(mina.cookie)).status).toBe(200);
    expect(await app.count('one_time_prekeys')).toBe(prekeys - 3);
    expect((await directory(mina)).certificates).toEqual([toBase64(mina.device.certificate)]);
    const { devices, prekeys: service } = app.deps.services;
    const { account } = mina.identity;
    expect(
      (await devices.recipientsOf([account])).get(account)?.devices.map((state) => state.device),
    ).toEqual([mina.device.id]);
    expect((await devices.ownersOf([device.id])).size).toBe(0);
    const reader = await app.deps.services.sessions.validate(owner.cookie.slice('sotto='.length));
    if (!reader?.device) throw new Error('no session');
    expect(await service.claim({ ...reader, device: reader.device }, [device.id])).toEqual([]);
    expect(app.events.some((event) => event.type === 'devices' && event.changed === account)).toBe(true);

    const again = await newDevice(mina.identity, { id: device.bytes });
    const back = await nextList(mina, without, 4, [mina.device, again], [device.bytes]);
    const entered = await signIn(mina);
    expect((await post(PATHS.devices, await newUpload(again, back), entered.cookie)).status).toBe(400);
  });

  test('nothing that was under way outlives it', async () => {
    const { devices, prekeys, sessions } = app.deps.services;
    const entered = await signIn(mina);
    const session = await sessions.validate(entered.cookie.slice('sotto='.length));
    const bound = await sessions.validate(mina.cookie.slice('sotto='.length));
    if (!session || !bound?.device) throw new Error('no session');
    const challenge = fromBase64(entered.signedIn.challenge);
    const proof = fromBase64(await proofOf(mina.device, challenge));
    const { signed } = await createSignedPrekey(tools, mina.device.dik, 2);
    // Both have found the device already when its revocation is written.
    const underWay = [
      devices.resume(session, mina.device.id, proof, { address: '', agent: '' }),
      prekeys.upload({ ...bound, device: bound.device }, { signedPrekey: signed, batch: null }),
    ].map((promise) => promise.then(() => 'done', String));
    await app.deps.db.write((tx) => revokeDevice(tx, mina.identity.account, mina.device.id, Date.now()));
    for (const outcome of await Promise.all(underWay)) expect(outcome).toContain('no such device any more');
  });

  test("one's own device can go, and the session goes with it", async () => {
    const { device, list, cookie } = await second(mina);
    const without = await nextList(mina, list, 3, [mina.device], [device.bytes]);
    expect((await revoke(without, device.id, cookie, leafOf(without))).status).toBe(204);
    expect((await session(cookie)).status).toBe(401);
    const sessions = await call<SessionRecord[]>(app.origin, 'GET', PATHS.sessions, { cookie: mina.cookie });
    expect(sessions.body.map((record) => record.device)).toEqual([mina.device.id]);
  });

  test('nobody revokes without a list that says so, or a device of somebody else', async () => {
    const { device, list, cookie } = await second(mina);
    const without = await nextList(mina, list, 3, [mina.device], [device.bytes]);
    const tries: [string, Uint8Array | string, string, number][] = [
      ['no list', '', device.id, 400],
      ['noise', random(5000), device.id, 400],
      ['the list that is here', list, device.id, 409],
      ['a list that still names it', await nextList(mina, list, 3, [mina.device, device]), device.id, 400],
      ['a list that forgets to revoke', await nextList(mina, list, 3, [mina.device]), device.id, 400],
      ['a list for the other device', without, mina.device.id, 400],
      ["somebody else's device", without, owner.device.id, 404],
      ['no device', without, 'zz', 404],
    ];
    for (const [what, body, id, status] of tries) {
      const answer = await revoke(body, id, mina.cookie);
      expect(`${what}: ${answer.status}`).toBe(`${what}: ${status}`);
      expect(answer.body.message).toMatch(/^[A-Z]/);
    }
    expect((await revoke(without, device.id, owner.cookie, leafOf(without))).status).toBe(404);
    expect((await session(cookie)).status).toBe(200);
    expect((await directory(mina)).deviceList).toBe(toBase64(list));
  });

  test('nothing of this works signed out', async () => {
    expect((await post(PATHS.devices, {}, '')).status).toBe(401);
    expect((await post(PATHS.resume, {}, '')).status).toBe(401);
    expect((await revoke('', mina.device.id, '')).status).toBe(401);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import {
  call,
  join,
  leafOf,
  listHash,
  newList,
  newVault,
  type Registered,
  random,
} from '../../test/support/person.ts';
import type { DirectoryEntry, Person, SessionRecord, SignedIn, VaultRecord } from '../contract/accounts.ts';
import { accountId, fromBase64, toBase64 } from '../contract/bytes.ts';
import { PATHS, sessionPath } from '../contract/paths.ts';

let app: TestApp;
let owner: Registered;
let mina: Registered;
let people = 0;

const get = <T>(path: string, cookie = mina.cookie) => call<T>(app.origin, 'GET', path, { cookie });
const invite = async () => (await app.deps.services.invites.create(null)).token;
const signIn = async (person: Registered, agent = '') => {
  const { username, password } = person.request;
  const answer = await call<SignedIn>(app.origin, 'POST', PATHS.signInPassword, {
    body: { username, secret: password?.secret },
    headers: { 'user-agent': agent, 'x-test-address': '10.1.2.3' },
  });
  return answer.cookie ?? '';
};

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  owner = await join(app.origin, token, 'owner', { workspaceName: 'Harbour', prekeys: 0 });
});
beforeEach(async () => {
  mina = await join(app.origin, await invite(), `mina${people++}`, { prekeys: 0 });
});
afterAll(() => app.stop());

test('nothing is told without a session, and the answers are never stored by caches', async () => {
  for (const path of [PATHS.session, PATHS.sessions, PATHS.vault, PATHS.people])
    for (const cookie of ['', 'sotto=', 'sotto=%', `sotto=${'A'.repeat(43)}`, `sotto=${'A'.repeat(5000)}`]) {
      const answer = await call(app.origin, 'GET', path, { cookie });
      expect(answer).toMatchObject({
        status: 401,
        body: { error: 'NotSignedIn', message: 'Please sign in first.' },
      });
    }
  expect((await call(app.origin, 'POST', PATHS.directory, { body: { people: [] } })).status).toBe(401);
  const answer = await get(PATHS.session);
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('a malformed cookie of some other program on this host does no harm', async () => {
  const answer = await get<SignedIn>(PATHS.session, `other=%E0%A4%A; ${mina.cookie}; more=%`);
  expect(answer.status).toBe(200);
});

describe('people', () => {
  test('everybody, by name, without keys', async () => {
    const { body } = await get<Person[]>(PATHS.people);
    const me = body.find((person) => person.account === mina.identity.account);
    expect(me).toEqual({
      account: mina.identity.account,
      username: mina.request.username,
      name: mina.request.name,
      role: 'member',
      disabled: false,
    });
    const names = body.map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
  });

  test('the directory answers in the order asked, and leaves out what it does not know', async () => {
    const unknown = accountId(random(16));
    const asked = [mina.identity.account, unknown, owner.identity.account];
    const { status, body } = await call<DirectoryEntry[]>(app.origin, 'POST', PATHS.directory, {
      body: { people: asked },
      cookie: mina.cookie,
    });
    expect(status).toBe(200);
    expect(body.map(({ account }) => account)).toEqual([mina.identity.account, owner.identity.account]);
    expect(body[1]).toEqual({
      account: owner.identity.account,
      username: 'owner',
      name: owner.request.name,
      role: 'owner',
      disabled: false,
      aik: owner.request.aik,
      deviceList: owner.request.device.deviceList,
      certificates: [owner.request.device.certificate],
      leaf: owner.request.device.leaf,
    });
  });

  test('malformed questions are 400 in words', async () => {
    const many = Array.from({ length: 201 }, () => accountId(random(16)));
    for (const body of [{}, { people: 'x' }, { people: ['x'] }, { people: [null] }, { people: many }]) {
      const answer = await call(app.origin, 'POST', PATHS.directory, { body, cookie: mina.cookie });
      expect(answer).toMatchObject({ status: 400, body: { error: 'ValidationError' } });
    }
  });

  test('a disabled person is out at once, and shown as disabled', async () => {
    const { account } = mina.identity;
    const { accounts, devices } = app.deps.services;
    expect((await get(PATHS.session)).status).toBe(200);
    expect((await devices.recipientsOf([account])).get(account)?.disabled).toBe(false);
    await accounts.setDisabled(mina.request.username, true);
    expect((await get(PATHS.session)).status).toBe(401);
    expect((await accounts.person(account))?.disabled).toBe(true);
    expect((await devices.recipientsOf([account])).get(account)?.disabled).toBe(true);
    await expect(accounts.setDisabled('nobody', true)).rejects.toThrow('nobody called nobody');
  });

  test('a disabled account is out after seconds also when another process disabled it', async () => {
    expect((await get(PATHS.session)).status).toBe(200);
    await app.deps.db.write((tx) =>
      tx.run('UPDATE accounts SET disabled = 1 WHERE id = $1', [mina.identity.account]),
    );
    app.pass(10_001);
    expect((await get(PATHS.session)).status).toBe(401);
  });
});

describe('sessions', () => {
  test('are listed with device, place and agent, the current one marked', async () => {
    const other = await signIn(mina, `Browser ${'x'.repeat(500)}`);
    const { body } = await get<SessionRecord[]>(PATHS.sessions);
    expect(body.length).toBe(2);
    const current = body.find((record) => record.current);
    expect(current).toMatchObject({ device: mina.device.id });
    const listed = body.find((record) => !record.current);
    expect(listed).toMatchObject({ device: null, address: '10.1.2.3' });
    expect(listed?.agent).toStartWith('Browser x');
    expect(listed?.agent.length).toBe(300);
    expect(JSON.stringify(body)).not.toContain(other.slice('sotto='.length));
  });

  test('one can be ended by its handle, at once and by its owner alone', async () => {
    const other = await signIn(mina);
    expect((await get(PATHS.session, other)).status).toBe(200);
    const { body } = await get<SessionRecord[]>(PATHS.sessions);
    const handle = body.find((record) => !record.current)?.id ?? '';
    const remove = (id: string, cookie: string) =>
      call<{ message: string }>(app.origin, 'DELETE', sessionPath(id), { cookie });
    const foreign = await remove(handle, owner.cookie);
    expect(foreign).toMatchObject({ status: 404, body: { error: 'NotFound' } });
    expect((await get(PATHS.session, other)).status).toBe(200);
    expect((await remove(handle, mina.cookie)).status).toBe(204);
    expect((await get(PATHS.session, other)).status).toBe(401);
    expect((await remove(handle, mina.cookie)).status).toBe(404);
    expect((await remove('x'.repeat(4000), mina.cookie)).status).toBe(404);
    expect((await remove(handle, '')).status).toBe(401);
    expect(app.events).toContainEqual({
      type: 'signed-out',
      account: mina.identity.account,
      sessions: [handle],
    });
  });
});

describe('vault', () => {
  const put = (body: unknown, cookie = mina.cookie) =>
    call<{ error: string; message: string }>(app.origin, 'PUT', PATHS.vault, { body, cookie });
  const list = (version: number, vaultVersion: number, terms: object = {}) =>
    newList(mina.identity, {
      version,
      previous: listHash(fromBase64(mina.request.device.deviceList)),
      devices: [mina.device],
      vaultVersion,
      ...terms,
    }).then((signed) => ({ deviceList: toBase64(signed), leaf: leafOf(signed) }));

  test('is what was stored', async () => {
    expect((await get<VaultRecord>(PATHS.vault)).body).toEqual(mina.request.vault);
  });

  test('moves on by one version, with a list that names it', async () => {
    const vault = newVault(2);
    const published = await list(2, 2);
    expect((await put({ vault, ...published })).status).toBe(204);
    const { body } = await get<SignedIn>(PATHS.session);
    expect(body.vault).toEqual(vault);
    expect(body.directory).toMatchObject(published);
    expect((await put({ vault, ...published })).status).toBe(409);
  });

  test('of two at once one stays whole', async () => {
    const vaults = [newVault(2), newVault(2)];
    const published = await list(2, 2);
    const answers = await Promise.all(vaults.map((vault) => put({ vault, ...published })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    const stored = (await get<VaultRecord>(PATHS.vault)).body;
    expect(vaults).toContainEqual(stored);
  });

  test('whatever does not follow is refused, and the one that is here stays', async () => {
    const good = { vault: newVault(2), ...(await list(2, 2)) };
    const noRecovery = { ...good.vault, slots: good.vault.slots.slice(0, 1) };
    const wrong: [string, object, number][] = [
      ['nothing', {}, 400],
      ['no list', { vault: good.vault }, 400],
      ['no vault', { deviceList: good.deviceList }, 400],
      ['the version that is here', { ...good, vault: newVault(1) }, 409],
      ['a version skipped', { ...good, vault: newVault(3) }, 409],
      ['a list for another version', { ...good, ...(await list(2, 3)) }, 400],
      ['a leaf for another list', { ...good, leaf: (await list(2, 2, { devices: [] })).leaf }, 400],
      ['no leaf', { ...good, leaf: undefined }, 400],
      ['a list with other devices', { ...good, ...(await list(2, 2, { devices: [] })) }, 400],
      ['a list that follows another', { ...good, ...(await list(2, 2, { previous: random(32) })) }, 409],
      ["somebody else's list", { ...good, deviceList: owner.request.device.deviceList }, 400],
      ['no recovery slot', { ...good, vault: noRecovery }, 400],
      ['oversized', { ...good, vault: { ...good.vault, sealed: toBase64(random(5000)) } }, 400],
    ];
    for (const [what, body, status] of wrong) {
      const answer = await put(body);
      expect(`${what}: ${answer.status}`).toBe(`${what}: ${status}`);
      expect(answer.body.message).toMatch(/^[A-Z]/);
    }
    expect((await get<VaultRecord>(PATHS.vault)).body).toEqual(mina.request.vault);
    expect((await put(good, await signIn(mina))).status).toBe(403);
    expect((await put(good)).status).toBe(204);
  });
});

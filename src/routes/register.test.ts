import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import {
  call,
  join,
  newDevice,
  newIdentity,
  newList,
  newRegistration,
  newUpload,
  random,
} from '../../test/support/person.ts';
import type { RegisterStart, SignedIn, Workspace } from '../contract/accounts.ts';
import { fromBase64, toBase64 } from '../contract/bytes.ts';
import { PATHS } from '../contract/paths.ts';
import { MAX_SETUP_TOKENS } from '../services/invites.ts';

let app: TestApp;
let owner: Awaited<ReturnType<typeof join>>;

const TABLES = ['accounts', 'passwords', 'recovery_codes', 'passkeys', 'vaults', 'vault_slots', 'sessions'];
const DEVICE_TABLES = ['devices', 'device_lists', 'signed_prekeys', 'prekey_batches', 'one_time_prekeys'];
const rows = async (from: TestApp) =>
  Promise.all([...TABLES, ...DEVICE_TABLES].map((table) => from.count(table)));
const invite = async (uses = 1) => (await app.deps.services.invites.create(null, { uses })).token;

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  owner = await join(app.origin, token, 'mina', { workspaceName: 'Harbour' });
});
afterAll(() => app.stop());

describe('set-up', () => {
  test('nodes that begin together each print a link, and each of them is good until one was used', async () => {
    const fresh = await startApp();
    const { invites } = fresh.deps.services;
    const tokens: string[] = [];
    for (let node = 0; node <= MAX_SETUP_TOKENS; node++)
      tokens.push(await invites.createSetupToken('besides'));
    const [oldest = '', first = '', second = ''] = tokens;
    await expect(invites.inspect(oldest)).rejects.toThrow('used up');
    expect(await invites.inspect(first)).toEqual({ kind: 'setup', role: 'owner' });
    await join(fresh.origin, second, 'mina', { workspaceName: 'Harbour' });
    for (const token of tokens) await expect(invites.inspect(token)).rejects.toThrow('used up');
    await fresh.stop();
  });

  test('makes the owner once, and names the workspace', async () => {
    const fresh = await startApp();
    const before = await call<Workspace>(fresh.origin, 'GET', PATHS.workspace);
    expect(before.body).toMatchObject({ name: 'Sotto', ready: false, fixedAddress: false, passkeys: true });
    const first = await fresh.deps.services.invites.createSetupToken();
    const token = await fresh.deps.services.invites.createSetupToken();
    // The one before is void.
    const old = await newRegistration(first, 'mina', { workspaceName: 'Harbour' });
    expect(await call(fresh.origin, 'POST', PATHS.register, { body: old.request })).toMatchObject({
      status: 410,
      body: { error: 'Gone' },
    });
    // Without a name for the workspace nothing happens, and the link stays good.
    const nameless = await newRegistration(token, 'mina');
    expect(await call(fresh.origin, 'POST', PATHS.register, { body: nameless.request })).toMatchObject({
      status: 400,
      body: { error: 'ValidationError', fields: { workspaceName: ['Give the workspace a name.'] } },
    });
    expect(await rows(fresh)).toEqual(new Array(12).fill(0));
    const made = await join(fresh.origin, token, 'mina', { workspaceName: 'Harbour' });
    expect(made.signedIn.role).toBe('owner');
    const after = await call<Workspace>(fresh.origin, 'GET', PATHS.workspace);
    expect(after.body).toMatchObject({ name: 'Harbour', ready: true });
    const again = await newRegistration(token, 'eve', { workspaceName: 'Mine' });
    expect((await call(fresh.origin, 'POST', PATHS.register, { body: again.request })).status).toBe(410);
    await expect(fresh.deps.services.invites.createSetupToken()).rejects.toThrow('owner already');
    await fresh.stop();
  });

  test('two at once make one owner', async () => {
    const fresh = await startApp();
    const token = await fresh.deps.services.invites.createSetupToken();
    const both = await Promise.all([
      newRegistration(token, 'mina', { workspaceName: 'A' }),
      newRegistration(token, 'eve', { workspaceName: 'B' }),
    ]);
    const answers = await Promise.all(
      both.map(({ request }) => call(fresh.origin, 'POST', PATHS.register, { body: request })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 410]);
    expect(await fresh.count('accounts')).toBe(1);
    expect(await fresh.count('vaults')).toBe(1);
    await fresh.stop();
  });
});

describe('starting', () => {
  test('says what a link is good for, and prepares a passkey for a username', async () => {
    const { account } = await newIdentity();
    const token = await invite();
    const looked = await call<RegisterStart>(app.origin, 'POST', PATHS.registerStart, {
      body: { token, account },
    });
    expect(looked.body).toMatchObject({ kind: 'invite', role: 'member', passkey: null });
    expect(looked.body.workspace.name).toBe('Harbour');
    const start = await call<RegisterStart>(app.origin, 'POST', PATHS.registerStart, {
      body: { token, account, username: 'Omar', name: 'Omar B.' },
    });
    expect(start.body.passkey).toMatchObject({
      rp: { id: 'localhost', name: 'Harbour' },
      user: { id: toBase64(Uint8Array.fromHex(account)), name: 'omar', displayName: 'Omar B.' },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      extensions: { prf: {} },
    });
  });

  test('a taken username is said before a passkey is made for it', async () => {
    const { account } = await newIdentity();
    const answer = await call(app.origin, 'POST', PATHS.registerStart, {
      body: { token: await invite(), account, username: 'Mina' },
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { fields: { username: ['This username is taken. Choose another one.'] } },
    });
  });

  test('a link that is good for nothing is gone, in words', async () => {
    const { account } = await newIdentity();
    for (const token of ['x', toBase64(random(32)), 'a'.repeat(200)]) {
      const answer = await call(app.origin, 'POST', PATHS.registerStart, { body: { token, account } });
      expect(answer).toMatchObject({ status: 410, body: { error: 'Gone' } });
      expect(answer.body.message).toContain('Ask for a new one');
    }
    for (const body of [{}, { token: 5, account }, { token: 'x', account: 'zz' }, { token: '', account }])
      expect(await call(app.origin, 'POST', PATHS.registerStart, { body })).toMatchObject({
        status: 400,
        body: { error: 'ValidationError' },
      });
  });
});

describe('registration', () => {
  test('answers a session bound to the device, in a cookie that scripts cannot read', async () => {
    const made = await newRegistration(await invite(), 'Omar.B');
    const answer = await call<SignedIn>(app.origin, 'POST', PATHS.register, { body: made.request });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('set-cookie')).toMatch(
      /^sotto=[\w-]{43}; HttpOnly; Max-Age=\d+; Path=\/; SameSite=Lax$/,
    );
    expect(answer.body).toMatchObject({
      account: made.identity.account,
      username: 'omar.b',
      role: 'member',
      device: made.device.id,
      vault: made.request.vault,
      directory: {
        aik: made.request.aik,
        deviceList: made.request.device.deviceList,
        certificates: [made.request.device.certificate],
        leaf: made.request.device.leaf,
      },
    });
    expect(fromBase64(answer.body.challenge).length).toBe(32);
    const again = await call<SignedIn>(app.origin, 'GET', PATHS.session, { cookie: answer.cookie ?? '' });
    expect(again.body).toEqual(answer.body);
  });

  test('stores neither the login secret, nor the recovery secret, nor the token, nor the cookie', async () => {
    const token = await invite();
    const made = await join(app.origin, token, 'nothing-kept');
    const { readFileSync, readdirSync } = await import('node:fs');
    const files = readdirSync(app.data).map((name) => readFileSync(`${app.data}/${name}`).toString('latin1'));
    const { request } = made;
    const secrets = [request.password?.secret ?? '', request.recoverySecret, token, made.cookie.slice(6)];
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(40);
      for (const text of [...files, app.log()]) {
        expect(text.includes(secret)).toBe(false);
        expect(text.includes(Buffer.from(fromBase64(secret)).toString('latin1'))).toBe(false);
      }
    }
  });

  test('a taken username or account is a sentence at its field, and the invite keeps its use', async () => {
    const token = await invite();
    const taken = await newRegistration(token, 'MINA');
    expect(await call(app.origin, 'POST', PATHS.register, { body: taken.request })).toMatchObject({
      status: 400,
      body: {
        error: 'ValidationError',
        fields: { username: ['This username is taken. Choose another one.'] },
      },
    });
    await join(app.origin, token, 'not-taken');
  });

  test('an invite with two uses makes two accounts, however many ask at once', async () => {
    const token = await invite(2);
    const made = await Promise.all(['p1', 'p2', 'p3', 'p4'].map((name) => newRegistration(token, name)));
    const before = await app.count('accounts');
    const answers = await Promise.all(
      made.map(({ request }) => call(app.origin, 'POST', PATHS.register, { body: request })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 410, 410]);
    expect(await app.count('accounts')).toBe(before + 2);
  });

  test('an expired invite is gone', async () => {
    const { token } = await app.deps.services.invites.create(null, { expiresIn: 60_000 });
    const made = await newRegistration(token, 'too-late');
    app.pass(60_001);
    expect((await call(app.origin, 'POST', PATHS.register, { body: made.request })).status).toBe(410);
  });

  test('whatever is missing, malformed, oversized or foreign is refused, and leaves no row', async () => {
    const token = await invite();
    const { identity, device, request } = await newRegistration(token, 'careful');
    const other = await newRegistration(token, 'careful');
    const big = toBase64(new Uint8Array(200 * 1024));
    const list = (terms: Parameters<typeof newList>[1]) => newList(identity, terms).then(toBase64);
    const inDevice = (change: object) => ({ device: { ...request.device, ...change } });
    const inVault = (change: object) => ({ vault: { ...request.vault, ...change } });
    const inPassword = (change: object) => ({ password: { ...request.password, ...change } });
    const [slot] = request.vault.slots;

    const changes: Record<string, object> = {
      'no token': { token: undefined },
      'no account': { account: undefined },
      'an account in capitals': { account: request.account.toUpperCase() },
      'no username': { username: '' },
      'a username with spaces': { username: 'a b' },
      'a username that starts with a dot': { username: '.ab' },
      'a username too long': { username: 'a'.repeat(33) },
      'a name of nothing': { name: '   ' },
      'a name too long': { name: 'x'.repeat(65) },
      'a name that turns text around': { name: 'Mina \u202eanim' },
      'a name with control characters': { name: 'Mi\u0000na' },
      'a name that is a number': { name: 7 },
      'a workspace name too long': { workspaceName: 'x'.repeat(65) },
      'no key': { aik: undefined },
      'a short key': { aik: toBase64(random(1983)) },
      "another account's key": { aik: other.request.aik },
      'another account id': { account: other.request.account },
      'no way in': { password: undefined },
      'a password of wrong type': { password: 'hunter2hunter2' },
      'a short salt': inPassword({ salt: toBase64(random(15)) }),
      'weak parameters': inPassword({ memory: 1024 }),
      'absurd parameters': inPassword({ passes: 99 }),
      'a short secret': inPassword({ secret: toBase64(random(31)) }),
      'a passkey of wrong type': { passkey: 'yes' },
      'a passkey of nonsense': {
        passkey: {
          id: 'AAAA',
          rawId: 'AAAA',
          type: 'public-key',
          response: { clientDataJSON: 'AAAA', attestationObject: 'AAAA' },
          clientExtensionResults: {},
        },
      },
      'no recovery secret': { recoverySecret: undefined },
      'a long recovery secret': { recoverySecret: toBase64(random(33)) },
      'no vault': { vault: undefined },
      'a vault without slots': inVault({ slots: [] }),
      'a vault without a recovery slot': inVault({ slots: [slot] }),
      'a slot twice': inVault({ slots: [...request.vault.slots, slot] }),
      'a slot of unknown kind': inVault({ slots: [...request.vault.slots, { ...slot, kind: 'magic' }] }),
      'an oversized vault': inVault({ sealed: big }),
      'another version of the vault': inVault({ version: 2 }),
      'a version that is no number': inVault({ version: '1' }),
      'no device': { device: undefined },
      'no certificate': inDevice({ certificate: undefined }),
      'a certificate of noise': inDevice({ certificate: toBase64(random(9000)) }),
      "another's certificate": inDevice({ certificate: other.request.device.certificate }),
      'no list': inDevice({ deviceList: undefined }),
      'no leaf': inDevice({ leaf: undefined }),
      "another's leaf": inDevice({ leaf: other.request.device.leaf }),
      "another's list": inDevice({ deviceList: other.request.device.deviceList }),
      'a second list': inDevice({
        deviceList: await list({ devices: [device], version: 2, previous: random(32) }),
      }),
      'a list without the device': inDevice({ deviceList: await list({ devices: [] }) }),
      'a list that names more': inDevice({ deviceList: await list({ devices: [device, other.device] }) }),
      'a list for another vault': inDevice({
        deviceList: await list({ devices: [device], vaultVersion: 2 }),
      }),
      'a list that revokes': inDevice({
        deviceList: await list({ devices: [device], revoked: [random(16)] }),
      }),
      'no prekeys': inDevice({ prekeys: undefined }),
      'no signed prekey': inDevice({ prekeys: { batch: request.device.prekeys.batch } }),
      "another's signed prekey": inDevice({ prekeys: other.request.device.prekeys }),
      'a batch of noise': inDevice({ prekeys: { ...request.device.prekeys, batch: toBase64(random(5000)) } }),
      "another's batch": inDevice({
        prekeys: { ...request.device.prekeys, batch: other.request.device.prekeys.batch },
      }),
      'an oversized batch': inDevice({ prekeys: { ...request.device.prekeys, batch: big } }),
    };
    const before = await rows(app);
    for (const [what, change] of Object.entries(changes)) {
      const answer = await call(app.origin, 'POST', PATHS.register, { body: { ...request, ...change } });
      expect(`${what}: ${answer.status} ${answer.body.error}`).toBe(`${what}: 400 ValidationError`);
      expect(answer.body.message).toMatch(/^[A-Z].*[.:!?].*$/);
      expect(answer.body.message).not.toMatch(/Error|undefined|null|at \//);
      expect(Object.keys(answer.body.fields ?? {}).length).toBeGreaterThan(0);
    }
    expect(await rows(app)).toEqual(before);
    // The link is still good, and so is the request as it was.
    expect((await call(app.origin, 'POST', PATHS.register, { body: request })).status).toBe(201);
  });

  test('bodies that are no JSON object, or too large, are refused in words', async () => {
    const cases: [unknown, Record<string, string>, number][] = [
      ['{', {}, 400],
      ['[]', {}, 400],
      ['null', {}, 400],
      ['"text"', {}, 400],
      ['{}', { 'content-type': 'text/plain' }, 415],
      ['{}', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
      [JSON.stringify({ token: 'x'.repeat(600 * 1024) }), {}, 413],
    ];
    for (const [body, headers, status] of cases) {
      const answer = await call(app.origin, 'POST', PATHS.register, { body, headers });
      expect(answer.status).toBe(status);
      expect(answer.body.message).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('a device id that was ever used cannot come again', async () => {
    const identity = await newIdentity('borrower');
    const device = await newDevice(identity, { id: owner.device.bytes });
    const made = await newRegistration(await invite(), 'borrower');
    const answer = await call(app.origin, 'POST', PATHS.register, {
      body: {
        ...made.request,
        account: identity.account,
        aik: toBase64(identity.aik.publicKey),
        device: await newUpload(device, await newList(identity, { devices: [device] })),
      },
    });
    expect(answer).toMatchObject({ status: 400, body: { fields: { certificate: [expect.any(String)] } } });
    expect(await app.deps.services.accounts.personNamed('borrower')).toBeNull();
  });

  test('requests that come from another site are refused', async () => {
    const made = await newRegistration(await invite(), 'foreign');
    const answer = await call(app.origin, 'POST', PATHS.register, {
      body: made.request,
      headers: { origin: 'https://evil.example' },
    });
    expect(answer.status).toBe(403);
  });

  test('the rate limit answers 429 with the seconds to wait', async () => {
    const fresh = await startApp({ limited: true });
    const { account } = await newIdentity();
    let last = await call(fresh.origin, 'POST', PATHS.registerStart, { body: { token: 'x', account } });
    for (let tries = 1; tries < 70 && last.status !== 429; tries++)
      last = await call(fresh.origin, 'POST', PATHS.registerStart, { body: { token: 'x', account } });
    expect(last).toMatchObject({ status: 429, body: { error: 'RateLimitExceeded' } });
    expect(last.headers.get('retry-after')).toBe(String(last.body.retry_after));
    await fresh.stop();
  });
});

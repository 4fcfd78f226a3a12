/** Passkeys that are added, renamed and removed, a password that changes, and what each wants first. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { Authenticator } from '../../test/support/authenticator.ts';
import { call, join, newPassword, type Registered, random } from '../../test/support/person.ts';
import type { PasskeySignInStart, SignedIn } from '../contract/accounts.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { ErrorBody } from '../contract/errors.ts';
import { MAX_PASSKEYS } from '../contract/limits.ts';
import { PATHS, passkeyPath } from '../contract/paths.ts';
import type { PasskeyAddStart, PasskeyRecord } from '../contract/security.ts';

let app: TestApp;
let mina: Registered;
let cookie = '';
let key: Authenticator;

const ask = <T = ErrorBody>(method: string, path: string, body?: unknown, as = cookie) =>
  call<T>(app.origin, method, path, { cookie: as, ...(body === undefined ? {} : { body }) });
const secretOf = (person: Registered) => person.request.password?.secret ?? '';
const confirm = async (secret = secretOf(mina)) => {
  const answer = await ask('POST', PATHS.confirmPassword, { secret });
  cookie = answer.cookie ?? cookie;
  return answer;
};
const passkeys = async () => (await ask<PasskeyRecord[]>('GET', PATHS.passkeys)).body;
const slot = (version = 1) => ({ version, record: toBase64(random(120)) });
const begin = async (): Promise<PublicKeyCredentialCreationOptionsJSON> => {
  const start = await ask<PasskeyAddStart>('POST', PATHS.passkeysStart);
  expect(start.status).toBe(200);
  return start.body.options;
};
const add = async (made: Authenticator, more: object = {}) => {
  const response = await made.create(await begin());
  const answer = await ask('POST', PATHS.passkeys, { response, name: 'Blue key', slot: slot(), ...more });
  cookie = answer.cookie ?? cookie;
  return answer;
};
const kinds = async () =>
  (await ask<SignedIn>('GET', PATHS.session)).body.vault.slots.map(({ kind }) => kind).sort();

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  mina = await join(app.origin, token, 'mina', { workspaceName: 'Harbour', prekeys: 0 });
  cookie = mina.cookie;
  key = new Authenticator(app.origin);
});
afterAll(() => app.stop());

test('each change wants a confirmation that is not older than fifteen minutes', async () => {
  app.pass(15 * 60_000 + 1);
  for (const [method, path, body] of [
    ['POST', PATHS.passkeysStart, undefined],
    ['POST', PATHS.passkeys, {}],
    ['DELETE', passkeyPath('AA'), undefined],
    ['PUT', PATHS.password, {}],
  ] as const)
    expect(await ask(method, path, body)).toMatchObject({
      status: 403,
      body: { error: 'VerificationNeeded' },
    });
  expect((await confirm(toBase64(random(32)))).status).toBe(400);
  expect((await ask('POST', PATHS.passkeysStart)).status).toBe(403);
  expect((await confirm()).status).toBe(204);
  expect((await ask('POST', PATHS.passkeysStart)).status).toBe(200);
});

test('a confirmation gives the session another secret, keeps its device, and wakes its pushes as before', async () => {
  const before = cookie;
  const { id } = (await app.deps.services.sessions.validate(before.slice('sotto='.length))) ?? { id: '' };
  await app.deps.db.write((tx) =>
    tx.run(
      `INSERT INTO push_subscriptions (session, device, endpoint, p256dh, auth, created_at) VALUES ($1, $2, 'x', $3, $4, 0)`,
      [id, mina.device.id, random(1), random(1)],
    ),
  );
  await confirm();
  expect(cookie).not.toBe(before);
  expect((await ask('GET', PATHS.session, undefined, before)).status).toBe(401);
  expect((await ask<SignedIn>('GET', PATHS.session)).body.device).toBe(mina.device.id);
  expect(await app.count('push_subscriptions')).toBe(1);
  // The page's socket is told to come back with the new cookie, and not that somebody signed out.
  expect(app.events.at(-1)).toMatchObject({ type: 'session-moved', sessions: [id] });
});

test('a passkey is added with its slot, signs in, and confirms', async () => {
  expect((await add(key)).status).toBe(204);
  expect(await passkeys()).toEqual([
    expect.objectContaining({ id: toBase64(key.id), name: 'Blue key', opensVault: true }),
  ]);
  expect(await kinds()).toEqual(['password', 'prf', 'recovery']);
  // An authenticator that has one makes no second.
  expect((await begin()).excludeCredentials).toEqual([expect.objectContaining({ id: toBase64(key.id) })]);

  const options = async (path: string): Promise<PublicKeyCredentialRequestOptionsJSON> =>
    (await ask<PasskeySignInStart>('POST', path)).body.options;
  const entered = await call<SignedIn>(app.origin, 'POST', PATHS.signInPasskey, {
    body: { response: await key.get(await options(PATHS.passkeyStart)) },
  });
  expect(entered).toMatchObject({ status: 200, body: { username: 'mina' } });

  const asked = await options(PATHS.confirmPasskeyStart);
  expect(asked.allowCredentials).toEqual([expect.objectContaining({ id: toBase64(key.id) })]);
  const used = await key.get(asked);
  // A challenge of one ceremony is none of the other.
  const elsewhere = await call(app.origin, 'POST', PATHS.signInPasskey, { body: { response: used } });
  expect(elsewhere.status).toBe(401);
  const confirmed = await ask('POST', PATHS.confirmPasskey, {
    response: await key.get(await options(PATHS.confirmPasskeyStart)),
  });
  expect(confirmed.status).toBe(204);
  cookie = confirmed.cookie ?? '';
  const stranger = await ask('POST', PATHS.confirmPasskey, {
    response: await key.get(await options(PATHS.passkeyStart)),
  });
  expect(stranger.status).toBe(400);
});

test('nothing is added for another vault, another session or a second time', async () => {
  const before = await passkeys();
  expect((await add(new Authenticator(app.origin), { slot: slot(2) })).status).toBe(409);
  expect((await add(key)).status).toBe(400);
  const response = await new Authenticator(app.origin).create(await begin());
  await confirm();
  // Its ceremony began in the session before.
  expect((await ask('POST', PATHS.passkeys, { response, name: '', slot: null })).status).toBe(400);
  expect(await passkeys()).toEqual(before);
});

test('is called what its person says', async () => {
  const path = passkeyPath(toBase64(key.id));
  expect((await ask('PATCH', path, { name: 'Laptop' })).status).toBe(204);
  expect((await passkeys())[0]?.name).toBe('Laptop');
  expect((await ask('PATCH', passkeyPath('AA'), { name: 'x' })).status).toBe(404);
  expect((await ask('PATCH', path, { name: 'x'.repeat(1000) })).status).toBe(400);
});

test('somebody else reaches none of it', async () => {
  const { token } = await app.deps.services.invites.create(null);
  const omar = await join(app.origin, token, 'omar', { prekeys: 0 });
  const path = passkeyPath(toBase64(key.id));
  expect((await ask('DELETE', path, undefined, omar.cookie)).status).toBe(404);
  expect((await ask('PATCH', path, { name: 'x' }, omar.cookie)).status).toBe(404);
  expect(await passkeys()).toHaveLength(1);
});

test('another password takes the place of the one before, and ends all other sessions', async () => {
  const elsewhere = (
    await call(app.origin, 'POST', PATHS.signInPassword, {
      body: { username: 'mina', secret: secretOf(mina) },
    })
  ).cookie;
  const fresh = newPassword();
  expect((await ask('PUT', PATHS.password, { password: fresh, slot: slot(7) })).status).toBe(409);
  const weak = { ...fresh, memory: 1024 };
  expect((await ask('PUT', PATHS.password, { password: weak, slot: slot() })).status).toBe(400);
  const changed = await ask('PUT', PATHS.password, { password: fresh, slot: slot() });
  expect(changed.status).toBe(204);
  cookie = changed.cookie ?? '';
  expect((await ask('GET', PATHS.session, undefined, elsewhere ?? '')).status).toBe(401);
  const enter = (secret: string) =>
    call(app.origin, 'POST', PATHS.signInPassword, { body: { username: 'mina', secret } });
  expect((await enter(secretOf(mina))).status).toBe(401);
  expect((await enter(fresh.secret)).status).toBe(200);
  expect(await kinds()).toEqual(['password', 'prf', 'recovery']);
});

test('a passkey goes with its slot, and the last way in stays', async () => {
  expect((await ask('DELETE', passkeyPath(toBase64(key.id)))).status).toBe(204);
  expect(await passkeys()).toEqual([]);
  expect(await kinds()).toEqual(['password', 'recovery']);
  await app.deps.db.write((tx) =>
    tx.run('DELETE FROM passwords WHERE account = $1', [mina.identity.account]),
  );
  const last = new Authenticator(app.origin);
  expect((await add(last)).status).toBe(204);
  expect(await ask('DELETE', passkeyPath(toBase64(last.id)))).toMatchObject({
    status: 409,
    body: { message: expect.stringContaining('last way in') },
  });
  expect(await passkeys()).toHaveLength(1);
});

test('there are so many and no more', async () => {
  for (let n = (await passkeys()).length; n < MAX_PASSKEYS; n++)
    expect((await add(new Authenticator(app.origin), { slot: null })).status).toBe(204);
  expect(await ask('POST', PATHS.passkeysStart)).toMatchObject({ status: 409 });
});

test('all of it is in the audit, with ids alone', async () => {
  const rows = await app.deps.db.read<{ action: string; detail: string }>('SELECT action, detail FROM audit');
  const actions = new Set(rows.map(({ action }) => action));
  for (const action of [
    'session.opened',
    'session.verified',
    'session.refused',
    'passkey.added',
    'passkey.renamed',
    'passkey.removed',
    'password.changed',
  ])
    expect([...actions]).toContain(action);
  expect(JSON.stringify(rows)).not.toContain('Laptop');
});

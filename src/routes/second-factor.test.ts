/** Signing in with a second factor, the pages that set it up, and the policy that asks for one. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Secret, TOTP } from 'otpauth';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { type Answer, call, join, type Registered, random } from '../../test/support/person.ts';
import type { SignedIn } from '../contract/accounts.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { ErrorBody } from '../contract/errors.ts';
import { PATHS } from '../contract/paths.ts';
import type { SecondFactorNeeded, SecondFactorRecord } from '../contract/security.ts';

const STEP_MS = 30_000;

let app: TestApp;
let mina: Registered;
/** Mina's, once she has set it up. */
let secret = '';
let backup: string[] = [];
let cookie = '';

const form = async (path: string, fields: Record<string, string> | string, as = cookie) => {
  const response = await fetch(`${app.origin}${path}`, {
    method: 'POST',
    headers: { cookie: as, origin: app.origin, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  const set = response.headers.getSetCookie().find((line) => line.startsWith('sotto='));
  return {
    status: response.status,
    location: response.headers.get('location'),
    cookie: set?.split(';')[0] ?? null,
    text: await response.text(),
  };
};
const page = async (path: string, as = cookie) => {
  const response = await fetch(`${app.origin}${path}`, { headers: { cookie: as }, redirect: 'manual' });
  return { status: response.status, location: response.headers.get('location'), text: await response.text() };
};
/** The code of now; each step is used once, so time moves on. */
const code = () => {
  app.pass(STEP_MS);
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  return totp.generate({ timestamp: app.deps.clock() });
};
const post = <T = ErrorBody>(path: string, body: unknown, as?: string, headers?: Record<string, string>) =>
  call<T>(app.origin, 'POST', path, {
    body,
    ...(as ? { cookie: as } : {}),
    ...(headers ? { headers } : {}),
  });
const withPassword = (headers?: Record<string, string>) =>
  post<SignedIn & SecondFactorNeeded>(
    PATHS.signInPassword,
    { username: 'mina', secret: mina.request.password?.secret },
    undefined,
    headers,
  );
const ticket = async () => (await withPassword()).body.secondFactor;
const withCode = async (typed: string): Promise<Answer<SignedIn & ErrorBody>> =>
  post(PATHS.signInCode, { ticket: await ticket(), code: typed });
const status = async () =>
  (await call<SecondFactorRecord>(app.origin, 'GET', PATHS.secondFactor, { cookie })).body;
const actions = async () =>
  (await app.deps.db.read<{ action: string }>('SELECT action FROM audit ORDER BY seq')).map(
    ({ action }) => action,
  );

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  mina = await join(app.origin, token, 'mina', { workspaceName: 'Harbour', prekeys: 0 });
  cookie = mina.cookie;
});
afterAll(() => app.stop());

describe('setting it up', () => {
  test('needs a confirmation a moment ago, and leads back from it', async () => {
    app.pass(16 * 60_000);
    const refused = await form('/settings/security/second-factor', {});
    expect(refused).toMatchObject({ status: 303, location: '/confirm?then=%2Fsettings%2Fsecurity' });
    const asked = await page('/confirm?then=//evil.example');
    expect(asked.text).toContain('Confirm that it is you');
    expect(asked.text).toContain('name="then" value="/settings/security"');
    expect(asked.text).not.toContain('evil.example');

    const wrong = await post(PATHS.confirmPassword, { secret: toBase64(random(32)) }, cookie);
    expect(wrong).toMatchObject({ status: 400, body: { fields: { password: [expect.any(String)] } } });
    const right = await post(PATHS.confirmPassword, { secret: mina.request.password?.secret }, cookie);
    expect(right.status).toBe(204);
    // The session goes on under another secret, with its device.
    expect((await call(app.origin, 'GET', PATHS.session, { cookie })).status).toBe(401);
    cookie = right.cookie ?? '';
    const session = await call<SignedIn>(app.origin, 'GET', PATHS.session, { cookie });
    expect(session.body.device).toBe(mina.device.id);
  });

  test('shows a secret, and is on after the first right code alone', async () => {
    const shown = await form('/settings/security/second-factor', {});
    expect(shown.status).toBe(200);
    secret = (/data-otp-secret[^>]*>([^<]+)</.exec(shown.text)?.[1] ?? '').replace(/ /g, '');
    expect(shown.text).toContain(`secret=${secret}`);
    expect(shown.text).toContain('otpauth://totp/Harbour:mina?');
    expect(Secret.fromBase32(secret).bytes).toHaveLength(20);

    const wrong = await form('/settings/security/second-factor/confirm', { 'one-time-code': '000000' });
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('This code is not right');
    expect(wrong.text).toContain(`secret=${secret}`);
    expect((await status()).since).toBeNull();
    expect((await withPassword()).body.account).toBe(mina.identity.account);

    const right = await form('/settings/security/second-factor/confirm', { 'one-time-code': code() });
    expect(right.status).toBe(200);
    cookie = right.cookie ?? '';
    backup = [...right.text.matchAll(/<code>([0-9a-z-]{14})<\/code>/g)].map(([, text]) => text ?? '');
    expect(new Set(backup).size).toBe(10);
    expect(await status()).toEqual({ since: expect.any(Number), codes: 10 });
    // Neither is in the database as it is.
    const rows = JSON.stringify(await app.deps.db.read('SELECT * FROM backup_codes'));
    for (const each of backup) expect(rows).not.toContain(each.replaceAll('-', ''));
    expect(await actions()).toContain('second-factor.on');
  });

  test('a second one does not take its place', async () => {
    expect((await form('/settings/security/second-factor', {})).status).toBe(409);
    expect((await page('/settings/security')).text).toContain('10 left');
  });

  test('once it is on, the password alone confirms nothing: who has only that takes none of it away', async () => {
    app.pass(16 * 60_000);
    const right = await post(PATHS.confirmPassword, { secret: mina.request.password?.secret }, cookie);
    expect(right.status).toBe(204);
    cookie = right.cookie ?? '';
    for (const path of ['off', 'codes'])
      expect(await form(`/settings/security/second-factor/${path}`, {})).toMatchObject({
        status: 303,
        location: '/confirm?then=%2Fsettings%2Fsecurity',
      });
    expect((await post(PATHS.passkeysStart, {}, cookie)).status).toBe(403);
    for (const path of ['/settings/passkey', '/settings/password'])
      expect((await page(path)).text).not.toContain('type="password"');
    expect((await page('/confirm?then=/settings')).text).not.toContain('type="password"');
    expect((await status()).codes).toBe(10);

    const confirmed = await form('/confirm', `one-time-code=${code()}&then=/settings/passkey`);
    expect(confirmed).toMatchObject({ status: 303, location: '/settings/passkey' });
    cookie = confirmed.cookie ?? '';
    expect((await page('/settings/passkey')).text).toContain('type="password"');
  });
});

describe('signing in', () => {
  test('the password alone gives a ticket, no session and nothing of the vault', async () => {
    const answer = await withPassword();
    expect(answer).toMatchObject({ status: 200, cookie: null });
    expect(Object.keys(answer.body)).toEqual(['secondFactor']);
  });

  test('a code opens the session, once', async () => {
    const digits = code();
    expect(await withCode(digits)).toMatchObject({ status: 200, body: { username: 'mina', device: null } });
    expect(await withCode(digits)).toMatchObject({
      status: 400,
      body: { fields: { code: [expect.any(String)] } },
    });
    // One step beside it is taken, two are not.
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    app.pass(5 * STEP_MS);
    const at = (steps: number) => totp.generate({ timestamp: app.deps.clock() + steps * STEP_MS });
    expect((await withCode(at(-2))).status).toBe(400);
    expect((await withCode(at(2))).status).toBe(400);
    expect((await withCode(at(-1))).status).toBe(200);
    expect((await withCode(at(1))).status).toBe(200);
    // What was before the newest one is over, used or not.
    expect((await withCode(at(0))).status).toBe(400);
    app.pass(STEP_MS);
  });

  test('the recovery code asks for it too', async () => {
    const answer = await post<SecondFactorNeeded>(PATHS.signInRecovery, {
      username: 'mina',
      secret: mina.request.recoverySecret,
    });
    expect(answer).toMatchObject({ status: 200, cookie: null });
    const entered = await post<SignedIn>(PATHS.signInCode, {
      ticket: answer.body.secondFactor,
      code: code(),
    });
    expect(entered).toMatchObject({ status: 200 });
  });

  test('a backup code is good once, in any spacing, and others stay', async () => {
    const [first = ''] = backup;
    expect((await withCode(` ${first.toUpperCase().replaceAll('-', ' ')} `)).status).toBe(200);
    expect((await withCode(first)).status).toBe(400);
    expect((await status()).codes).toBe(9);
    expect(await actions()).toContain('backup-code.used');
  });

  test('a ticket is over after five wrong codes, after five minutes, and after its use', async () => {
    const first = await ticket();
    for (let tries = 0; tries < 5; tries++)
      expect((await post(PATHS.signInCode, { ticket: first, code: '000000' })).status).toBe(400);
    expect((await post(PATHS.signInCode, { ticket: first, code: code() })).status).toBe(410);
    const second = await ticket();
    app.pass(5 * 60_000 + 1);
    expect((await post(PATHS.signInCode, { ticket: second, code: code() })).status).toBe(410);
    const third = await ticket();
    expect((await post(PATHS.signInCode, { ticket: third, code: code() })).status).toBe(200);
    expect((await post(PATHS.signInCode, { ticket: third, code: code() })).status).toBe(410);
    expect((await post(PATHS.signInCode, { ticket: toBase64(random(32)), code: code() })).status).toBe(410);
    expect((await post(PATHS.signInCode, { ticket: '' })).status).toBe(400);
  });

  test('wrong codes make their network wait, and leave other ones alone', async () => {
    const there = { 'x-test-address': '198.51.100.7' };
    let waits = 0;
    for (let tries = 0; tries < 30 && waits === 0; tries++) {
      const { secondFactor } = (await withPassword(there)).body;
      const answer = await post<ErrorBody>(
        PATHS.signInCode,
        { ticket: secondFactor, code: '000000' },
        undefined,
        there,
      );
      if (answer.status === 429) waits = answer.body.retry_after ?? 0;
    }
    expect(waits).toBeGreaterThan(0);
    expect((await withCode(code())).status).toBe(200);
  });
});

describe('confirming by a code', () => {
  test('goes back to a path of this site alone', async () => {
    const wrong = await form('/confirm', 'one-time-code=000000&then=/settings');
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('This code is not right');
    for (const [then, there] of [
      ['/admin?x=1#y', '/admin?x=1#y'],
      ['//evil.example/', '/settings/security'],
      ['/\\evil.example/', '/settings/security'],
      ['https://evil.example/', '/settings/security'],
    ] as const) {
      const right = await form('/confirm', `one-time-code=${code()}&then=${encodeURIComponent(then)}`);
      expect(right).toMatchObject({ status: 303, location: there });
      cookie = right.cookie ?? '';
    }
  });
});

describe('afterwards', () => {
  test('new backup codes take the place of the others', async () => {
    const renewed = await form('/settings/security/second-factor/codes', {});
    const fresh = [...renewed.text.matchAll(/<code>([0-9a-z-]{14})<\/code>/g)].map(([, text]) => text ?? '');
    expect(fresh).toHaveLength(10);
    expect(fresh).not.toContain(backup[1]);
    expect((await withCode(backup[1] ?? '')).status).toBe(400);
    expect((await withCode(fresh[0] ?? '')).status).toBe(200);
  });

  test('turned off, the password signs in alone; an admin takes it away from whoever lost it', async () => {
    expect((await form('/settings/security/second-factor/off', {})).location).toBe(
      '/settings/security?done=off#second-factor',
    );
    expect((await withPassword()).body.account).toBe(mina.identity.account);
    expect((await form('/settings/security/second-factor/off', {})).status).toBe(409);
    const { services } = app.deps;
    const account = mina.identity.account;
    await expect(services.secondFactor.reset(null, account)).rejects.toThrow('no second factor');
    expect((await actions()).filter((action) => action.startsWith('second-factor.'))).toContain(
      'second-factor.off',
    );
  });
});

describe('the policy that asks for one', () => {
  test('leaves a session that has shown a password alone nothing but what leads to one', async () => {
    await app.deps.services.policies.write({ secondFactor: 'required' });
    const entered = await withPassword();
    const weak = entered.cookie ?? '';
    for (const path of [PATHS.people, PATHS.conversations, PATHS.log])
      expect(await call(app.origin, 'GET', path, { cookie: weak })).toMatchObject({
        status: 403,
        body: { error: 'SecondFactorRequired', message: expect.stringContaining('Security') },
      });
    for (const path of [PATHS.session, PATHS.sessions, PATHS.vault, PATHS.passkeys, PATHS.secondFactor])
      expect((await call(app.origin, 'GET', path, { cookie: weak })).status).toBe(200);
    const shown = await page('/settings/security', weak);
    expect(shown.status).toBe(200);
    expect(shown.text).toContain('Set up an authenticator app');
    expect(shown.text).not.toContain('hx-ws:connect');

    // Her session with a code of before is not concerned.
    expect(await page('/settings')).toMatchObject({ status: 200 });
  });

  test('is met by setting one up in that very session', async () => {
    const entered = await withPassword();
    let weak = entered.cookie ?? '';
    const shown = await form('/settings/security/second-factor', {}, weak);
    secret = (/data-otp-secret[^>]*>([^<]+)</.exec(shown.text)?.[1] ?? '').replace(/ /g, '');
    const done = await form('/settings/security/second-factor/confirm', { 'one-time-code': code() }, weak);
    weak = done.cookie ?? '';
    expect((await call(app.origin, 'GET', PATHS.people, { cookie: weak })).status).toBe(200);
    // And by a code at the door.
    const strong = (await withCode(code())).cookie ?? '';
    expect((await call(app.origin, 'GET', PATHS.people, { cookie: strong })).status).toBe(200);
    // Reset by an admin, the next password is asked for more again.
    await app.deps.services.secondFactor.reset(null, mina.identity.account);
    const again = (await withPassword()).cookie ?? '';
    expect((await call(app.origin, 'GET', PATHS.people, { cookie: again })).status).toBe(403);
    await app.deps.services.policies.write({ secondFactor: 'optional' });
    expect((await call(app.origin, 'GET', PATHS.people, { cookie: again })).status).toBe(200);
  });
});

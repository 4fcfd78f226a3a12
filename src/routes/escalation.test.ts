/** What somebody who has a part of an account (a password, a cookie, an admin's role) does not get the rest by. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { Authenticator } from '../../test/support/authenticator.ts';
import { call, join, newPassword, type Registered, random } from '../../test/support/person.ts';
import type { PasskeySignInStart } from '../contract/accounts.ts';
import { toBase64 } from '../contract/bytes.ts';
import { PATHS, passkeyPath } from '../contract/paths.ts';
import type { PasskeyAddStart } from '../contract/security.ts';
import { countOpenInvites } from '../store/invites.ts';

const STALE_MS = 16 * 60_000;

let app: TestApp;
let olga: Registered;
let ada: Registered;
let mina: Registered;

const joined = async (role: 'admin' | 'member', username: string): Promise<Registered> => {
  const { token } = await app.deps.services.invites.create(null, { role });
  return join(app.origin, token, username, { prekeys: 0 });
};
const sessionOf = async ({ cookie }: Pick<Registered, 'cookie'>) => {
  const found = await app.deps.services.sessions.validate(cookie.slice('sotto='.length));
  if (!found) throw new Error('no session');
  return found;
};
const form = async (path: string, fields: Record<string, string>, cookie: string) => {
  const response = await fetch(`${app.origin}${path}`, {
    method: 'POST',
    headers: { cookie, origin: app.origin },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  return { status: response.status, location: response.headers.get('location'), text: await response.text() };
};
const withPassword = async (person: Registered): Promise<string> => {
  const body = { username: person.signedIn.username, secret: person.request.password?.secret };
  return (await call(app.origin, 'POST', PATHS.signInPassword, { body })).cookie ?? '';
};

beforeAll(async () => {
  app = await startApp();
  const setup = await app.deps.services.invites.createSetupToken();
  olga = await join(app.origin, setup, 'olga', { workspaceName: 'Harbour', prekeys: 0 });
  ada = await joined('admin', 'ada');
  mina = await joined('member', 'mina');
});
afterAll(() => app.stop());

describe('a password, where the workspace asks for more', () => {
  test('sets up no second factor beside the passkey that its person has', async () => {
    const ask = <T>(method: string, path: string, body: unknown, cookie: string) =>
      call<T>(app.origin, method, path, { cookie, ...(body === undefined ? {} : { body }) });
    const key = new Authenticator(app.origin);
    const { options } = (await ask<PasskeyAddStart>('POST', PATHS.passkeysStart, undefined, mina.cookie))
      .body;
    const response = await key.create(options);
    const added = await ask('POST', PATHS.passkeys, { response, name: '' }, mina.cookie);
    expect(added.status).toBe(204);
    await app.deps.services.policies.write({ secondFactor: 'required' });

    const weak = await withPassword(mina);
    const slot = { version: 1, record: toBase64(random(120)) };
    const refused = { status: 403, body: { error: 'SecondFactorRequired' } };
    for (const [method, path, body] of [
      ['POST', PATHS.passkeysStart, undefined],
      ['POST', PATHS.passkeys, { response, name: '' }],
      ['DELETE', passkeyPath(response.id), undefined],
      ['PUT', PATHS.password, { password: newPassword(), slot }],
      ['DELETE', `${PATHS.devices}/${mina.device.id}`, {}],
    ] as const)
      expect(await ask(method, path, body, weak)).toMatchObject(refused);
    for (const path of ['', '/confirm', '/codes', '/off']) {
      const answer = await form(
        `/settings/security/second-factor${path}`,
        { 'one-time-code': '000000' },
        weak,
      );
      expect([path, answer.location]).toEqual([path, '/settings/security']);
    }
    expect((await form(`/settings/security/passkeys/${response.id}/remove`, {}, weak)).location).toBe(
      '/settings/security',
    );

    // The passkey itself opens the way.
    const start = await ask<PasskeySignInStart>('POST', PATHS.confirmPasskeyStart, undefined, weak);
    const shown = await key.get(start.body.options);
    const confirmed = await ask('POST', PATHS.confirmPasskey, { response: shown }, weak);
    expect(confirmed.status).toBe(204);
    expect((await ask('POST', PATHS.passkeysStart, undefined, confirmed.cookie ?? '')).status).toBe(200);
    await app.deps.services.policies.write({ secondFactor: 'optional' });
  });
});

describe('an admin', () => {
  test('who let a member start again does not become the owner that the member is by then', async () => {
    const { startAgain, accounts } = app.deps.services;
    const admins = await startAgain.links.create(await sessionOf(ada), 'mina');
    expect(await startAgain.links.inspect(admins.token)).toBe(mina.identity.account);
    await accounts.setRole('mina', 'owner', await sessionOf(olga));
    await expect(startAgain.links.inspect(admins.token)).rejects.toThrow('used up');
    await expect(app.deps.db.write((tx) => startAgain.links.redeem(tx, admins.token))).rejects.toThrow(
      'used up',
    );
    const owners = await startAgain.links.create(await sessionOf(olga), 'mina');
    expect(await startAgain.links.inspect(owners.token)).toBe(mina.identity.account);
    await accounts.setRole('mina', 'member', await sessionOf(olga));
  });

  test('who is none any more leaves no invites that nobody sees and that keep others from inviting', async () => {
    const { accounts, invites } = app.deps.services;
    const eve = await joined('admin', 'eve');
    const by = await sessionOf(eve);
    for (let made = 0; made < 5; made++) await invites.create(by);
    await accounts.setDisabled('eve', true, await sessionOf(olga));
    expect((await invites.list()).filter(({ createdBy }) => createdBy === by.account)).toEqual([]);
    const open = await app.deps.db.write((tx) => countOpenInvites(tx, app.deps.clock()));
    expect(open).toBe((await invites.list()).length);
  });
});

describe('the cookie of an admin that somebody took', () => {
  test('makes no link to start an account again, and no admin, once a while has passed', async () => {
    app.pass(STALE_MS);
    const confirm = { status: 303, location: '/confirm?then=%2Fsettings%2Fsecurity' };
    expect(await form('/admin/start-again', { username: 'mina' }, olga.cookie)).toMatchObject(confirm);
    for (const role of ['owner', 'admin', 'auditor']) {
      expect(await form('/admin/invites', { role, uses: '1', expires: '7' }, olga.cookie)).toMatchObject(
        confirm,
      );
      expect(
        await call(app.origin, 'POST', PATHS.invites, { cookie: olga.cookie, body: { role } }),
      ).toMatchObject({ status: 403, body: { error: 'VerificationNeeded' } });
    }
    for (const role of ['member', 'guest'])
      expect(
        (await call(app.origin, 'POST', PATHS.invites, { cookie: olga.cookie, body: { role } })).status,
      ).toBe(201);
    expect(await app.count('start_again_links')).toBe(1);
  });
});

/** What admins do with people and policies, as pages; and what each role sees of the others. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { call, join, type Registered } from '../../test/support/person.ts';
import type { DirectoryEntry, Person, Role, Workspace } from '../contract/accounts.ts';
import { PATHS } from '../contract/paths.ts';
import { DEFAULT_POLICIES } from '../contract/policies.ts';
import type { ConversationRecord } from '../contract/relay.ts';

let app: TestApp;
let owner: Registered;
let adam: Registered;
let mina: Registered;
let gil: Registered;
let audrey: Registered;

const newcomer = async (username: string, role: Role) => {
  const { token } = await app.deps.services.invites.create(null, { role });
  return join(app.origin, token, username, { prekeys: 0 });
};
const post = (path: string, fields: Record<string, string>, { cookie }: Registered) =>
  fetch(`${app.origin}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, origin: app.origin, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
const get = (path: string, { cookie }: Registered) =>
  fetch(`${app.origin}${path}`, { headers: { cookie }, redirect: 'manual' });
const pageOf = ({ identity }: Registered) => `/admin/people/${identity.account}`;
const roleNow = async ({ cookie }: Registered) =>
  (await call<{ role: Role }>(app.origin, 'GET', PATHS.session, { cookie })).body.role;
const namesSeenBy = async ({ cookie }: Registered) =>
  (await call<Person[]>(app.origin, 'GET', PATHS.people, { cookie })).body.map(({ username }) => username);
const write = (from: Registered, to: Registered) =>
  call<ConversationRecord>(app.origin, 'POST', PATHS.conversations, {
    cookie: from.cookie,
    body: { kind: 'direct', people: [to.identity.account] },
  });
/** Newest first. */
const audited = (action: string) =>
  app.deps.services.audit.find({}, null, 100).then((rows) => rows.filter((row) => row.action === action));

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  owner = await join(app.origin, token, 'owner', { workspaceName: 'Harbour', prekeys: 0 });
  adam = await newcomer('adam', 'admin');
  mina = await newcomer('mina', 'member');
  gil = await newcomer('gil', 'guest');
  audrey = await newcomer('audrey', 'auditor');
});
afterAll(() => app.stop());

describe('roles', () => {
  test('another role holds at once, in the session that is open, and is in the audit with what it was', async () => {
    app.events.length = 0;
    const answer = await post(`${pageOf(mina)}/role`, { role: 'guest' }, adam);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(`${pageOf(mina)}?done=role`);
    expect(await roleNow(mina)).toBe('guest');
    expect(app.events).toContainEqual({ type: 'role-changed', account: mina.identity.account });
    const [row] = await audited('account.role');
    expect(row).toMatchObject({
      actor: adam.identity.account,
      subject: mina.identity.account,
      detail: { before: 'member', after: 'guest' },
    });
    await post(`${pageOf(mina)}/role`, { role: 'member' }, adam);
    expect(await roleNow(mina)).toBe('member');
  });

  test('an admin neither makes owners nor changes one, and nobody changes themselves', async () => {
    expect((await post(`${pageOf(mina)}/role`, { role: 'owner' }, adam)).status).toBe(403);
    expect((await post(`${pageOf(owner)}/role`, { role: 'member' }, adam)).status).toBe(403);
    expect((await post(`${pageOf(adam)}/role`, { role: 'member' }, adam)).status).toBe(403);
    expect((await get(pageOf(owner), adam)).status).toBe(403);
    expect((await post(`${pageOf(mina)}/role`, { role: 'king' }, owner)).status).toBe(409);
    expect([await roleNow(mina), await roleNow(owner), await roleNow(adam)]).toEqual([
      'member',
      'owner',
      'admin',
    ]);
  });

  test('the last owner stays one, and cannot be locked out, by the command line neither', async () => {
    const { accounts } = app.deps.services;
    await expect(accounts.setRole('owner', 'member')).rejects.toThrow('the last owner');
    await expect(accounts.setDisabled('owner', true)).rejects.toThrow('the last owner');
    await accounts.setRole('adam', 'owner');
    await accounts.setRole('owner', 'member');
    await expect(accounts.setRole('adam', 'admin')).rejects.toThrow('the last owner');
    await accounts.setRole('owner', 'owner');
    await accounts.setRole('adam', 'admin');
    expect((await audited('account.role'))[0]?.actor).toBeNull();
  });

  test('who has not shown who they are for a while is asked first, and nothing happens', async () => {
    app.pass(16 * 60_000);
    const answer = await post(`${pageOf(mina)}/disable`, {}, adam);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toStartWith('/confirm?then=');
    expect(await roleNow(mina)).toBe('member');
    app.pass(-16 * 60_000);
  });
});

describe('access', () => {
  test('disabling ends every session at once, enabling lets in again, both are in the audit', async () => {
    const paul = await newcomer('paul', 'member');
    app.events.length = 0;
    expect((await post(`${pageOf(paul)}/disable`, {}, owner)).status).toBe(303);
    expect((await call(app.origin, 'GET', PATHS.session, { cookie: paul.cookie })).status).toBe(401);
    expect(app.events).toContainEqual(
      expect.objectContaining({ type: 'signed-out', account: paul.identity.account }),
    );
    const page = await (await get(pageOf(paul), owner)).text();
    expect(page).toContain('Enable the account');
    expect((await post(`${pageOf(paul)}/enable`, {}, owner)).status).toBe(303);
    const actions = await Promise.all(['account.disabled', 'account.enabled'].map(audited));
    expect(actions.map(([row]) => row?.subject)).toEqual([paul.identity.account, paul.identity.account]);
  });

  test('links and invites of somebody who is no admin any more are void', async () => {
    const anna = await newcomer('anna', 'admin');
    const { invites, accounts } = app.deps.services;
    const made = await call<{ url: string }>(app.origin, 'POST', PATHS.invites, {
      cookie: anna.cookie,
      body: { role: 'admin' },
    });
    const token = new URL(made.body.url).hash.slice(1);
    expect((await invites.inspect(token)).role).toBe('admin');
    await accounts.setRole('anna', 'member');
    await expect(invites.inspect(token)).rejects.toThrow('used up');
  });
});

describe('deletion', () => {
  test('asks for the username, and leaves nobody behind', async () => {
    const dora = await newcomer('dora', 'member');
    const wrong = await post(`${pageOf(dora)}/delete`, { confirm: 'dori' }, owner);
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain('This is another username.');
    expect(await roleNow(dora)).toBe('member');
    expect((await post(`${pageOf(dora)}/delete`, { confirm: '@dora' }, owner)).status).toBe(303);
    expect((await call(app.origin, 'GET', PATHS.session, { cookie: dora.cookie })).status).toBe(401);
    expect((await get(pageOf(dora), owner)).status).toBe(404);
    expect(await (await get('/admin', owner)).text()).not.toContain('@dora');
  });
});

describe('who sees whom', () => {
  test('a guest sees those who share a conversation with them, and begins none with others', async () => {
    expect(await namesSeenBy(gil)).toEqual(['gil']);
    expect((await write(gil, mina)).status).toBe(404);
    expect((await write(mina, gil)).status).toBe(200);
    expect((await namesSeenBy(gil)).toSorted()).toEqual(['gil', 'mina']);
    expect((await write(gil, mina)).status).toBe(200);
    const asked = { people: [mina, adam, gil].map(({ identity }) => identity.account) };
    const found = await call<DirectoryEntry[]>(app.origin, 'POST', PATHS.directory, {
      cookie: gil.cookie,
      body: asked,
    });
    expect(found.body.map(({ username }) => username).toSorted()).toEqual(['gil', 'mina']);
    expect((await get(`/verify/${adam.identity.account}`, gil)).status).toBe(404);
  });

  test('an auditor is nobody to write to, is led to the audit log, and has no conversation', async () => {
    expect(await namesSeenBy(mina)).not.toContain('audrey');
    const { status, body } = await write(mina, audrey);
    expect([status, Reflect.get(body, 'message')]).toEqual([
      403,
      'Name of audrey takes part in no conversation.',
    ]);
    expect((await write(audrey, mina)).status).toBe(403);
    expect((await get('/', audrey)).headers.get('location')).toBe('/admin/audit');
    const page = await (await get('/settings', audrey)).text();
    for (const part of ['New conversation', 'href="/files"', 'data-search=""'])
      expect(page).not.toContain(part);
  });

  test('what waits for somebody who is an auditor for a while is there afterwards', async () => {
    const { accounts } = app.deps.services;
    await accounts.setRole('mina', 'auditor');
    const list = () =>
      call<ConversationRecord[]>(app.origin, 'GET', PATHS.conversations, { cookie: mina.cookie });
    expect((await list()).body).toEqual([]);
    await accounts.setRole('mina', 'member');
    expect((await list()).body).toHaveLength(1);
  });
});

describe('policies', () => {
  const form = {
    registration: 'invite',
    secondFactor: 'optional',
    sessionDays: '30',
    relayDays: '7',
    history: 'none',
    suite: '2',
    audit: 'accounts',
    presence: 'on',
    typing: 'on',
  };

  test('what changed is kept, told to clients, and audited with what it was', async () => {
    const answer = await post('/admin/policies', { ...form, relayDays: '3', history: 'all' }, adam);
    expect(answer.headers.get('location')).toBe('/admin/policies?saved=policies');
    expect(await app.deps.services.policies.read()).toEqual({
      ...DEFAULT_POLICIES,
      relayDays: 3,
      history: 'all',
    });
    const { body } = await call<Workspace>(app.origin, 'GET', PATHS.workspace);
    expect(body.policies).toEqual({ registration: 'invite', relayDays: 3, history: 'all', suite: 2 });
    const rows = await audited('policy.changed');
    expect(rows.map(({ detail }) => detail)).toEqual([
      { policy: 'history', before: 'none', after: 'all' },
      { policy: 'relayDays', before: '7', after: '3' },
    ]);
    await post('/admin/policies', form, adam);
  });

  test('what cannot be stays as it was, with a sentence beside each field', async () => {
    const answer = await post('/admin/policies', { ...form, relayDays: '31', suite: '3', audit: '' }, adam);
    expect(answer.status).toBe(400);
    const page = await answer.text();
    expect(page).toContain('Enter a whole number of days from 1 to 30.');
    expect(page).toContain('value="31"');
    expect(page.match(/Choose one of the list\./g)).toHaveLength(2);
    expect(await app.deps.services.policies.read()).toEqual(DEFAULT_POLICIES);
  });

  test('letting more in asks once more who it is', async () => {
    app.pass(16 * 60_000);
    const loose = await post('/admin/policies', { ...form, registration: 'open' }, adam);
    expect(loose.headers.get('location')).toStartWith('/confirm?then=');
    const strict = await post('/admin/policies', { ...form, relayDays: '5' }, adam);
    expect(strict.headers.get('location')).toBe('/admin/policies?saved=policies');
    app.pass(-16 * 60_000);
    await app.deps.services.policies.write(DEFAULT_POLICIES);
  });

  test('without an invite nobody makes an account, unless the workspace is open: then a member', async () => {
    await expect(join(app.origin, '', 'walter', { prekeys: 0 })).rejects.toThrow('400');
    await app.deps.services.policies.write({ registration: 'open' });
    expect((await join(app.origin, '', 'walter', { prekeys: 0 })).signedIn.role).toBe('member');
    expect((await audited('account.registered'))[0]?.detail).toEqual({ role: 'member', way: 'open' });
    await app.deps.services.policies.write({ registration: 'invite' });
  });
});

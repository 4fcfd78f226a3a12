import { afterAll, beforeAll, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { call, join, type Registered } from '../../test/support/person.ts';
import type { InviteCreated, Role } from '../contract/accounts.ts';
import { PATHS } from '../contract/paths.ts';

let app: TestApp;
let owner: Registered;

const WEEK_MS = 7 * 24 * 3600 * 1000;
const invite = <T = InviteCreated>(body: unknown, cookie = owner.cookie) =>
  call<T>(app.origin, 'POST', PATHS.invites, { body, cookie });
const tokenOf = (url: string) => new URL(url).hash.slice(1);
const newcomer = async (username: string, role: Role) => {
  const { token } = await app.deps.services.invites.create(null, { role });
  return join(app.origin, token, username, { prekeys: 0 });
};

beforeAll(async () => {
  app = await startApp();
  await expect(app.deps.services.invites.create(null)).rejects.toThrow('no owner yet');
  const token = await app.deps.services.invites.createSetupToken();
  owner = await join(app.origin, token, 'owner', { workspaceName: 'Harbour', prekeys: 0 });
});
afterAll(() => app.stop());

test('a link for one member and one week, unless told otherwise; the token is in the fragment', async () => {
  const { status, body } = await invite({});
  expect(status).toBe(201);
  expect(body).toMatchObject({ uses: 1, role: 'member' });
  expect(Math.abs(body.expiresAt - Date.now() - WEEK_MS)).toBeLessThan(60_000);
  expect(body.url).toMatch(new RegExp(`^${app.origin}/join#[\\w-]{43}$`));
  const made = await join(app.origin, tokenOf(body.url), 'lena', { prekeys: 0 });
  expect(made.signedIn.role).toBe('member');
  expect(app.log()).not.toContain(tokenOf(body.url));
});

test('role, uses and expiry are as asked', async () => {
  const { body } = await invite({ role: 'guest', uses: 2, expiresIn: 3_600_000 });
  expect(body).toMatchObject({ role: 'guest', uses: 2 });
  expect(Math.abs(body.expiresAt - Date.now() - 3_600_000)).toBeLessThan(60_000);
  const { invites } = app.deps.services;
  const [open] = await invites.list();
  expect(open).toMatchObject({ role: 'guest', usesLeft: 2, createdBy: owner.identity.account });
  await join(app.origin, tokenOf(body.url), 'guest1', { prekeys: 0 });
  expect((await invites.list()).find(({ id }) => id === open?.id)?.usesLeft).toBe(1);
  await invites.revoke(open?.id ?? '');
  await expect(invites.inspect(tokenOf(body.url))).rejects.toThrow('taken back');
  await expect(invites.revoke(open?.id ?? '')).rejects.toThrow('no such invite');
});

test('only owners and admins invite, and only owners invite owners', async () => {
  const people = await Promise.all([
    newcomer('adam', 'admin'),
    newcomer('max', 'member'),
    newcomer('gil', 'guest'),
    newcomer('audrey', 'auditor'),
  ]);
  const answers = await Promise.all(people.map(({ cookie }) => invite({}, cookie)));
  expect(answers.map(({ status }) => status)).toEqual([201, 403, 403, 403]);
  const [admin] = people;
  expect((await invite({ role: 'admin' }, admin?.cookie)).status).toBe(201);
  expect(await invite<{ message: string }>({ role: 'owner' }, admin?.cookie)).toMatchObject({
    status: 403,
    body: { message: 'Only an owner can invite another owner.' },
  });
  expect((await invite({ role: 'owner' })).status).toBe(201);
  expect((await invite({}, '')).status).toBe(401);
});

test('terms that cannot be are 400 in words', async () => {
  const before = await app.count('invites');
  for (const body of [
    { role: 'king' },
    { role: 7 },
    { uses: 0 },
    { uses: 1.5 },
    { uses: '3' },
    { uses: 1001 },
    { expiresIn: 0 },
    { expiresIn: -1 },
    { expiresIn: 1e15 },
    { expiresIn: 'tomorrow' },
  ]) {
    const answer = await invite<{ error: string; message: string }>(body);
    expect(answer).toMatchObject({ status: 400, body: { error: 'ValidationError' } });
    expect(answer.body.message).toMatch(/^Please check/);
  }
  for (const body of ['[]', 'null', '7', '{']) expect((await invite(body)).status).toBe(400);
  expect(await app.count('invites')).toBe(before);
});

test('the services refuse what reached them by another door', async () => {
  const { invites } = app.deps.services;
  await expect(invites.create(null, { uses: 0 })).rejects.toThrow('1 to 1,000');
  await expect(invites.create(null, { expiresIn: Number.NaN })).rejects.toThrow('a year');
});

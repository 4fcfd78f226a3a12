import { afterAll, beforeAll, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { type Answer, call, join, type Registered } from '../../test/support/person.ts';
import { openWebSocket } from '../../test/support/socket.ts';
import type { ErrorBody } from '../contract/errors.ts';
import { type FileId, fileId } from '../contract/files.ts';
import { chunkPath, PATHS, tokenPath } from '../contract/paths.ts';
import { SOCKET_PROTOCOL, SOCKET_SIGNED_OUT } from '../contract/relay.ts';
import { SCOPES, type Scope, scopesOf, TOKEN_CALLS } from '../contract/scopes.ts';
import { MAX_TOKENS, type TokenCreated, type TokenRecord } from '../contract/tokens.ts';
import { auditOf } from '../store/audit.ts';

let app: TestApp;
let owner: Registered;
let member: Registered;

const make = <T = TokenCreated>(
  scopes: readonly string[],
  { by = owner, days = 30, name = 'Build server' }: { by?: Registered; days?: unknown; name?: unknown } = {},
) => call<T>(app.origin, 'POST', PATHS.tokens, { body: { name, scopes, days }, cookie: by.cookie });
const ask = <T = ErrorBody>(
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<T>> =>
  call<T>(app.origin, method, path, {
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body }),
  });

beforeAll(async () => {
  app = await startApp();
  const { invites } = app.deps.services;
  owner = await join(app.origin, await invites.createSetupToken(), 'owner', {
    workspaceName: 'Harbour',
    prekeys: 0,
  });
  const { token } = await invites.create(null, {});
  member = await join(app.origin, token, 'mina', { prekeys: 0 });
});
afterAll(() => app.stop());

test('a token does what its scopes say and nothing else, and is kept as a hash alone', async () => {
  const { status, body } = await make(['people:read', 'people:read']);
  expect(status).toBe(201);
  expect(body).toMatchObject({ name: 'Build server', scopes: ['people:read'], lastUsedAt: null });
  expect(body.token).toMatch(/^sotto_[\w-]{43}$/);
  expect((await ask(body.token, 'GET', PATHS.people)).status).toBe(200);
  const refused = await ask(body.token, 'GET', PATHS.conversations);
  expect(refused).toMatchObject({
    status: 403,
    body: { message: 'This token may not do this: it needs “conversations:read”.' },
  });
  const own = await ask<TokenRecord>(body.token, 'GET', PATHS.token);
  expect(own.body).toMatchObject({ id: body.id, device: owner.device.id });
  expect(own.body.lastUsedAt).toBeLessThanOrEqual(Date.now());
  expect(Object.keys(own.body)).not.toContain('token');
  const rows = await app.deps.db.read<Record<string, unknown>>('SELECT * FROM tokens');
  expect(JSON.stringify(rows)).not.toContain(body.token.slice(6));
  expect(app.log()).not.toContain(body.token.slice(6));
  const noted = await auditOf(app.deps.db, body.id);
  expect(noted.map(({ action }) => action)).toEqual(['token.made', 'token.refused']);
});

test('calls that change keys, ways in, sessions and tokens take none, whatever its scopes', async () => {
  const { token } = (await make(Object.keys(SCOPES))).body;
  const routes = app.routes().filter(({ path }) => path.startsWith('/api/v1/'));
  expect(routes.length).toBeGreaterThan(50);
  const open: string[] = [];
  for (const { method, path } of routes) {
    if (`${method} ${path}` in TOKEN_CALLS) continue;
    const at = path.replace(/:\w+/g, '0'.repeat(32));
    const answer = await ask(token, method, at, method === 'GET' ? undefined : {});
    // Calls without a session are for everybody; they do nothing in this account's name.
    if (answer.status !== 403 || answer.body.message !== 'No token can do this. Sign in instead.')
      open.push(`${method} ${path}`);
  }
  expect(
    open.filter(
      (call) =>
        /password|passkeys|devices(?:\/:id)?$|vault|sessions|tokens|sign-out|confirm|second/.test(call) &&
        !/sign-in/.test(call),
    ),
  ).toEqual([]);
  expect(
    (await ask(token, 'POST', PATHS.tokens, { name: 'x', scopes: ['files:read'], days: 30 })).status,
  ).toBe(403);
  for (const named of Object.keys(TOKEN_CALLS))
    expect(routes.some(({ method, path }) => `${method} ${path}` === named)).toBe(true);
});

test('every scope is asked for somewhere, and each call asks for its own', async () => {
  const asked = new Set(Object.values(TOKEN_CALLS).flat());
  expect([...asked].sort()).toEqual((Object.keys(SCOPES) as Scope[]).sort());
  expect(scopesOf('GET', chunkPath(fileId(new Uint8Array(16)) satisfies FileId, 3))).toEqual(['files:read']);
  expect(scopesOf('DELETE', '/api/v1/files/')).toBeNull();
  expect(scopesOf('PUT', PATHS.vault)).toBeNull();
});

test('a cookie beside a token does not count, and pages take no token', async () => {
  const { token } = (await make(['people:read'])).body;
  const both = await call(app.origin, 'GET', PATHS.sessions, {
    cookie: owner.cookie,
    headers: { authorization: `Bearer ${token}` },
  });
  expect(both.status).toBe(403);
  const none = await call(app.origin, 'GET', PATHS.session, {
    cookie: owner.cookie,
    headers: { authorization: 'Bearer sotto_wrong' },
  });
  expect(none).toMatchObject({ status: 401, body: { message: expect.stringContaining('revoked') } });
  const page = await fetch(`${app.origin}/settings`, {
    headers: { authorization: `Bearer ${token}` },
    redirect: 'manual',
  });
  expect(page.headers.get('location')).toBe('/sign-in');
});

test('made by whoever showed who they are a moment ago, with terms that can be', async () => {
  for (const [wrong, field] of [
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['everything'] }, 'scopes'],
    [{ days: 366 }, 'days'],
    [{ days: '30' }, 'days'],
    [{ name: '' }, 'name'],
    [{ name: 'x'.repeat(65) }, 'name'],
  ] as const) {
    const { scopes = ['people:read'], ...more } = wrong as {
      scopes?: readonly string[];
      days?: unknown;
      name?: unknown;
    };
    const answer = await make<ErrorBody>(scopes, more);
    expect(answer).toMatchObject({ status: 400 });
    expect(Object.keys(answer.body.fields ?? {})).toEqual([field]);
  }
  expect((await make(['audit:read'], { by: member })).status).toBe(403);
  expect((await make(['people:read'], { by: member })).status).toBe(201);
  app.pass(16 * 60_000);
  expect(await make<ErrorBody>(['people:read'])).toMatchObject({
    status: 403,
    body: { error: 'VerificationNeeded' },
  });
  app.pass(-16 * 60_000);
});

test('over when it expires, is revoked, or its device, sessions, role or account are', async () => {
  const { invites } = app.deps.services;
  const newcomer = async (username: string) =>
    join(app.origin, (await invites.create(null, { role: 'admin' })).token, username, { prekeys: 0 });
  const tokenOf = async (by: Registered, scopes = ['people:read']) => (await make(scopes, { by })).body;
  const works = async (token: string) => (await ask(token, 'GET', PATHS.people)).status;

  const expiring = await tokenOf(member);
  app.pass(31 * 24 * 3600_000);
  expect(await works(expiring.token)).toBe(401);
  app.pass(-31 * 24 * 3600_000);
  expect(await works(expiring.token)).toBe(200);

  const revoked = await tokenOf(member);
  const others = await call(app.origin, 'DELETE', tokenPath(revoked.id), { cookie: owner.cookie });
  expect(others.status).toBe(404);
  const revoke = await call(app.origin, 'DELETE', tokenPath(revoked.id), { cookie: member.cookie });
  expect([revoke.status, await works(revoked.token)]).toEqual([204, 401]);

  const adam = await newcomer('adam');
  const held = await tokenOf(adam, ['people:read', 'invites:make']);
  expect((await ask(held.token, 'POST', PATHS.invites, {})).status).toBe(201);
  const role = (name: string) =>
    app.deps.db.write((tx) =>
      tx.run('UPDATE accounts SET role = $1 WHERE id = $2', [name, adam.identity.account]),
    );
  await role('member');
  expect((await ask(held.token, 'POST', PATHS.invites, {})).status).toBe(403);
  expect(await works(held.token)).toBe(200);
  await role('guest');
  expect(await works(held.token)).toBe(403);
  await role('admin');
  await app.deps.services.sessions.endAll(adam.identity.account);
  expect(await works(held.token)).toBe(401);

  const dora = await newcomer('dora');
  const disabled = await tokenOf(dora);
  await app.deps.db.write((tx) =>
    tx.run('UPDATE accounts SET disabled = 1 WHERE id = $1', [dora.identity.account]),
  );
  expect(await works(disabled.token)).toBe(401);
});

test('so many of one account, and the list is one’s own', async () => {
  const { token } = await app.deps.services.invites.create(null, {});
  const many = await join(app.origin, token, 'many', { prekeys: 0 });
  for (let n = 0; n < MAX_TOKENS; n++) expect((await make(['people:read'], { by: many })).status).toBe(201);
  expect(await make<ErrorBody>(['people:read'], { by: many })).toMatchObject({
    status: 409,
    body: { message: expect.stringContaining('50 tokens') },
  });
  const list = await call<TokenRecord[]>(app.origin, 'GET', PATHS.tokens, { cookie: many.cookie });
  expect(list.body.length).toBe(MAX_TOKENS);
  expect(list.body.every((record) => !('token' in record))).toBe(true);
});

test('the socket takes a token with both ways, and ends when it is revoked', async () => {
  const one = (await make(['messages:read'])).body;
  expect((await ask(one.token, 'GET', PATHS.socket)).status).toBe(403);
  const both = (await make(['messages:read', 'messages:send'])).body;
  const options: Bun.WebSocketOptions = {
    headers: { authorization: `Bearer ${both.token}` },
    protocols: [SOCKET_PROTOCOL],
  };
  const socket = openWebSocket(`${app.origin.replace('http', 'ws')}${PATHS.socket}`, options);
  const hello = await new Promise<unknown>((resolve) => {
    socket.onmessage = ({ data }) => resolve(JSON.parse(String(data)));
  });
  expect(hello).toMatchObject({ event: 'hello' });
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
  await call(app.origin, 'DELETE', tokenPath(both.id), { cookie: owner.cookie });
  expect(await closed).toBe(SOCKET_SIGNED_OUT);
});

test('the audit log, for whom it is for', async () => {
  const { token } = (await make(['audit:read'])).body;
  const rows = await ask<{ seq: number; action: string }[]>(token, 'GET', PATHS.audit);
  expect(rows.status).toBe(200);
  expect(rows.body[0]?.action).toBe('token.made');
  const older = await ask<{ seq: number }[]>(token, 'GET', `${PATHS.audit}?before=${rows.body[0]?.seq}`);
  expect(older.body[0]?.seq).toBe((rows.body[0]?.seq ?? 0) - 1);
  expect((await ask(token, 'GET', `${PATHS.audit}?before=x`)).status).toBe(400);
  expect((await call(app.origin, 'GET', PATHS.audit, { cookie: member.cookie })).status).toBe(403);
});

test('guessing tokens is slow, and so is one program', async () => {
  const limited = await startApp({ limited: true });
  const answers = await Promise.all(
    Array.from({ length: 70 }, () =>
      call(limited.origin, 'GET', PATHS.people, {
        headers: { authorization: `Bearer sotto_${'A'.repeat(43)}` },
      }),
    ),
  );
  expect(answers.filter(({ status }) => status === 401).length).toBe(60);
  expect(answers.filter(({ status }) => status === 429).length).toBe(10);
  await limited.stop();
});

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { call, join, type Registered } from '../../test/support/person.ts';
import { PATHS } from '../contract/paths.ts';
import type { TokenCreated } from '../contract/tokens.ts';

const TOOLS = 'https://tools.example.org';
let app: TestApp;
let owner: Registered;
let bearer: Record<string, string>;

beforeAll(async () => {
  app = await startApp({ config: { corsOrigins: [TOOLS] } });
  const token = await app.deps.services.invites.createSetupToken();
  owner = await join(app.origin, token, 'owner', { workspaceName: 'Harbour', prekeys: 0 });
  const made = await call<TokenCreated>(app.origin, 'POST', PATHS.tokens, {
    body: { name: 'Tools', scopes: ['people:read'], days: 30 },
    cookie: owner.cookie,
  });
  bearer = { authorization: `Bearer ${made.body.token}` };
});
afterAll(() => app.stop());

const preflight = (path: string, origin: string) =>
  fetch(`${app.origin}${path}`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type',
    },
  });
const allowed = ({ headers }: { readonly headers: Headers }) => headers.get('access-control-allow-origin');

test('a named site may call the API with a token, and is told so before', async () => {
  const before = await preflight(PATHS.directory, TOOLS);
  expect(before.status).toBe(204);
  expect(allowed(before)).toBe(TOOLS);
  expect(before.headers.get('access-control-allow-headers')).toBe('authorization, content-type');
  const answer = await call(app.origin, 'POST', PATHS.directory, {
    body: { people: [owner.identity.account] },
    headers: { ...bearer, origin: TOOLS, 'sec-fetch-site': 'cross-site' },
  });
  expect(answer.status).toBe(200);
  expect(allowed(answer)).toBe(TOOLS);
  const refused = await call(app.origin, 'GET', PATHS.files, { headers: { ...bearer, origin: TOOLS } });
  expect([refused.status, allowed(refused)]).toEqual([403, TOOLS]);
});

test('never with credentials of the browser: a cookie from there is nothing', async () => {
  for (const answer of [
    await preflight(PATHS.directory, TOOLS),
    await call(app.origin, 'GET', PATHS.people, { headers: { ...bearer, origin: TOOLS } }),
  ])
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  const cookie = await call(app.origin, 'POST', PATHS.signOut, {
    body: { everywhere: true },
    cookie: owner.cookie,
    headers: { origin: TOOLS },
  });
  expect([cookie.status, allowed(cookie)]).toEqual([403, null]);
  const read = await call(app.origin, 'GET', PATHS.people, {
    cookie: owner.cookie,
    headers: { origin: TOOLS },
  });
  expect(allowed(read)).toBeNull();
});

test('other sites, other paths, and every site without the setting are told nothing', async () => {
  for (const origin of [
    'https://evil.example',
    'https://tools.example.org.evil.example',
    'null',
    `${TOOLS}:444`,
  ]) {
    expect(allowed(await preflight(PATHS.directory, origin))).toBeNull();
    const answer = await call(app.origin, 'POST', PATHS.directory, {
      body: { people: [] },
      headers: { ...bearer, origin },
    });
    expect([answer.status, allowed(answer)]).toEqual([403, null]);
  }
  expect(allowed(await preflight('/settings', TOOLS))).toBeNull();
  const closed = await startApp();
  const asked = await fetch(`${closed.origin}${PATHS.people}`, {
    method: 'OPTIONS',
    headers: { origin: TOOLS, 'access-control-request-method': 'GET' },
  });
  expect([asked.status, allowed(asked)]).toEqual([404, null]);
  await closed.stop();
});

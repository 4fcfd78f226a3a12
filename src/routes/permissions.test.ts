/** Every route of the server, and who may ask it: a table against the routes that there are, and each of them asked by everybody. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { join, type Registered } from '../../test/support/person.ts';
import { createApp } from '../app.ts';
import type { Role } from '../contract/accounts.ts';
import { may, type Permission, ROLES } from '../contract/permissions.ts';

/** `anybody` without an account too; `signed-in` in every role, for what is one's own; `token` whoever has one, and no session. */
type Who = 'anybody' | 'signed-in' | 'token' | Permission;

/** What is in reach of those who ask is the routes' own affair: this is who may ask at all. */
const TABLE: Readonly<Record<Who, string>> = {
  anybody: `
    GET /assets/*                        GET /assets/manifest.json            GET /sw.js
    GET /manifest.webmanifest            GET /healthz                         GET /readyz
    GET /setup                           GET /join                            GET /start-again
    GET /sign-in                         GET /recover                         GET /link
    GET /s/:id                           GET /r/:id                           GET /trust
    GET /trust/sotto-ca.crt              GET /trust/sotto-ca.mobileconfig     GET /trust/sotto-ca.pem
    GET /api/docs                        GET /api/docs/json                   GET /api/v1/workspace
    POST /sign-out                       POST /sign-out-everywhere            GET /metrics
    POST /api/v1/register                POST /api/v1/register/start          POST /api/v1/sign-in/start
    POST /api/v1/sign-in/passkey         POST /api/v1/sign-in/passkey/start   POST /api/v1/sign-in/password
    POST /api/v1/sign-in/recovery        POST /api/v1/sign-in/code            POST /api/v1/start-again
    POST /api/v1/start-again/start       POST /api/v1/devices/removal         POST /api/v1/links
    POST /api/v1/links/state             POST /api/v1/links/cancel            POST /api/v1/links/complete
    GET /api/v1/shares/:id/offer         POST /api/v1/shares/:id/visits       GET /api/v1/file-requests/:id/offer
    POST /api/v1/file-requests/:id/uploads                                    POST /api/v1/file-requests/:id/uploads/:file`,
  'signed-in': `
    POST /api/v1/sign-out                POST /settings/tokens/:id/revoke     DELETE /api/v1/tokens/:id
    GET /                                GET /unlock                          GET /approve
    GET /recovery-code                   GET /settings                        POST /settings/language
    POST /settings/sessions/:id/end      GET /settings/mail                   POST /settings/mail
    POST /settings/mail/choices          POST /settings/mail/remove           POST /settings/mail/verify
    GET /confirm                         POST /confirm                        POST /settings/sessions/end-others
    GET /settings/password               GET /settings/passkey                POST /settings/security/second-factor
    POST /settings/security/second-factor/confirm                             POST /settings/security/second-factor/codes
    POST /settings/security/second-factor/off                                 POST /settings/security/passkeys/:id/rename
    POST /settings/security/passkeys/:id/remove                               POST /settings/new-places/:id/dismiss
    POST /settings/new-places/:id/end
    GET /settings/data/delete
    GET /settings/data                   POST /settings/data/export           POST /settings/data/delete
    GET /settings/security               GET /socket                          GET /api/v1/session
    GET /api/v1/sessions                 DELETE /api/v1/sessions              DELETE /api/v1/sessions/:id
    GET /api/v1/vault                    PUT /api/v1/vault                    PUT /api/v1/password
    GET /api/v1/passkeys                 POST /api/v1/passkeys                POST /api/v1/passkeys/start
    PATCH /api/v1/passkeys/:id           DELETE /api/v1/passkeys/:id          GET /api/v1/second-factor
    POST /api/v1/confirm/code            POST /api/v1/confirm/passkey         POST /api/v1/confirm/passkey/start
    POST /api/v1/confirm/password        POST /api/v1/confirm/recovery        POST /api/v1/devices
    POST /api/v1/devices/resume          PUT /api/v1/devices/:id              DELETE /api/v1/devices/:id
    POST /api/v1/links/find              POST /api/v1/links/answer            POST /api/v1/links/outcome
    POST /api/v1/links/withdraw          GET /api/v1/people                   POST /api/v1/directory
    GET /api/v1/log                      GET /api/v1/log/consistency          GET /api/v1/prekeys
    POST /api/v1/prekeys                 GET /api/v1/presence                 PUT /api/v1/presence
    GET /api/v1/push                     PUT /api/v1/push                     DELETE /api/v1/push
    GET /api/v1/conversations            GET /api/v1/conversations/open       GET /api/v1/envelopes
    POST /api/v1/acknowledgements        POST /api/v1/statuses                GET /api/v1/backup
    PUT /api/v1/backup                   DELETE /api/v1/backup                GET /api/v1/backup/segments/:id
    PUT /api/v1/backup/segments/:id      GET /api/v1/shares                   DELETE /api/v1/shares/:id
    GET /api/v1/file-requests            DELETE /api/v1/file-requests/:id
    DELETE /api/v1/file-requests/:id/uploads/:file`,
  token: 'GET /api/v1/token',
  converse: `
    GET /c/:id                           GET /c/:id/files                     GET /c/:id/people
    GET /verify/:account                 GET /files                           GET /conversations/new
    POST /conversations                  POST /api/v1/conversations           GET /api/v1/conversations/:id
    GET /api/v1/conversations/:id/roster                                      POST /api/v1/conversations/:id/roster
    POST /api/v1/messages                GET /api/v1/socket                   POST /api/v1/prekeys/claim
    PUT /api/v1/parcels/:id/:n           GET /api/v1/parcels/:id/:n           DELETE /api/v1/parcels/:id
    GET /api/v1/files                    POST /api/v1/files                   GET /api/v1/files/:id
    DELETE /api/v1/files/:id             GET /api/v1/files/:id/hashes         GET /api/v1/files/:id/chunks/:n
    GET /api/v1/files/:id/direct/:n
    PUT /api/v1/files/:id/chunks/:n      PUT /api/v1/files/:id/expiry         POST /api/v1/files/:id/complete
    PUT /api/v1/files/:id/places/:conversation                                DELETE /api/v1/files/:id/places/:conversation`,
  'people.see': '',
  'groups.make': '',
  'links.make': 'POST /api/v1/shares     POST /api/v1/file-requests',
  'tokens.make': `
    GET /settings/tokens                 POST /settings/tokens                GET /api/v1/tokens
    POST /api/v1/tokens`,
  'invites.make': `
    POST /admin/invites                  POST /admin/invites/:id/revoke       POST /api/v1/invites`,
  'people.manage': `
    GET /admin                           GET /admin/people/:account           POST /admin/people/:account/role
    POST /admin/people/:account/disable  POST /admin/people/:account/enable   POST /admin/people/:account/second-factor
    POST /admin/people/:account/delete
    POST /admin/start-again              POST /admin/start-again/:id/revoke`,
  'policies.change': 'GET /admin/policies   POST /admin/policies',
  'storage.manage': 'GET /admin/storage     POST /admin/storage     POST /admin/storage/clean',
  'health.see': 'GET /admin/health',
  'backups.make': 'GET /admin/backups     POST /admin/backups',
  'audit.read': `
    GET /admin/audit                     POST /admin/audit/check              POST /admin/audit/export
    GET /api/v1/audit`,
};

const TABLED = new Map<string, Who>();
for (const [who, names] of Object.entries(TABLE) as [Who, string][])
  for (const [, route] of names.matchAll(/([A-Z]+ \/\S*)/g)) TABLED.set(route ?? '', who);

let app: TestApp;
let routes: readonly string[];
const people = new Map<Role, Registered>();
const tokens = new Map<Role, string>();

beforeAll(async () => {
  app = await startApp();
  routes = createApp(app.deps).routes.map(({ method, path }) => `${method} ${path}`);
  const setup = await app.deps.services.invites.createSetupToken();
  people.set('owner', await join(app.origin, setup, 'owner', { workspaceName: 'Harbour', prekeys: 0 }));
  for (const role of ROLES.slice(1)) {
    const { token } = await app.deps.services.invites.create(null, { role });
    people.set(role, await join(app.origin, token, role, { prekeys: 0 }));
  }
});
afterAll(() => app.stop());

/** The token of a session of this role that holds: some routes end it. */
async function tokenOf(role: Role): Promise<string> {
  const { db, services } = app.deps;
  const known = tokens.get(role);
  if (known !== undefined && (await services.sessions.validate(known)) !== null) return known;
  const person = people.get(role);
  if (!person) throw new Error(`nobody has the role ${role}`);
  const { token } = await db.write((tx) =>
    services.sessions.open(
      tx,
      person.identity.account,
      person.device.id,
      { address: '::1', agent: 'test' },
      { way: 'password', strong: true },
    ),
  );
  tokens.set(role, token);
  return token;
}

/** What somebody is told who asks a route with nothing in hand. */
async function ask(route: string, role: Role | null): Promise<'let in' | 'not signed in' | 'forbidden'> {
  const [method = '', path = ''] = route.split(' ');
  const cookie = role === null ? null : `sotto=${await tokenOf(role)}`;
  const answer = await fetch(
    `${app.origin}${path.replace(/:n\b/, '0').replace(/:\w+|\*/g, '0'.repeat(32))}`,
    {
      method,
      redirect: 'manual',
      headers: {
        origin: app.origin,
        ...(path === '/socket' ? { upgrade: 'websocket' } : {}),
        ...(cookie === null ? {} : { cookie }),
      },
    },
  );
  await answer.body?.cancel();
  const isSentToSignIn = answer.status === 303 && answer.headers.get('location') === '/sign-in';
  if (answer.status === 403) return 'forbidden';
  return answer.status === 401 || (isSentToSignIn && !path.startsWith('/sign-out'))
    ? 'not signed in'
    : 'let in';
}

const expected = (who: Who, role: Role | null): Awaited<ReturnType<typeof ask>> => {
  if (who === 'anybody') return 'let in';
  if (role === null || who === 'token') return 'not signed in';
  return who === 'signed-in' || may(role, who) ? 'let in' : 'forbidden';
};

test('every route is in the table once, and the table names no other', () => {
  expect(routes.filter((route) => !TABLED.has(route))).toEqual([]);
  expect([...TABLED.keys()].filter((route) => !routes.includes(route))).toEqual([]);
});

for (const role of [...ROLES, null])
  test(`${role ?? 'nobody'} is let in where the table says so, and nowhere else`, async () => {
    const wrong: string[] = [];
    for (const [route, who] of TABLED) {
      if (!routes.includes(route)) continue;
      const answer = await ask(route, role);
      if (answer !== expected(who, role)) wrong.push(`${route} (${who}): ${answer}`);
    }
    expect(wrong).toEqual([]);
  });

/** Whatever JSON reaches a call about accounts, the answer is a 4xx that a person understands, and no row is half-written. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { type Answer, call, join, newRegistration, type Registered } from '../../test/support/person.ts';
import { conversationId } from '../contract/bytes.ts';
import type { ErrorBody } from '../contract/errors.ts';
import { fileId } from '../contract/files.ts';
import { devicePath, fileExpiryPath, PATHS, rosterPath, sessionPath } from '../contract/paths.ts';
import { START_AGAIN_PATHS } from '../contract/start-again.ts';

let app: TestApp;
let owner: Registered;

const TABLES = [
  'accounts',
  'passwords',
  'recovery_codes',
  'passkeys',
  'vaults',
  'vault_slots',
  'invites',
  'devices',
  'device_lists',
  'signed_prekeys',
  'prekey_batches',
  'one_time_prekeys',
  'conversations',
  'members',
  'roster_events',
  'roster_certificates',
  'files',
];
const rows = async () => (await Promise.all(TABLES.map((table) => app.count(table)))).join();

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  owner = await join(app.origin, token, 'owner', { workspaceName: 'Harbour' });
});
afterAll(() => app.stop());

function expectRefusal(what: string, answer: Answer<ErrorBody>): void {
  expect(`${what} ${answer.status >= 400 && answer.status < 500}`).toBe(`${what} true`);
  expect(answer.body.message).toMatch(/^[A-Z].*[.:!?]/s);
  expect(answer.body.message).not.toMatch(/\bat \/|Error:|undefined|\[object/);
  expect(Object.keys(answer.body)).not.toContain('stack');
}

test('any JSON at any call', async () => {
  const calls: [string, string][] = [
    ['POST', PATHS.registerStart],
    ['POST', PATHS.register],
    ['POST', START_AGAIN_PATHS.start],
    ['POST', START_AGAIN_PATHS.complete],
    ['POST', PATHS.signInStart],
    ['POST', PATHS.signInPassword],
    ['POST', PATHS.signInRecovery],
    ['POST', PATHS.signInPasskey],
    ['POST', PATHS.signOut],
    ['POST', PATHS.devices],
    ['POST', PATHS.resume],
    ['DELETE', devicePath(owner.device.id)],
    ['DELETE', sessionPath('x')],
    ['PUT', PATHS.vault],
    ['POST', PATHS.directory],
    ['POST', PATHS.claimPrekeys],
    ['POST', PATHS.prekeys],
    ['POST', PATHS.invites],
    ['POST', PATHS.conversations],
    ['POST', PATHS.files],
    ['PUT', fileExpiryPath(fileId(new Uint8Array(16)))],
    ['POST', rosterPath(conversationId(new Uint8Array(32)))],
  ];
  const before = await rows();
  await fc.assert(
    fc.asyncProperty(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(...calls),
      async (body, [method, path]) => {
        // An empty object is a whole request for an invite, and for nothing else.
        fc.pre(
          path !== PATHS.invites ||
            Object.keys(Object(body)).length > 0 ||
            Array.isArray(body) ||
            body === null,
        );
        const answer = await call(app.origin, method, path, {
          body: JSON.stringify(body),
          cookie: owner.cookie,
        });
        const known = path === PATHS.invites && answer.status === 201;
        if (!known) expectRefusal(`${method} ${path} ${JSON.stringify(body)}`, answer);
      },
    ),
    { numRuns: 400 },
  );
  expect((await rows()).split(',').filter((_, index) => TABLES[index] !== 'invites')).toEqual(
    before.split(',').filter((_, index) => TABLES[index] !== 'invites'),
  );
  expect((await call(app.origin, 'GET', PATHS.session, { cookie: owner.cookie })).status).toBe(200);
});

test('a registration in which any one value is another', async () => {
  const { token } = await app.deps.services.invites.create(null, { uses: 1000 });
  const { request } = await newRegistration(token, 'bent');
  const paths = leaves(request);
  // These may be anything of their kind: other values are other people.
  const free =
    /^(?:name|username|workspaceName|recoverySecret|password\.(?:salt|memory|passes|secret|lanes)|vault\.sealed|vault\.slots\.\d\.(?:record|id)|device\.prekeys\.batch)$/;
  const bound = paths.filter((path) => !free.test(path.join('.')));
  expect(bound.length).toBeGreaterThan(8);
  const before = await rows();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...bound),
      fc.oneof(
        fc.jsonValue({ maxDepth: 1 }),
        fc.base64String({ maxLength: 60 }),
        fc.constant('A'.repeat(20_000)),
      ),
      async (path, value) => {
        const body = withValue(request, path, value);
        fc.pre(JSON.stringify(body) !== JSON.stringify(request));
        const answer = await call(app.origin, 'POST', PATHS.register, { body });
        expectRefusal(`${path.join('.')} = ${JSON.stringify(value).slice(0, 80)}`, answer);
      },
    ),
    { numRuns: 150 },
  );
  expect(await rows()).toBe(before);
});

/** Paths to every value inside. */
function leaves(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

/** A copy in which one value is another. */
function withValue(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other;
  if (Array.isArray(value))
    return value.map((inner: unknown, index) =>
      String(index) === key ? withValue(inner, rest, other) : inner,
    );
  return Object.fromEntries(
    Object.entries(value ?? {}).map(([name, inner]: [string, unknown]) => [
      name,
      name === key ? withValue(inner, rest, other) : inner,
    ]),
  );
}

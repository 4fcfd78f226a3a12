/**
 * Every call of the API with what nearly fits it, made from the OpenAPI document: a refusal of the one shape, never a 500, and a server
 * that goes on. SOTTO_SEED=N repeats a run; SOTTO_LONG=1 tries twenty times as much.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { bodies, fitting, hostile } from '../../test/support/arbitrary.ts';
import { join, type Registered } from '../../test/support/person.ts';
import { checkAnswer, DOCUMENT } from '../../test/support/schema.ts';
import type { Json } from '../contract/api/schema.ts';
import { PATHS } from '../contract/paths.ts';

const RUNS = process.env.SOTTO_LONG === '1' ? 400 : 20;
const SEED = Number(process.env.SOTTO_SEED ?? crypto.getRandomValues(new Uint32Array(1))[0]);

let app: TestApp;
let owner: Registered;
let cookie: string;

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  owner = await join(app.origin, token, 'owner', { workspaceName: 'Harbour', prekeys: 1 });
  cookie = owner.cookie;
});
afterAll(() => app.stop());

/** A session of the owner's device: calls may end the one before, and are right to. */
async function signedIn(): Promise<string> {
  const { sessions } = app.deps.services;
  if ((await sessions.validate(cookie.slice(cookie.indexOf('=') + 1))) !== null) return cookie;
  const { account } = owner.identity;
  const opened = await app.deps.db.write((tx) =>
    sessions.open(
      tx,
      account,
      owner.device.id,
      { address: '127.0.0.1', agent: '' },
      { way: 'password', strong: true },
    ),
  );
  cookie = sessions.cookie(opened.token).split(';')[0] ?? '';
  return cookie;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: Json;
}

/** What is sent: the address, a body and its type. */
function requests(path: string, operation: Json) {
  const parameters = (operation.parameters ?? []) as readonly Parameter[];
  const value = (schema: Json) =>
    fc.oneof({ arbitrary: fitting(schema), weight: 3 }, { arbitrary: hostile, weight: 1 });
  const of = (kind: string) =>
    fc.record(
      Object.fromEntries(
        parameters.filter((each) => each.in === kind).map(({ name, schema }) => [name, value(schema)]),
      ),
      kind === 'query' ? { requiredKeys: [] } : {},
    );
  const content = (operation.requestBody as { content?: Record<string, { schema: Json }> } | undefined)
    ?.content;
  const json = content?.['application/json']?.schema;
  const body: fc.Arbitrary<string | Uint8Array<ArrayBuffer> | null> =
    json !== undefined
      ? bodies(json)
      : content !== undefined
        ? fc.uint8Array({ maxLength: 400 }).map((bytes) => new Uint8Array(bytes))
        : fc.constant(null);
  const type = fc.oneof(
    {
      arbitrary: fc.constant(json === undefined ? 'application/octet-stream' : 'application/json'),
      weight: 8,
    },
    {
      arbitrary: fc.constantFrom('', 'text/plain', 'application/json; charset=x', 'multipart/form-data'),
      weight: 1,
    },
  );
  return fc
    .record({ path: of('path'), query: of('query'), body, type })
    .map(({ path: named, query, body, type }) => ({
      at: address(path, named, query),
      body,
      type,
    }));
}

function address(path: string, named: Record<string, unknown>, query: Record<string, unknown>): string {
  const text = (value: unknown) =>
    (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 2000);
  // A lone half of a pair cannot stand in an address.
  const written = (value: unknown) => encodeURIComponent(text(value).toWellFormed());
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => written(named[name]) || '-');
  const asked = Object.entries(query).map(([name, value]) => `${name}=${written(value)}`);
  return asked.length === 0 ? filled : `${filled}?${asked.join('&')}`;
}

test('every call with what nearly fits it: refused in one shape, and the server goes on', async () => {
  const seen = new Map<number, number>();
  try {
    for (const [path, operations] of Object.entries(DOCUMENT.paths))
      for (const [method, operation] of Object.entries(operations))
        await fc.assert(
          fc.asyncProperty(requests(path, operation), async ({ at, body, type }) => {
            const response = await fetch(`${app.origin}${at}`, {
              method,
              headers: { cookie: await signedIn(), ...(body === null ? {} : { 'content-type': type }) },
              ...(body === null ? {} : { body }),
            });
            const text = await response.text();
            seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
            expect(response.status).toBeLessThan(500);
            if (response.status < 400) return;
            const said: unknown = JSON.parse(text);
            expect(text).not.toMatch(/\bat \/|\.ts:\d|Error:|undefined|\[object|SQLITE/);
            if (response.status !== 404) checkAnswer(method.toUpperCase(), at, response.status, said);
            expect(Object.keys(Object(said))).toEqual(expect.arrayContaining(['error', 'message']));
          }),
          { numRuns: RUNS, seed: SEED },
        );
  } catch (error) {
    console.log(`SOTTO_SEED=${SEED}`);
    throw error;
  }
  // It was not one door that refused everything.
  expect([...seen.keys()]).toEqual(expect.arrayContaining([200, 400, 404, 415]));
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  const after = await fetch(`${app.origin}${PATHS.session}`, { headers: { cookie: await signedIn() } });
  expect(after.status).toBe(200);
  expect(app.log()).not.toContain('"request failed"');
}, 600_000);

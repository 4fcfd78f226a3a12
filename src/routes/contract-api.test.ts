/** The OpenAPI document and the server are held to each other: the same calls, the same answers, and what does not fit is named. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { fitting } from '../../test/support/arbitrary.ts';
import { call, join, type Registered, random } from '../../test/support/person.ts';
import { DOCUMENT, misfit, operationOf, resolved } from '../../test/support/schema.ts';
import { CALLS } from '../contract/api/operations.ts';
import type { Json } from '../contract/api/schema.ts';
import { toBase64 } from '../contract/bytes.ts';
import { fileId } from '../contract/files.ts';
import { PATHS } from '../contract/paths.ts';
import { TOKEN_CALLS } from '../contract/scopes.ts';

let app: TestApp;
let owner: Registered;
let friend: Registered;

beforeAll(async () => {
  app = await startApp();
  const { invites } = app.deps.services;
  owner = await join(app.origin, await invites.createSetupToken(), 'owner', { workspaceName: 'Harbour' });
  friend = await join(app.origin, (await invites.create(null, {})).token, 'mina');
});
afterAll(() => app.stop());

test('the same calls, no more and no fewer', () => {
  const routes = app.routes().filter(({ path }) => path.startsWith('/api/v1/'));
  const served = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  const described = new Set(CALLS.map(({ method, path }) => `${method} ${path}`));
  expect([...served].filter((each) => !described.has(each))).toEqual([]);
  expect([...described].filter((each) => !served.has(each))).toEqual([]);
  expect(Object.keys(TOKEN_CALLS).filter((each) => !described.has(each))).toEqual([]);
});

test('the document is served to everybody, and as a page without a script', async () => {
  const json = await fetch(`${app.origin}/api/docs/json`);
  expect(json.headers.get('content-type')).toContain('application/json');
  const served = (await json.json()) as { openapi: string; paths: object; servers: { url: string }[] };
  expect(served.openapi).toBe('3.1.0');
  expect(Object.keys(served.paths)).toEqual(Object.keys(DOCUMENT.paths));
  expect(served.servers[0]?.url).toBe(app.origin);
  const page = await fetch(`${app.origin}/api/docs`);
  const html = await page.text();
  expect(page.status).toBe(200);
  expect(html).not.toContain('<script');
  for (const { method, path } of CALLS) expect(html).toContain(`${method} ${path}`);
});

/** Calls that do something by themselves, each with an example; `call` holds the answers to the document. */
test('examples get the answer that the document says', async () => {
  const file = fileId(random(16));
  const { account } = owner.identity;
  const conversation = await call<{ id: string }>(app.origin, 'POST', PATHS.conversations, {
    body: { kind: 'direct', people: [friend.identity.account] },
    cookie: owner.cookie,
  });
  const chunk = random(16 + 16);
  const examples: readonly (readonly [string, string, unknown?])[] = [
    ['GET', PATHS.workspace],
    ['POST', PATHS.signInStart, { username: 'nobody' }],
    ['POST', PATHS.passkeyStart],
    ['GET', PATHS.session],
    ['GET', PATHS.sessions],
    ['GET', PATHS.vault],
    ['GET', PATHS.people],
    ['POST', PATHS.directory, { people: [account, friend.identity.account] }],
    ['GET', PATHS.log],
    ['GET', `${PATHS.logConsistency}?from=1&to=2`],
    ['POST', PATHS.claimPrekeys, { devices: [friend.device.id] }],
    ['GET', PATHS.prekeys],
    ['POST', PATHS.prekeys, owner.request.device.prekeys],
    ['GET', PATHS.envelopes],
    ['POST', PATHS.acknowledgements, { seqs: [1, 2] }],
    ['POST', PATHS.statuses, { ids: ['0'.repeat(32)] }],
    ['GET', PATHS.conversations],
    ['GET', PATHS.openConversations],
    ['GET', `${PATHS.conversations}/${conversation.body.id}`],
    ['GET', PATHS.backup],
    ['PUT', PATHS.backup, { version: 1, manifest: toBase64(random(40)), segments: '', on: false }],
    ['DELETE', PATHS.backup],
    ['GET', PATHS.presence],
    ['PUT', PATHS.presence, { shown: true }],
    ['GET', PATHS.push],
    ['DELETE', PATHS.push],
    ['GET', PATHS.files],
    ['POST', PATHS.files, { id: file, size: 16, conversation: conversation.body.id, expiresAt: null }],
    ['PUT', `${PATHS.files}/${file}/chunks/0`, chunk],
    ['POST', `${PATHS.files}/${file}/complete`],
    ['GET', `${PATHS.files}/${file}`],
    ['GET', `${PATHS.files}/${file}/chunks/0`],
    ['GET', `${PATHS.files}/${file}/hashes`],
    ['GET', `${PATHS.files}/${file}/direct/0`],
    ['PUT', `${PATHS.files}/${file}/expiry`, { expiresAt: Date.now() + 1e9 }],
    ['DELETE', `${PATHS.files}/${file}/places/${conversation.body.id}`],
    ['GET', PATHS.shares],
    ['GET', PATHS.fileRequests],
    ['POST', PATHS.invites, { role: 'guest', uses: 3, expiresIn: 3600_000 }],
    ['GET', PATHS.audit],
    ['POST', PATHS.tokens, { name: 'Example', scopes: ['people:read'], days: 30 }],
    ['GET', PATHS.tokens],
    ['POST', PATHS.signOut, { everywhere: false }],
  ];
  for (const [method, path, body] of examples) {
    const bytes = body instanceof Uint8Array;
    const answer = bytes
      ? await fetch(`${app.origin}${path}`, {
          method,
          body: new Uint8Array(body),
          headers: { cookie: owner.cookie, 'content-type': 'application/octet-stream' },
        })
      : await call(app.origin, method, path, {
          cookie: owner.cookie,
          ...(body === undefined ? {} : { body }),
        });
    const expected = Object.keys((operationOf(method, path)?.responses as object) ?? {}).find((status) =>
      status.startsWith('2'),
    );
    expect(`${method} ${path} ${answer.status}`).toBe(`${method} ${path} ${expected}`);
  }
});

test('every other call is made, rightly, somewhere among the tests', () => {
  const sources = ['src/routes', 'src/services', 'test/integration']
    .flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(name, 'utf8'))
    .join('\n');
  for (const { path } of CALLS) {
    const [, first = ''] = /^\/api\/v1\/([\w-]+)/.exec(path) ?? [];
    const names = first.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    expect([path, sources.includes(first) || sources.includes(names)]).toEqual([path, true]);
  }
});

test('a field of the wrong type, or none, is 400 and named', async () => {
  const wrongs: string[] = [];
  for (const { method, path, operation } of CALLS) {
    const described = operationOf(method, path.replace(/:\w+/g, 'x'));
    const content = (described?.requestBody as { content?: Record<string, { schema: Json }> } | undefined)
      ?.content;
    const schema = flat(content?.['application/json']?.schema);
    // Either of two shapes has its own tests, and so has what only owners may.
    if (schema === null || operation.needs === 'invites.make') continue;
    const at = path.replace(/:(\w+)/g, (_, name: string) =>
      '0'.repeat(name === 'conversation' ? 64 : name === 'n' ? 1 : 32),
    );
    const required = (schema.required ?? []) as string[];
    const fits = Object.fromEntries(
      required.map((name) => [name, fc.sample(fitting(partOf(schema, name)), { numRuns: 1, seed: 1 })[0]]),
    );
    for (const name of required) {
      const { [name]: _, ...missing } = fits;
      const part = partOf(schema, name);
      const wrong = part.type === 'object' ? 'x' : { wrong: [] };
      for (const sent of [{ ...fits, [name]: wrong }, ...(part.anyOf === undefined ? [missing] : [])]) {
        const answer = await call(app.origin, method, at, { body: sent, cookie: friend.cookie });
        const fields = Object.keys(answer.body?.fields ?? {});
        // What WebAuthn's dictionaries hold cannot be made up: those are named first.
        const isNamedFirst = required.some((each) =>
          partOf(schema, each).description?.toString().includes('WebAuthn'),
        );
        if (isNamedFirst && answer.status === 400 && fields.length > 0) continue;
        if (answer.status !== 400 || !fields.some((field) => field === name || field.startsWith(`${name}.`)))
          wrongs.push(`${method} ${path} ${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
    }
  }
  expect(wrongs).toEqual([]);
});

test('a validator that finds nothing would prove nothing', () => {
  const person = resolved('#/components/schemas/Person');
  const right = { account: '0'.repeat(32), username: 'a', name: 'A', role: 'member', disabled: false };
  expect(misfit(person, right)).toBeNull();
  for (const wrong of [
    { ...right, account: 'x' },
    { ...right, role: 'king' },
    { ...right, disabled: 0 },
    { ...right, more: 1 },
    { username: 'a' },
    null,
    [],
  ])
    expect(misfit(person, wrong)).not.toBeNull();
});

function flat(schema: Json | undefined): Json | null {
  const meant = typeof schema?.$ref === 'string' ? resolved(schema.$ref) : schema;
  return meant?.type === 'object' ? meant : null;
}

function partOf(schema: Json, name: string): Json {
  const part = (schema.properties as Readonly<Record<string, Json>>)[name] ?? {};
  return typeof part.$ref === 'string' ? resolved(part.$ref) : part;
}

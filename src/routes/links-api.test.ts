import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { call, join, type Registered, random } from '../../test/support/person.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { ErrorBody } from '../contract/errors.ts';
import {
  LINK_LIFETIME_MS,
  LINK_PATHS,
  type LinkFound,
  type LinkStarted,
  type LinkStatus,
} from '../contract/links.ts';
import { linkFinder, linkHash, linkRequestRecord } from '../protocol/link-request.ts';

let app: TestApp;
let owner: Registered;
let mina: Registered;

const newRequest = (): Uint8Array =>
  linkRequestRecord.encode({
    device: random(16),
    signingKey: random(1984),
    agreementKey: random(32),
    suites: [2],
    transferKey: random(32),
    transferKem: random(1184),
    agent: 'Firefox on Linux',
    created: Date.now(),
  });
const post = <T = ErrorBody>(path: string, body: unknown, cookie = '', headers = {}) =>
  call<T>(app.origin, 'POST', path, { body, cookie, headers });
const start = async (request = newRequest()) => {
  const { status, body } = await post<LinkStarted>(LINK_PATHS.links, { request: toBase64(request) });
  return {
    status,
    ...body,
    request,
    name: toBase64(linkHash(request)),
    finder: linkFinder(linkHash(request)),
  };
};
const state = (token: string) => post<LinkStatus>(LINK_PATHS.state, { token });
const answerOf = (name: string) => ({
  request: name,
  certificateHash: toBase64(random(32)),
  answer: toBase64(random(2000)),
});

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  owner = await join(app.origin, token, 'owner', { workspaceName: 'Harbour' });
  mina = await join(app.origin, (await app.deps.services.invites.create(null)).token, 'mina');
});
afterAll(() => app.stop());

describe('a request to be linked', () => {
  test('waits for ten minutes, and is found by five characters of its code', async () => {
    const made = await start();
    expect(made.status).toBe(201);
    expect((await state(made.token)).body).toEqual({ state: 'waiting', answer: null });
    const found = await post<LinkFound>(LINK_PATHS.find, { finder: made.finder }, mina.cookie);
    expect(found.body.request).toBe(toBase64(made.request));
    app.pass(LINK_LIFETIME_MS + 1);
    expect((await state(made.token)).status).toBe(410);
    expect((await post(LINK_PATHS.find, { finder: made.finder }, mina.cookie)).status).toBe(404);
    const before = await app.count('links');
    await app.deps.services.links.expire();
    expect(await app.count('links')).toBeLessThan(before);
  });

  test('of another form, or too large, is refused with the field', async () => {
    const record = newRequest();
    for (const request of [
      '',
      'not base64!',
      toBase64(random(100)),
      toBase64(record.subarray(1)),
      toBase64(new Uint8Array([...record, 0])),
      toBase64(random(4000)),
      7,
      null,
    ]) {
      const { status, body } = await post(LINK_PATHS.links, { request });
      expect({ status, fields: Object.keys(body.fields ?? {}) }).toEqual({
        status: 400,
        fields: ['request'],
      });
    }
  });

  test('that is there already is refused', async () => {
    const { request } = await start();
    expect((await post(LINK_PATHS.links, { request: toBase64(request) })).status).toBe(409);
  });

  test('is asked after by whoever has its token, and by nobody else', async () => {
    const made = await start();
    expect((await state(toBase64(random(32)))).status).toBe(410);
    expect((await state(made.name)).status).toBe(410);
    for (const token of ['', 'x', toBase64(random(31)), 5])
      expect((await post(LINK_PATHS.state, { token })).status).toBe(400);
  });
});

describe('an answer', () => {
  test('needs the session of a device', async () => {
    const made = await start();
    for (const [path, body] of [
      [LINK_PATHS.find, { finder: made.finder }],
      [LINK_PATHS.answer, answerOf(made.name)],
      [LINK_PATHS.outcome, { request: made.name }],
      [LINK_PATHS.withdraw, { request: made.name }],
    ] as const) {
      expect((await post(path, body)).status).toBe(401);
      const { username, password } = mina.request;
      const entered = await post('/api/v1/sign-in/password', { username, secret: password?.secret });
      expect((await post(path, body, entered.cookie ?? '')).status).toBe(403);
    }
  });

  test('is taken once, reaches the place, and belongs to whoever gave it', async () => {
    const made = await start();
    const given = answerOf(made.name);
    expect((await post(LINK_PATHS.answer, given, mina.cookie)).status).toBe(204);
    expect((await post(LINK_PATHS.answer, answerOf(made.name), mina.cookie)).status).toBe(409);
    expect((await post(LINK_PATHS.answer, answerOf(made.name), owner.cookie)).status).toBe(409);
    expect((await state(made.token)).body).toEqual({ state: 'answered', answer: given.answer });
    expect((await post(LINK_PATHS.outcome, { request: made.name }, owner.cookie)).status).toBe(410);
    expect((await post(LINK_PATHS.withdraw, { request: made.name }, owner.cookie)).status).toBe(410);
    expect((await post(LINK_PATHS.withdraw, { request: made.name }, mina.cookie)).status).toBe(204);
    expect((await state(made.token)).body).toEqual({ state: 'cancelled', answer: null });
    expect((await post(LINK_PATHS.withdraw, { request: made.name }, mina.cookie)).status).toBe(409);
  });

  test('makes no device of one that has not the certificate', async () => {
    const made = await start();
    await post(LINK_PATHS.answer, answerOf(made.name), mina.cookie);
    const { device } = mina.request;
    const { status } = await post(LINK_PATHS.complete, { ...device, token: made.token });
    expect(status).toBe(403);
    const waiting = await start();
    expect((await post(LINK_PATHS.complete, { ...device, token: waiting.token })).status).toBe(410);
  });

  test('of the wrong sizes is refused with the field', async () => {
    const made = await start();
    const right = answerOf(made.name);
    for (const [field, value] of [
      ['request', toBase64(random(31))],
      ['certificateHash', toBase64(random(33))],
      ['answer', toBase64(random(49 * 1024))],
    ] as const) {
      const { status, body } = await post(LINK_PATHS.answer, { ...right, [field]: value }, mina.cookie);
      expect({ status, fields: Object.keys(body.fields ?? {}) }).toEqual({ status: 400, fields: [field] });
    }
    for (const finder of ['', 'ABCD', 'ABCDEF', 'ABCDU', 'abcde', '<b>1>'])
      expect((await post(LINK_PATHS.find, { finder }, mina.cookie)).status).toBe(400);
  });
});

test('requests of one address, and codes that one account tries, are limited', async () => {
  const limited = await startApp({ limited: true });
  try {
    const token = await limited.deps.services.invites.createSetupToken();
    const person = await join(limited.origin, token, 'owner', { workspaceName: 'Harbour' });
    const tries = async (path: string, body: () => unknown, cookie: string) => {
      for (let count = 1; ; count++) {
        const { status } = await call(limited.origin, 'POST', path, { body: body(), cookie });
        if (status === 429 || count > 100) return count;
      }
    };
    expect(await tries(LINK_PATHS.links, () => ({ request: toBase64(newRequest()) }), '')).toBe(21);
    expect(await tries(LINK_PATHS.find, () => ({ finder: 'ZZZZZ' }), person.cookie)).toBe(11);
  } finally {
    await limited.stop();
  }
});

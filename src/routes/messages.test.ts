import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import {
  addPerson,
  makePost,
  openCookie,
  randomBytes,
  type Someone,
  someConversation,
} from '../../test/support/relay.ts';
import { accountId } from '../contract/bytes.ts';
import type { ErrorBody } from '../contract/errors.ts';
import type { ConversationId } from '../contract/ids.ts';
import { MAX_POST_BYTES, MAX_REQUEST_BYTES } from '../contract/limits.ts';
import { conversationPath, PATHS } from '../contract/paths.ts';
import type { Accepted, ConversationRecord, MessageStatus, Pending } from '../contract/relay.ts';

let app: TestApp;
let mina: Someone;
let ravi: Someone;
let cookie: string;
let peerCookie: string;
let conversation: ConversationId;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  mina = await addPerson(app.deps.db, Date.now(), 1, 'Mina');
  ravi = await addPerson(app.deps.db, Date.now(), 1, 'Ravi');
  cookie = await openCookie(app.deps, mina);
  peerCookie = await openCookie(app.deps, ravi);
  conversation = (await app.deps.services.conversations.createDirect(mina.session(), ravi.account)).id;
});

async function call<T>(
  method: string,
  path: string,
  as: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const raw = body instanceof Uint8Array || typeof body === 'string';
  const response = await fetch(app.origin + path, {
    method,
    headers: {
      cookie: as,
      'content-type': body instanceof Uint8Array ? 'application/octet-stream' : 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: raw ? (body as BodyInit) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T };
}

const post = () => makePost({ sender: mina.session(), conversation, to: ravi.devices });

async function rows(): Promise<number[]> {
  return Promise.all(
    ['messages', 'bodies', 'envelopes', 'conversations', 'members'].map((name) => app.count(name)),
  );
}

/** A refusal in our shape, with a sentence and without a trace, that left the tables as they were. */
async function expectRefused(
  status: number,
  error: string,
  request: () => Promise<{ status: number; body: ErrorBody }>,
) {
  const before = await rows();
  const answer = await request();
  expect(answer).toMatchObject({ status, body: { error } });
  expect(answer.body.message).toMatch(/^[A-Z"].*\.$/);
  expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.ts:|node_modules|SQLITE|Error:/);
  expect(await rows()).toEqual(before);
}

test('a message goes from one to the other, and the sender hears of it', async () => {
  const { id, bytes } = post();
  const accepted = await call<Accepted>('POST', PATHS.messages, cookie, bytes);
  expect(accepted).toMatchObject({ status: 200, body: { id, recipients: 1 } });
  expect((await call<Accepted>('POST', PATHS.messages, cookie, bytes)).body).toEqual(accepted.body);

  const waiting = await call<Pending>('GET', PATHS.envelopes, peerCookie);
  expect(waiting.body.envelopes.map((delivery) => delivery.id)).toEqual([id]);
  const seqs = waiting.body.envelopes.map(({ seq }) => seq);
  expect((await call<Pending>('GET', `${PATHS.envelopes}?after=${seqs[0]}`, peerCookie)).body).toEqual({
    envelopes: [],
    more: false,
  });
  expect((await call('POST', PATHS.acknowledgements, peerCookie, { seqs })).status).toBe(204);
  expect((await call<Pending>('GET', PATHS.envelopes, peerCookie)).body.envelopes).toEqual([]);
  const statuses = await call<MessageStatus[]>('POST', PATHS.statuses, cookie, { ids: [id] });
  expect(statuses.body).toEqual([{ id, delivered: [...ravi.devices], expired: [], pending: 0 }]);
  expect((await call<MessageStatus[]>('POST', PATHS.statuses, peerCookie, { ids: [id] })).body).toEqual([]);
});

describe('without a session, or without a device', () => {
  test('every route says so', async () => {
    const locked = await openCookie(app.deps, mina, null);
    const routes = [
      ['POST', PATHS.messages, post().bytes],
      ['GET', PATHS.envelopes],
      ['POST', PATHS.acknowledgements, { seqs: [] }],
      ['POST', PATHS.statuses, { ids: [] }],
    ] as const;
    for (const [method, path, body] of routes) {
      await expectRefused(401, 'NotSignedIn', () => call(method, path, '', body));
      await expectRefused(401, 'NotSignedIn', () => call(method, path, 'sotto=nonsense', body));
      await expectRefused(403, 'Forbidden', () => call(method, path, locked, body));
    }
    await expectRefused(401, 'NotSignedIn', () => call('GET', PATHS.conversations, ''));
    await expectRefused(401, 'NotSignedIn', () => call('POST', PATHS.conversations, '', {}));
    await expectRefused(401, 'NotSignedIn', () => call('GET', conversationPath(conversation), ''));
  });
});

describe('bad input', () => {
  test('posts', async () => {
    const good = post().bytes;
    const send = (body: unknown, headers?: Record<string, string>) => () =>
      call<ErrorBody>('POST', PATHS.messages, cookie, body, headers);
    await expectRefused(415, 'UnsupportedMediaType', send({ post: 'x' }));
    await expectRefused(415, 'UnsupportedMediaType', send('x', { 'content-type': 'text/plain' }));
    await expectRefused(400, 'ValidationError', send(new Uint8Array()));
    await expectRefused(400, 'ValidationError', send(good.slice(0, 100)));
    await expectRefused(400, 'ValidationError', send(randomBytes(5000)));
    await expectRefused(413, 'TooLarge', send(new Uint8Array(MAX_POST_BYTES + 1)));
    const foreign = makePost({ sender: ravi.session(), conversation, to: mina.devices }).bytes;
    await expectRefused(400, 'ValidationError', send(foreign));
    const other = makePost({ sender: mina.session(), conversation: someConversation(), to: ravi.devices });
    await expectRefused(404, 'NotFound', send(other.bytes));
    const nobody = makePost({ sender: mina.session(), conversation, to: [] });
    await expectRefused(409, 'WrongDevices', send(nobody.bytes));
    await expectRefused(403, 'Forbidden', send(good, { origin: 'https://evil.example' }));
  });

  test('pages', async () => {
    for (const query of [
      'after=x',
      'after=-1',
      'after=1.5',
      'after=99999999999999999',
      'limit=0',
      'limit=101',
      'limit=',
    ]) {
      const path = `${PATHS.envelopes}?${query}`;
      await expectRefused(400, 'ValidationError', () => call('GET', path, cookie));
    }
  });

  test('acknowledgements and statuses', async () => {
    const wrong = [
      [
        PATHS.acknowledgements,
        [{}, { seqs: 1 }, { seqs: ['1'] }, { seqs: [-1] }, { seqs: [1.5] }, { seqs: Array(1001).fill(1) }],
      ],
      [
        PATHS.statuses,
        [{}, { ids: 'x' }, { ids: [1] }, { ids: ['abc'] }, { ids: Array(201).fill('0'.repeat(32)) }],
      ],
      [
        PATHS.conversations,
        [
          {},
          { kind: 'group', people: [] },
          { kind: 'direct' },
          { kind: 'direct', people: [] },
          { kind: 'direct', people: ['x'] },
          { kind: 'direct', people: [ravi.account, mina.account] },
          { kind: 'direct', people: [mina.account, mina.account] },
        ],
      ],
    ] as const;
    for (const [path, bodies] of wrong) {
      for (const body of [...bodies, [], 'null', '1', '{', '"x"'])
        await expectRefused(400, 'ValidationError', () => call('POST', path, cookie, body));
      await expectRefused(415, 'UnsupportedMediaType', () =>
        call('POST', path, cookie, 'x', { 'content-type': 'text/plain' }),
      );
      await expectRefused(413, 'TooLarge', () =>
        call('POST', path, cookie, 'x'.repeat(MAX_REQUEST_BYTES + 1)),
      );
    }
    // Numbers of others' envelopes delete nothing.
    await call('POST', PATHS.messages, cookie, post().bytes);
    const seqs = (await call<Pending>('GET', PATHS.envelopes, peerCookie)).body.envelopes.map(
      ({ seq }) => seq,
    );
    expect((await call('POST', PATHS.acknowledgements, cookie, { seqs })).status).toBe(204);
    expect((await call<Pending>('GET', PATHS.envelopes, peerCookie)).body.envelopes).toHaveLength(1);
  });
});

describe('conversations', () => {
  test('started once, listed for both, found by nobody else', async () => {
    const eve = await addPerson(app.deps.db, Date.now(), 1, 'Eve');
    const eveCookie = await openCookie(app.deps, eve);
    const created = await call<ConversationRecord>('POST', PATHS.conversations, eveCookie, {
      kind: 'direct',
      people: [mina.account],
    });
    expect(created).toMatchObject({
      status: 200,
      body: { kind: 'direct', members: [eve.account, mina.account].sort() },
    });
    const again = await call<ConversationRecord>('POST', PATHS.conversations, cookie, {
      kind: 'direct',
      people: [eve.account],
    });
    expect(again.body).toEqual(created.body);
    expect(
      (await call<ConversationRecord[]>('GET', PATHS.conversations, cookie)).body.map(({ id }) => id),
    ).toEqual([created.body.id, conversation]);
    expect((await call<ConversationRecord>('GET', conversationPath(created.body.id), cookie)).body).toEqual(
      created.body,
    );
    await expectRefused(404, 'NotFound', () => call('GET', conversationPath(conversation), eveCookie));
    await expectRefused(404, 'NotFound', () => call('GET', `${PATHS.conversations}/nonsense`, eveCookie));
    await expectRefused(404, 'NotFound', () =>
      call('POST', PATHS.conversations, cookie, { kind: 'direct', people: [accountId(randomBytes(16))] }),
    );
  });
});

test('ciphertext, ids of envelopes and cookies are in no log', async () => {
  const { bytes } = post();
  await call('POST', PATHS.messages, cookie, bytes);
  await call('POST', PATHS.messages, cookie, bytes.slice(0, 500));
  const log = app.log();
  expect(log).toContain(PATHS.messages);
  expect(log).not.toContain(cookie.slice('sotto='.length));
  expect(log).not.toContain(bytes.subarray(200, 230).toBase64({ alphabet: 'base64url', omitPadding: true }));
});

test('sends are limited by account, with the seconds to wait', async () => {
  const limited = await startApp({ limited: true });
  const sender = await addPerson(limited.deps.db, Date.now());
  const own = await openCookie(limited.deps, sender);
  const send = () =>
    fetch(limited.origin + PATHS.messages, {
      method: 'POST',
      headers: { cookie: own, 'content-type': 'application/octet-stream' },
      body: new Uint8Array(3),
    });
  let refused: Response | null = null;
  for (let tries = 0; tries < 700 && !refused; tries++) {
    const answer = await send();
    if (answer.status === 429) refused = answer;
    else expect(answer.status).toBe(400);
  }
  expect(refused?.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(await refused?.json()).toMatchObject({
    error: 'RateLimitExceeded',
    retry_after: expect.any(Number),
  });
  await limited.stop();
});

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { connect } from 'node:net';
import { Elysia, t } from 'elysia';
import { createAssets } from '../assets.ts';
import { parseConfig } from '../config.ts';
import type { ErrorBody } from '../contract/errors.ts';
import { RELEASE_HEADER } from '../contract/release.ts';
import { createLog } from '../ops/log.ts';
import { createOps } from '../ops/ops.ts';
import { Refusal } from '../services/refusal.ts';
import { DbUnavailable } from '../store/db.ts';
import { CONTENT_SECURITY_POLICY } from './headers.ts';
import { requests } from './requests.ts';

const ORIGIN = 'http://localhost:1';
const lines: string[] = [];
let url = '';

const log = createLog('info', Date.now, (line) => lines.push(line));
const app = new Elysia({ serve: { maxRequestBodySize: 1024 * 1024 } })
  .use(
    requests(
      {
        log,
        ops: createOps(log, Date.now),
        peer: (request) => ({ address: null, isProxy: request.headers.has('x-test-proxy') }),
        config: parseConfig([], {}),
        clock: Date.now,
        random: (length) => crypto.getRandomValues(new Uint8Array(length)),
        origin: () => ORIGIN,
        assets: createAssets(new Map(), '2.0.0'),
        encryption: null,
        services: {
          releases: {
            note: async () => {},
            look: async () => {},
            isAtWork: (release) => release === '1.9.0',
            others: () => [],
          },
        },
      },
      (status, body) => `<h1>${status}</h1>${body.message}`,
      async () => null,
    ),
  )
  .get('/page', () => 'hello')
  .get('/asks', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    log.warn('while it is served');
    return 'asked';
  })
  .get('/broken', () => {
    throw new Error('the secret is 42');
  })
  .get('/api/v1/gone', () => {
    throw new Refusal('Gone', 'This link was used up.');
  })
  .get('/api/v1/full', () => {
    throw new DbUnavailable('SQLITE_FULL');
  })
  .get('/api/v1/fast', () => {
    throw new Refusal('RateLimitExceeded', 'Too fast.', { retry_after: 7 });
  })
  .post('/api/v1/bytes', async ({ request }) => `${(await request.bytes()).length}`, { parse: 'none' })
  .post('/api/v1/echo', ({ body }) => body, { body: t.Object({ name: t.String({ maxLength: 3 }) }) });

beforeAll(() => {
  app.listen(0);
  url = `http://localhost:${app.server?.port}`;
});
afterAll(() => app.stop(true));

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/v1/echo`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
const errorOf = async (response: Response) => (await response.json()) as ErrorBody;

test('every answer carries the security headers, an id, and is not cached', async () => {
  for (const path of ['/page', '/nowhere', '/broken', '/api/v1/gone']) {
    const response = await fetch(url + path);
    expect(response.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f]{16}$/);
    expect(response.headers.get('cache-control')).toBe('no-store');
  }
});

test('what was not foreseen is one constant sentence outside, and logged with its id inside', async () => {
  const response = await fetch(`${url}/broken`);
  const text = await response.text();
  expect(response.status).toBe(500);
  expect(text).not.toContain('secret');
  expect(text).not.toContain(' at ');
  const id = response.headers.get('x-request-id') ?? '';
  expect(lines.some((line) => line.includes('request failed') && line.includes(id))).toBe(true);
});

test('whoever goes away in the middle of what they send is no error of the server', async () => {
  const before = lines.length;
  const line = connect(Number(app.server?.port), 'localhost');
  line.write(
    `POST /api/v1/bytes HTTP/1.1\r\nhost: localhost\r\norigin: ${ORIGIN}\r\ncontent-length: 9\r\n\r\nhalf`,
  );
  line.end();
  await new Promise((resolve) => line.on('close', resolve).resume());
  const logged = () => lines.slice(before).filter((line) => line.includes('/api/v1/bytes'));
  while (logged().length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(logged().map((line) => JSON.parse(line).status)).toEqual([400]);
  expect(lines.slice(before).join()).not.toContain('request failed');
});

test('refusals keep their status and shape', async () => {
  const gone = await fetch(`${url}/api/v1/gone`);
  expect(gone.status).toBe(410);
  expect(await errorOf(gone)).toEqual({ error: 'Gone', message: 'This link was used up.' });
  const fast = await fetch(`${url}/api/v1/fast`);
  expect(fast.status).toBe(429);
  expect(fast.headers.get('retry-after')).toBe('7');
  expect((await errorOf(fast)).retry_after).toBe(7);
  const full = await fetch(`${url}/api/v1/full`);
  expect(full.status).toBe(503);
  expect((await errorOf(full)).message).toContain('Nothing was lost');
});

test('bad bodies are 4xx that name the field', async () => {
  const long = await post('{"name":"abcd"}');
  expect(long.status).toBe(400);
  expect(Object.keys((await errorOf(long)).fields ?? {})).toEqual(['name']);
  expect((await post('{"name"')).status).toBe(400);
  expect((await post('[]')).status).toBe(400);
  expect((await post('x'.repeat(600 * 1024))).status).toBe(413);
});

test('a write from another site is refused, ours and the command line’s pass', async () => {
  expect((await post('{"name":"a"}', { origin: 'https://evil.example' })).status).toBe(403);
  expect((await post('{"name":"a"}', { origin: 'null' })).status).toBe(403);
  expect((await post('{"name":"a"}', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await post('{"name":"a"}', { origin: ORIGIN })).status).toBe(200);
  expect((await post('{"name":"a"}')).status).toBe(200);
});

test('log lines carry the path without its query', async () => {
  await fetch(`${url}/page?token=abc`);
  const seen = lines.filter((line) => line.includes('"path":"/page"'));
  expect(seen.length).toBeGreaterThan(0);
  expect(lines.join('')).not.toContain('token=abc');
});

test('a page of another release is told to load itself again; who names none is answered', async () => {
  const ask = (headers: Record<string, string>) => fetch(`${url}/page`, { headers });
  expect((await ask({})).status).toBe(200);
  expect((await ask({ [RELEASE_HEADER]: '2.0.0' })).status).toBe(200);
  // Nodes of that release are at work beside this one.
  expect((await ask({ [RELEASE_HEADER]: '1.9.0' })).status).toBe(200);
  const old = await fetch(`${url}/api/v1/gone`, { headers: { [RELEASE_HEADER]: '1.0.0' } });
  expect(old.status).toBe(426);
  expect(await errorOf(old)).toMatchObject({
    error: 'UpgradeRequired',
    message: 'This page is of the release 1.0.0, and the server of 2.0.0. Load it again; nothing is lost.',
  });
});

test('lines that are written while a request is served carry its id; a named proxy may give it, others not', async () => {
  const idOf = async (headers: Record<string, string>) => {
    const answer = await fetch(`${url}/asks`, { headers });
    await answer.text();
    return answer.headers.get('x-request-id');
  };
  const asked = 'trace-7f3a91c2';
  const [own, given, forged, malformed] = [
    await idOf({}),
    await idOf({ 'x-test-proxy': '1', 'x-request-id': asked }),
    await idOf({ 'x-request-id': asked }),
    await idOf({ 'x-test-proxy': '1', 'x-request-id': 'a b\t"c"' }),
  ];
  expect(given).toBe(asked);
  for (const id of [own, forged, malformed]) expect(id).toMatch(/^[0-9a-f]{16}$/);
  const written = lines
    .map((line) => JSON.parse(line))
    .filter(({ message }) => message === 'while it is served')
    .map(({ request }) => request);
  expect(written).toEqual([own, given, forged, malformed]);
});

import { expect, test } from 'bun:test';
import { PATHS } from '../contract/paths.ts';
import { POST_MEDIA_TYPE } from '../contract/relay.ts';
import { httpTransport } from './http-transport.ts';
import { TransportFailed, TransportRefused } from './ports.ts';

/** A real server that answers everything with one response, and remembers the requests. */
async function answering<T>(
  answer: (request: Request) => Response | Promise<Response>,
  work: (origin: string, requests: Request[]) => Promise<T>,
): Promise<T> {
  const requests: Request[] = [];
  const server = Bun.serve({
    port: 0,
    fetch: async (request) => {
      // The body is read now: a clone's dies with the connection.
      const { url, method, headers } = request;
      requests.push(
        new Request(url, { method, headers, body: method === 'GET' ? null : await request.blob() }),
      );
      return answer(request);
    },
  });
  try {
    return await work(`http://localhost:${server.port}`, requests);
  } finally {
    await server.stop(true);
  }
}
const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

const WORKSPACE = {
  name: 'Ours',
  ready: true,
  release: '1',
  fixedAddress: false,
  passkeys: true,
  logKey: 'A'.repeat(2646),
  policies: { registration: 'invite' as const, relayDays: 7, history: 'none' as const, suite: 2 },
};

test('a value is what the contract says; more fields are ignored', () =>
  answering(
    () => Response.json({ ...WORKSPACE, later: 1 }),
    async (origin) => expect(await httpTransport({ origin }).workspace()).toEqual(WORKSPACE),
  ));

test('an answer that is not what the contract says is a failure, not a value', async () => {
  const wrong = [
    '{"name":"Ours"}',
    '[]',
    'null',
    '',
    '<html>',
    JSON.stringify({ ...WORKSPACE, ready: 'yes' }),
    JSON.stringify({ ...WORKSPACE, name: { toString: 1 } }),
  ];
  for (const text of wrong)
    await answering(
      () => new Response(text),
      async (origin) =>
        expect(await thrown(httpTransport({ origin }).workspace())).toBeInstanceOf(TransportFailed),
    );
});

test('headers go with every request, and every answer is seen before it is read', () =>
  answering(
    () => Response.json([], { headers: { 'set-cookie': 'sotto=x; Path=/' } }),
    async (origin, requests) => {
      const seen: string[] = [];
      const transport = httpTransport({
        origin,
        headers: () => ({ cookie: 'sotto=secret' }),
        onResponse: (response) => {
          seen.push(...response.headers.getSetCookie());
        },
      });
      await transport.people();
      expect(requests[0]?.headers.get('cookie')).toBe('sotto=secret');
      expect(seen).toEqual(['sotto=x; Path=/']);
    },
  ));

test('a post travels as bytes, everything else as JSON', () =>
  answering(
    () => Response.json({ id: 'ab'.repeat(16), acceptedAt: 1, recipients: 2 }),
    async (origin, requests) => {
      const transport = httpTransport({ origin });
      await transport.post(new Uint8Array([1, 2, 255]));
      const [post] = requests;
      expect(post?.headers.get('content-type')).toBe(POST_MEDIA_TYPE);
      expect(new URL(post?.url ?? '').pathname).toBe(PATHS.messages);
      expect(new Uint8Array((await post?.arrayBuffer()) ?? [])).toEqual(new Uint8Array([1, 2, 255]));
      await transport.acknowledge([3, 4]);
      expect(requests[1]?.headers.get('content-type')).toBe('application/json');
      expect(await requests[1]?.json()).toEqual({ seqs: [3, 4] });
    },
  ));

test('the server says no: its status, its sentence, its fields', () =>
  answering(
    () =>
      Response.json(
        { error: 'ValidationError', message: 'No.', fields: { username: ['It is taken.'] } },
        { status: 400 },
      ),
    async (origin) => {
      const error = await thrown(httpTransport({ origin }).people());
      expect(error).toBeInstanceOf(TransportRefused);
      expect(error).toMatchObject({
        status: 400,
        message: 'No.',
        body: { error: 'ValidationError', fields: { username: ['It is taken.'] } },
      });
    },
  ));

test('seconds to wait come from the body, or from Retry-After', async () => {
  for (const [body, header, seconds] of [
    [{ retry_after: 60 }, '5', 60],
    [{}, '7', 7],
  ] as const)
    await answering(
      () =>
        Response.json(
          { error: 'RateLimitExceeded', message: 'Slower.', ...body },
          { status: 429, headers: { 'retry-after': header } },
        ),
      async (origin) =>
        expect(await thrown(httpTransport({ origin }).people())).toMatchObject({
          status: 429,
          body: { retry_after: seconds },
        }),
    );
});

test('wrong devices: the expected ones come along', () =>
  answering(
    () =>
      Response.json(
        { error: 'WrongDevices', message: 'Others.', expected: [{ account: 'a', device: 'b' }, 7] },
        { status: 409 },
      ),
    async (origin) =>
      expect(await thrown(httpTransport({ origin }).post(new Uint8Array(1)))).toMatchObject({
        status: 409,
        body: { error: 'WrongDevices', expected: [{ account: 'a', device: 'b' }] },
      }),
  ));

test('no one, a timeout, a proxy that gave up and a redirect are failures: nobody knows the outcome', async () => {
  expect(await thrown(httpTransport({ origin: 'http://localhost:1' }).people())).toBeInstanceOf(
    TransportFailed,
  );
  await answering(
    () => new Promise<Response>(() => {}),
    async (origin) =>
      expect(await thrown(httpTransport({ origin, timeout: 50 }).people())).toBeInstanceOf(TransportFailed),
  );
  for (const response of [
    () => new Response('Bad Gateway', { status: 502 }),
    () => Response.redirect('https://elsewhere.example/', 302),
  ])
    await answering(response, async (origin) =>
      expect(await thrown(httpTransport({ origin }).people())).toBeInstanceOf(TransportFailed),
    );
});

test('a client error without our shape is still a refusal', () =>
  answering(
    () => new Response('too big', { status: 413 }),
    async (origin) =>
      expect(await thrown(httpTransport({ origin }).post(new Uint8Array(1)))).toMatchObject({
        name: 'TransportRefused',
        status: 413,
        body: { error: 'TooLarge' },
      }),
  ));

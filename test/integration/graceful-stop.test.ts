/** A server that is told to end: what was begun is answered, what comes is refused, sockets hear of it, and it is gone soon. */
import { afterEach, expect, test } from 'bun:test';
import { connect, type Socket } from 'node:net';
import { SOCKET_PROTOCOL } from '../../src/contract/relay.ts';
import { join } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { openWebSocket } from '../support/socket.ts';

let server: TestServer | null = null;
afterEach(async () => {
  await server?.remove();
  server = null;
});

/** A connection on which bytes are written by hand. */
interface Wire {
  readonly socket: Socket;
  /** Resolves when what was received has this in it; rejects when the connection ends before. */
  until(text: string): Promise<string>;
}

function dial(port: number): Promise<Wire> {
  const socket = connect(port, 'localhost');
  let received = '';
  const waiting: {
    readonly text: string;
    readonly done: (all: string) => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  socket.on('data', (bytes) => {
    received += bytes;
    for (const each of waiting) if (received.includes(each.text)) each.done(received);
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    for (const { text, fail } of waiting) fail(new Error(`closed before "${text}": ${received}`));
  });
  const wire: Wire = {
    socket,
    until: (text) =>
      received.includes(text)
        ? Promise.resolve(received)
        : new Promise((done, fail) => waiting.push({ text, done, fail })),
  };
  return new Promise((resolve) => socket.once('connect', () => resolve(wire)));
}

const BODY = JSON.stringify({ username: 'nobody' });
const slowRequest = (port: number): string =>
  `POST /api/v1/sign-in/start HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n`;
const get = (path: string, port: number): string => `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`;

/** Everything that the process logged under this message. */
const logged = (own: TestServer, message: string): readonly Record<string, unknown>[] =>
  own
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter((line) => line.message === message);

/** Waits until the process has logged this. */
async function said(own: TestServer, message: string): Promise<void> {
  while (logged(own, message).length === 0) await new Promise((resolve) => setImmediate(resolve));
}

test('what was begun is answered, what comes then is refused with a time to come again, sockets are told, and the exit is clean', async () => {
  server = await startServer();
  const { port, url } = server;
  const token = new URL(server.setupLink ?? '').hash.slice(1);
  const ada = await join(url, token, 'ada', { workspaceName: 'Test' });
  const socket = openWebSocket(`${url.replace('http', 'ws')}/api/v1/socket`, {
    protocols: [SOCKET_PROTOCOL],
    headers: { cookie: ada.cookie },
  });
  const told = new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve));
  await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }));

  const begun = await dial(port);
  begun.socket.write(slowRequest(port));
  const kept = await dial(port);
  kept.socket.write(get('/healthz', port));
  await kept.until('ok\n');

  const stopped = server.stop();
  const { code, reason } = await told;
  expect({ code, reason }).toEqual({ code: 1012, reason: 'The server is starting anew.' });
  kept.socket.write(get('/readyz', port));
  await kept.until('stopping\n');

  const late = await dial(port);
  late.socket.write(get('/api/v1/workspace', port));
  const refused = await late.until('}');
  expect(refused).toStartWith('HTTP/1.1 503');
  expect(refused.toLowerCase()).toContain('retry-after: 2');

  // The rest of what was begun before: it is answered as ever.
  begun.socket.write(BODY);
  expect(await begun.until('}')).toStartWith('HTTP/1.1 200');
  expect(await stopped).toBe(0);
  expect(logged(server, 'not waited for')).toEqual([]);
  expect(logged(server, 'stopped').length).toBe(1);
}, 20_000);

test('a second signal ends it at once, whatever it waits for', async () => {
  server = await startServer();
  const { port, pid, url } = server;
  const begun = await dial(port);
  begun.socket.write(slowRequest(port));
  // Another answer after it: the server has read what was begun.
  await fetch(`${url}/healthz`);
  const stopped = server.stop();
  await said(server, 'stopping');
  const told = performance.now();
  process.kill(pid, 'SIGTERM');
  expect(await stopped).toBe(143);
  // Otherwise the request that never ends would have been waited for, four seconds long.
  expect(performance.now() - told).toBeLessThan(2000);
}, 20_000);

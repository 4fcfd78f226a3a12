/** What somebody can do to a server that is only there to be used: connections, headers, bodies, frames, sessions without end. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import net from 'node:net';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { call, join, type Registered } from '../../test/support/person.ts';
import { connect } from '../../test/support/socket.ts';
import { MAX_SESSIONS } from '../auth/sessions.ts';
import type { SessionRecord } from '../contract/accounts.ts';
import { PATHS } from '../contract/paths.ts';
import { SOCKET_PROTOCOL } from '../contract/relay.ts';
import { MAX_OPEN_INVITES } from '../services/invites.ts';
import { MAX_SOCKETS_PER_ACCOUNT } from './socket-lines.ts';

let app: TestApp;
let owner: Registered;

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  owner = await join(app.origin, token, 'owner', { workspaceName: 'Harbour', prekeys: 0 });
});
afterAll(() => app.stop());

/** A connection that says what it is told, byte for byte. */
async function dial(text: string): Promise<net.Socket> {
  const socket = net.connect(Number(new URL(app.origin).port), 'localhost');
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  socket.write(text);
  return socket;
}
const answerOf = (socket: net.Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    socket.on('close', () => resolve(text));
  });

test('hundreds of connections that dribble headers and bodies hold nobody up, and store nothing', async () => {
  const before = await app.count('accounts');
  const slow = await Promise.all([
    ...Array.from({ length: 200 }, () => dial('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')),
    ...Array.from({ length: 200 }, () =>
      dial(
        `POST ${PATHS.register} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 400000\r\n\r\n{"token": "`,
      ),
    ),
  ]);
  for (let n = 0; n < 3; n++) {
    for (const socket of slow) socket.write('a');
    const started = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => call(app.origin, 'GET', PATHS.session, { cookie: owner.cookie })),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    // They share one thread with four hundred slow ones, and are not behind them.
    expect(performance.now() - started).toBeLessThan(3000);
  }
  for (const socket of slow) socket.destroy();
  expect(await app.count('accounts')).toBe(before);
});

test('headers without end are refused, and the connection with them', async () => {
  const socket = await dial(`GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(200_000)}\r\n\r\n`);
  const answer = await answerOf(socket);
  expect(answer === '' || /^HTTP\/1\.1 4\d\d/.test(answer)).toBe(true);
  const many = await dial(
    `GET / HTTP/1.1\r\nHost: localhost\r\n${Array.from({ length: 5000 }, (_, n) => `X-${n}: a\r\n`).join('')}\r\n`,
  );
  expect(await answerOf(many)).not.toMatch(/^HTTP\/1\.1 5/);
  expect((await fetch(`${app.origin}/healthz`)).status).toBe(200);
});

test('a body that says it is compressed is not: nothing is inflated', async () => {
  const bomb = Bun.gzipSync(new Uint8Array(50 * 1024 * 1024));
  expect(bomb.length).toBeLessThan(100_000);
  const response = await fetch(`${app.origin}${PATHS.signInStart}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: bomb,
  });
  expect(response.status).toBe(400);
});

test('JSON of any depth is a refusal', async () => {
  for (const bomb of ['['.repeat(400_000), '{"a":'.repeat(100_000), `[${'[],'.repeat(150_000)}[]]`]) {
    const answer = await call(app.origin, 'POST', PATHS.directory, { body: bomb, cookie: owner.cookie });
    expect(answer.status).toBe(400);
  }
  const deep = `{"people":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  expect((await call(app.origin, 'POST', PATHS.directory, { body: deep, cookie: owner.cookie })).status).toBe(
    400,
  );
});

test('so many sockets of one account, and no more until one is closed', async () => {
  const open = () =>
    connect(`${app.origin}${PATHS.socket}`, { cookie: owner.cookie, protocols: [SOCKET_PROTOCOL] });
  const sockets = await Promise.all(Array.from({ length: MAX_SOCKETS_PER_ACCOUNT }, open));
  await expect(open()).rejects.toThrow();
  const refused = await fetch(`${app.origin}${PATHS.socket}`, {
    headers: {
      cookie: owner.cookie,
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-protocol': SOCKET_PROTOCOL,
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
    },
  });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
  sockets[0]?.close();
  await sockets[0]?.closed;
  const again = await open();
  for (const socket of [...sockets.slice(1), again]) socket.close();
  await Promise.all([...sockets.slice(1), again].map(({ closed }) => closed));
});

test('a socket that floods is closed, and one that sends what is too large, or no text', async () => {
  const limited = await startApp({ limited: true });
  const token = await limited.deps.services.invites.createSetupToken();
  const loud = await join(limited.origin, token, 'loud', { workspaceName: 'Loud', prekeys: 0 });
  const open = () =>
    connect(`${limited.origin}${PATHS.socket}`, { cookie: loud.cookie, protocols: [SOCKET_PROTOCOL] });
  const flood = await open();
  for (let n = 0; n < 2000; n++) flood.send({ do: 'ping' });
  expect(await flood.closed).toBe(1013);
  const large = await open();
  large.send({ do: 'send', ref: 1, post: 'A'.repeat(5_000_000) });
  expect([1006, 1009]).toContain(await large.closed);
  expect((await fetch(`${limited.origin}/healthz`)).status).toBe(200);
  await limited.stop();
});

test('an account has so many sessions: the one that was used longest ago ends', async () => {
  const { sessions } = app.deps.services;
  const { account } = owner.identity;
  const { token } = await app.deps.services.invites.create(null, {});
  const other = await join(app.origin, token, 'other', { prekeys: 0 });
  const opened: string[] = [];
  for (let n = 0; n < MAX_SESSIONS + 5; n++) {
    const made = await app.deps.db.write((tx) =>
      sessions.open(
        tx,
        account,
        null,
        { address: '127.0.0.1', agent: `browser ${n}` },
        { way: 'passkey', strong: true },
      ),
    );
    opened.push(made.token);
    app.pass(1000);
  }
  const list = await call<SessionRecord[]>(app.origin, 'GET', PATHS.sessions, {
    cookie: sessions.cookie(opened.at(-1) ?? '').split(';')[0] ?? '',
  });
  expect(list.body.length).toBe(MAX_SESSIONS);
  expect(await sessions.validate(opened[0] ?? '')).toBeNull();
  expect(await sessions.validate(opened.at(-1) ?? '')).not.toBeNull();
  expect((await call(app.origin, 'GET', PATHS.session, { cookie: other.cookie })).status).toBe(200);
});

test('so many invites wait, and one more when one was taken back', async () => {
  const { invites } = app.deps.services;
  const open = (await invites.list()).length;
  for (let n = open; n < MAX_OPEN_INVITES; n++) await invites.create(null, {});
  await expect(invites.create(null, {})).rejects.toThrow('500 open invites');
  const [one] = await invites.list();
  await invites.revoke(one?.id ?? '');
  expect((await invites.create(null, {})).uses).toBe(1);
});

/** A certificate that is exchanged while people are connected. */
import { afterEach, expect, test } from 'bun:test';
import { connect } from 'node:tls';
import { Elysia } from 'elysia';
import { openWebSocket } from '../../../test/support/socket.ts';
import { parseConfig } from '../../config.ts';
import { silent } from '../../ops/log.ts';
import { makeAuthority, makeHostCertificate } from '../../ops/tls/authority.ts';
import type { Pair } from '../../ops/tls/certificate.ts';
import type { Encryption } from '../../ops/tls/encryption.ts';
import { type Listeners, openListeners } from './listeners.ts';

const NAMES = ['localhost'];
const authority = await makeAuthority(NAMES, Date.now());
const first = await makeHostCertificate(authority, NAMES, Date.now());
const second = await makeHostCertificate(authority, NAMES, Date.now());
let listeners: Listeners | null = null;
afterEach(() => listeners?.stop());

/** SHA-256 of the certificate that is shown to somebody new. */
function shown(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: authority.cert }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.end();
    });
    socket.on('error', reject);
  });
}

function encryption(next: () => Pair | null): Encryption {
  return {
    kind: 'auto',
    authority: null,
    facts: null,
    open: async () => first,
    renew: async () => next(),
    challenge: () => null,
  };
}

test('a new certificate is shown to who comes, and who is here stays: sockets, and answers under way', async () => {
  const late = Promise.withResolvers<string>();
  const begun = Promise.withResolvers<void>();
  const app = new Elysia()
    .get('/late', () => {
      begun.resolve();
      return late.promise;
    })
    .ws('/echo', {
      message: (socket, message) => {
        socket.send(message);
      },
    });
  const config = parseConfig(['--port', '0', '--tls', 'auto'], {});
  let next: Pair | null = null;
  listeners = await openListeners(app, {
    config,
    encryption: encryption(() => next),
    origin: () => 'https://localhost',
    log: silent,
  });
  const { port } = listeners;
  const before = await shown(port);
  const tls = { ca: authority.cert };
  const socket = openWebSocket(`wss://localhost:${port}/echo`, { tls });
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  const answer = fetch(`https://localhost:${port}/late`, { tls });
  await begun.promise;

  await listeners.renew();
  expect(await shown(port)).toBe(before);
  next = second;
  await listeners.renew();
  expect(await shown(port)).not.toBe(before);
  late.resolve('still here');
  expect(await (await answer).text()).toBe('still here');
  const echoed = new Promise((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve(data), { once: true });
  });
  socket.send('hello');
  expect(await echoed).toBe('hello');
  expect((await fetch(`https://localhost:${port}/late`, { tls })).status).toBe(200);

  const closed = new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }));
  await listeners.stop();
  listeners = null;
  await closed;
});

test('a port that somebody else has is said, also when they would share it', async () => {
  const other = Bun.serve({ port: 0, hostname: '127.0.0.1', reusePort: true, fetch: () => new Response() });
  const config = parseConfig(['--port', String(other.port)], {});
  const opening = openListeners(new Elysia(), {
    config,
    encryption: null,
    origin: () => '',
    log: silent,
  });
  expect(opening).rejects.toThrow(`Cannot listen on 127.0.0.1:${other.port}`);
  await opening.catch(() => {});
  await other.stop(true);
});

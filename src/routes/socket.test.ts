import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { Elysia } from 'elysia';
import { startApp, type TestApp } from '../../test/support/app.ts';
import {
  addPerson,
  countRows,
  makePost,
  openCookie,
  randomBytes,
  type Someone,
} from '../../test/support/relay.ts';
import { connect, connectSlowly, type SocketOptions, type TestSocket } from '../../test/support/socket.ts';
import { bodyId, toBase64 } from '../contract/bytes.ts';
import type { ConversationId } from '../contract/ids.ts';
import { PATHS } from '../contract/paths.ts';
import { type Delivery, SOCKET_PROTOCOL, SOCKET_SIGNED_OUT } from '../contract/relay.ts';
import { RELEASE } from '../contract/release.ts';
import { SOCKET_OPTIONS, socketRoutes } from './socket.ts';

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
  ravi = await addPerson(app.deps.db, Date.now(), 1, 'Ravi <b>');
  cookie = await openCookie(app.deps, mina);
  peerCookie = await openCookie(app.deps, ravi);
  conversation = (await app.deps.services.conversations.createDirect(mina.session(), ravi.account)).id;
});

const json = (as: string, more: SocketOptions = {}) =>
  connect(app.origin + PATHS.socket, { cookie: as, protocols: [SOCKET_PROTOCOL], ...more });
const page = (as: string, more: SocketOptions = {}) =>
  connect(`${app.origin}/socket`, { cookie: as, ...more });
const post = (bodyBytes = 700) =>
  makePost({ sender: mina.session(), conversation, to: ravi.devices, bodyBytes });
const send = (bytes: Uint8Array) => app.deps.services.delivery.send(mina.session(), bytes);
const is = (event: string) => (frame: Record<string, unknown>) => frame.event === event;
const envelopesOf = (socket: TestSocket) =>
  socket.frames.filter((frame): frame is Delivery => (frame as { event?: string }).event === 'envelope');

describe('the upgrade', () => {
  const statusOf = async (path: string, headers: Record<string, string>) => {
    const response = await fetch(app.origin + path, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': toBase64(randomBytes(16)),
        ...headers,
      },
    });
    return response.status;
  };

  test('needs a session, a device for the API, our own origin, and the subprotocol', async () => {
    const locked = await openCookie(app.deps, mina, null);
    const protocol = { 'sec-websocket-protocol': SOCKET_PROTOCOL };
    expect(await statusOf(PATHS.socket, protocol)).toBe(401);
    expect(await statusOf('/socket', {})).toBe(401);
    expect(await statusOf(PATHS.socket, { ...protocol, cookie: locked })).toBe(403);
    for (const origin of ['https://evil.example', 'null', app.origin.replace('localhost', '127.0.0.1')])
      for (const path of [PATHS.socket, '/socket'])
        expect(await statusOf(path, { ...protocol, cookie, origin })).toBe(403);
    expect(await statusOf(PATHS.socket, { cookie })).toBe(400);
    expect(await statusOf(PATHS.socket, { cookie, 'sec-websocket-protocol': 'graphql-ws' })).toBe(400);
    expect((await fetch(`${app.origin}/socket`, { headers: { cookie } })).status).toBe(400);
    expect(app.deps.hub.size).toBe(0);
  });

  test('chooses our subprotocol, and none for a page', async () => {
    const [socket, browser] = await Promise.all([
      json(cookie, { protocols: ['other', SOCKET_PROTOCOL], headers: { origin: app.origin } }),
      page(cookie, { headers: { origin: app.origin } }),
    ]);
    expect(socket.protocol).toBe(SOCKET_PROTOCOL);
    expect(browser.protocol).toBe('');
    expect(await socket.next(is('hello'))).toMatchObject({ release: RELEASE, now: expect.any(Number) });
    expect(await browser.next(is('hello'))).toMatchObject({ release: RELEASE });
    socket.close();
    browser.close();
    await Promise.all([socket.closed, browser.closed]);
  });
});

describe('sotto.json.v1', () => {
  test('sends, is answered by ref, delivers live, acknowledges, tells the sender', async () => {
    const [sender, reader] = await Promise.all([json(cookie), json(peerCookie)]);
    const { id, bytes } = post();
    sender.send({ do: 'send', ref: 7, post: toBase64(bytes) });
    expect(await sender.next(is('accepted'))).toMatchObject({ ref: 7, accepted: { id, recipients: 1 } });
    const delivery = await reader.next<Delivery>(is('envelope'));
    expect(delivery).toMatchObject({ id, class: 1, conversation, attempts: 1 });
    reader.send({ do: 'acknowledge', seqs: [delivery.seq] });
    expect(await sender.next(is('delivered'))).toEqual({
      event: 'delivered',
      id,
      account: ravi.account,
      device: ravi.devices[0],
    });
    expect((await app.deps.services.delivery.pending(delivery.sender.device, 0)).envelopes).toEqual([]);
    sender.send({ do: 'ping' });
    await sender.next(is('pong'));
    sender.close();
    reader.close();
    await Promise.all([sender.closed, reader.closed]);
  });

  test('pushes everything pending on connect, in order, over pages, then what comes meanwhile, each once', async () => {
    const before = Array.from({ length: 250 }, () => post());
    await Promise.all(before.map(({ bytes }) => send(bytes)));
    const reader = await json(peerCookie);
    const during: ReturnType<typeof post>[] = [];
    // While pages are on their way, more arrives.
    for (let round = 0; round < 20; round++) {
      const more = [post(), post()];
      during.push(...more);
      await Promise.all(more.map(({ bytes }) => send(bytes)));
    }
    const all = [...before, ...during].map(({ id }) => id);
    await reader.next((frame) => frame.id === all.at(-1));
    expect(envelopesOf(reader).map(({ id }) => id)).toEqual(all);
    reader.close();
    await reader.closed;
  });

  test('what was not acknowledged comes again with the next connection, counted', async () => {
    const first = await json(peerCookie);
    await first.next(is('hello'));
    const { id, bytes } = post();
    await send(bytes);
    await first.next((frame) => frame.id === id);
    first.close();
    await first.closed;
    // The server notes it by itself, after the connection is over.
    const counted = () =>
      app.deps.db.read(
        'SELECT 1 AS found FROM envelopes e JOIN bodies b ON b.number = e.number WHERE b.id = $1 AND e.attempts = 1',
        [id],
      );
    while ((await counted()).length === 0) await Bun.sleep(1);
    const again = await json(peerCookie);
    expect(await again.next(is('envelope'))).toMatchObject({ id, attempts: 2 });
    again.close();
    await again.closed;
  });

  test('a reader that does not read is pushed a bounded amount, and misses nothing when it reads again', async () => {
    const { delivery } = app.deps.services;
    const { pending } = delivery;
    let reads = 0;
    delivery.pending = (...asked) => {
      reads++;
      return pending(...asked);
    };
    const reader = await connectSlowly(app.origin + PATHS.socket, {
      cookie: peerCookie,
      protocols: [SOCKET_PROTOCOL],
    });
    await reader.until(() => reader.texts.length === 1);
    reader.pause();
    const readsBefore = reads;
    const posts = Array.from({ length: 300 }, () => post(70_000));
    for (let at = 0; at < posts.length; at += 20)
      await Promise.all(posts.slice(at, at + 20).map(({ bytes }) => send(bytes)));
    // 28 MB are stored; only what the kernel and the high-water mark hold has left the store so far.
    expect(reads).toBeLessThan(readsBefore + 10);
    reader.resume();
    await reader.until(() => reader.texts.length === 301);
    expect(reads).toBeGreaterThan(readsBefore + 10);
    const ids = reader.texts.slice(1).map((text) => JSON.parse(text).id);
    expect(ids).toEqual(posts.map(({ id }) => id));
    delivery.pending = pending;
    reader.close();
  });

  test('refuses with the ref, the status and a sentence, and stays open', async () => {
    const socket = await json(cookie);
    const before = await countRows(app.deps.db, 'messages');
    const good = toBase64(post().bytes);
    const wrong: [unknown, number, number][] = [
      [{ do: 'send', ref: 1, post: '***' }, 1, 400],
      [{ do: 'send', ref: 2, post: toBase64(randomBytes(900)) }, 2, 400],
      [{ do: 'send', ref: 3 }, 3, 400],
      [
        {
          do: 'send',
          ref: 4,
          post: toBase64(makePost({ sender: mina.session(), conversation, to: [] }).bytes),
        },
        4,
        409,
      ],
      [
        {
          do: 'send',
          ref: 5,
          post: toBase64(makePost({ sender: ravi.session(), conversation, to: mina.devices }).bytes),
        },
        5,
        400,
      ],
      [{ do: 'send', ref: 'x', post: good }, 0, 400],
      [{ do: 'send', post: good }, 0, 400],
      [{ do: 'acknowledge' }, 0, 400],
      [{ do: 'acknowledge', seqs: ['1'] }, 0, 400],
      [{ do: 'dance', ref: 6 }, 6, 400],
      [[], 0, 400],
      ['not json', 0, 400],
      ['123', 0, 400],
      ['null', 0, 400],
    ];
    for (const [index, [frame, ref, status]] of wrong.entries()) {
      socket.send(frame);
      await socket.next(
        () => socket.frames.filter((seen) => is('refused')(seen as never)).length === index + 1,
      );
      const refused = socket.frames.at(-1) as { ref: number; status: number; error: { message: string } };
      expect(refused).toMatchObject({ event: 'refused', ref, status });
      expect(refused.error.message).toMatch(/^[A-Z"].*\.$/);
    }
    expect(socket.frames.at(-1)).not.toHaveProperty('error.stack');
    expect(await countRows(app.deps.db, 'messages')).toBe(before);
    const { id, bytes } = post();
    socket.send({ do: 'send', ref: 9, post: toBase64(bytes) });
    expect(await socket.next(is('accepted'))).toMatchObject({ ref: 9, accepted: { id } });
    socket.close();
    await socket.closed;
  });

  test('binary frames and frames over the limit end it', async () => {
    const socket = await json(cookie);
    socket.send(new Uint8Array(10));
    expect(await socket.closed).toBe(1003);
    const large = await json(cookie);
    large.send('x'.repeat(4 * 1024 * 1024));
    expect(await large.closed).not.toBe(1000);
  });
});

describe('a page', () => {
  test('gets an envelope as the article it shows, other things as data', async () => {
    const [browser, sender] = await Promise.all([page(peerCookie), page(cookie)]);
    await Promise.all([browser.next(is('hello')), sender.next(is('hello'))]);
    const { id, bytes } = post();
    await send(bytes);
    const fragment = await browser.next((frame) => 'content' in frame);
    expect(fragment).toMatchObject({ target: '#inbox', swap: 'beforeend' });
    expect(fragment.content).toContain(
      `<article class="message" data-message="${id}" data-sender="${mina.account}"`,
    );
    expect(fragment.content).toContain(`data-conversation="${conversation}"`);
    expect(fragment.content).toContain('Mina');
    const seqs = (await app.deps.services.delivery.pending(ravi.session().device, 0)).envelopes.map(
      ({ seq }) => seq,
    );
    await app.deps.services.delivery.acknowledge(ravi.session(), seqs);
    expect(await sender.next(is('delivered'))).toMatchObject({ id, account: ravi.account });
    browser.close();
    sender.close();
    await Promise.all([browser.closed, sender.closed]);
  });

  test('gets a new conversation as a row, with the other person’s name escaped', async () => {
    const eve = await addPerson(app.deps.db, Date.now(), 1, 'Eve');
    const browser = await page(await openCookie(app.deps, eve));
    await browser.next(is('hello'));
    const { id } = await app.deps.services.conversations.createDirect(ravi.session(), eve.account);
    const row = await browser.next((frame) => 'content' in frame);
    expect(row.content).toContain(`data-conversation="${id}"`);
    expect(row.content).toContain('Ravi &lt;b&gt;');
    expect(row.content).not.toContain('Ravi <b>');
    browser.close();
    await browser.closed;
  });

  test('hears of expired envelopes, devices and prekeys, and may say nothing', async () => {
    const browser = await page(cookie);
    const [device] = mina.devices;
    const [other] = ravi.devices;
    if (!device || !other) throw new Error('no devices');
    await browser.next(is('hello'));
    const id = bodyId(randomBytes(16));
    app.deps.hub.publish({ type: 'expired', device, id, recipient: other });
    app.deps.hub.publish({ type: 'devices', account: mina.account, changed: ravi.account });
    app.deps.hub.publish({ type: 'prekeys', device, remaining: 12 });
    expect(await browser.next(is('expired'))).toEqual({ event: 'expired', id, device: other });
    expect(await browser.next(is('devices'))).toEqual({ event: 'devices', account: ravi.account });
    expect(await browser.next(is('prekeys'))).toEqual({ event: 'prekeys', remaining: 12 });
    browser.send({ do: 'ping' });
    expect(await browser.closed).toBe(1008);
  });
});

test('signing out closes this session’s sockets with a code that is not worth a reconnect', async () => {
  const other = await openCookie(app.deps, mina);
  const [socket, browser, stays] = await Promise.all([json(cookie), page(cookie), json(other)]);
  await stays.next(is('hello'));
  const session = await app.deps.services.sessions.validate(cookie.slice('sotto='.length));
  await app.deps.services.sessions.end(mina.account, session?.id ?? '');
  expect(await Promise.all([socket.closed, browser.closed])).toEqual([SOCKET_SIGNED_OUT, SOCKET_SIGNED_OUT]);
  stays.send({ do: 'ping' });
  await stays.next(is('pong'));
  stays.close();
  await stays.closed;
});

test('a flood of frames ends the socket, and is not answered for ever', async () => {
  const limited = await startApp({ limited: true });
  const person = await addPerson(limited.deps.db, Date.now());
  const socket = await connect(limited.origin + PATHS.socket, {
    cookie: await openCookie(limited.deps, person),
    protocols: [SOCKET_PROTOCOL],
  });
  for (let frame = 0; frame < 700; frame++) socket.send({ do: 'ping' });
  expect(await socket.closed).toBe(1013);
  await limited.stop();
});

test('a session that another process ended closes its sockets by the next heartbeat', async () => {
  const server = new Elysia({ websocket: SOCKET_OPTIONS })
    .use(socketRoutes(app.deps, 20))
    .listen({ port: 0, hostname: 'localhost' });
  const origin = `http://localhost:${server.server?.port}`;
  const other = await openCookie(app.deps, mina);
  const [ended, stays] = await Promise.all(
    [cookie, other].map((own) =>
      connect(origin + PATHS.socket, { cookie: own, protocols: [SOCKET_PROTOCOL] }),
    ),
  );
  const session = await app.deps.services.sessions.validate(cookie.slice('sotto='.length));
  // As the admin commands do: in the database, and nothing said to this process.
  await app.deps.db.write((tx) => tx.run('DELETE FROM sessions WHERE id = $1', [session?.id ?? '']));
  app.pass(60_000); // past the cache of sessions
  expect(await ended?.closed).toBe(SOCKET_SIGNED_OUT);
  stays?.send({ do: 'ping' });
  await stays?.next(is('pong'));
  stays?.close();
  await stays?.closed;
  await server.stop(true);
});

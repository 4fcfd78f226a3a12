/** Web Push against a push service in memory, with real keys, encryption and database. */
import { afterEach, expect, test } from 'bun:test';
import { createECDH, createPublicKey, verify } from 'node:crypto';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { join } from '../../test/support/person.ts';
import { toBase64 } from '../contract/bytes.ts';
import { PATHS } from '../contract/paths.ts';
import { PUSH_PAYLOAD } from '../contract/push.ts';
import { createPushes, createPushKeys } from './pushes.ts';

let app: TestApp | null = null;
afterEach(async () => {
  await app?.stop();
  app = null;
});

interface Pushed {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** A browser's side of a subscription. */
function subscription(endpoint = 'https://203.0.113.9/push/1') {
  const keys = createECDH('prime256v1');
  keys.generateKeys();
  const auth = crypto.getRandomValues(new Uint8Array(16));
  return { keys, auth, request: { endpoint, p256dh: toBase64(keys.getPublicKey()), auth: toBase64(auth) } };
}

/** RFC 8188 and 8291, as a browser opens it. */
async function open(
  { keys, auth }: ReturnType<typeof subscription>,
  body: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const salt = body.subarray(0, 16);
  const length = body[20] ?? 0;
  const server = body.subarray(21, 21 + length);
  const shared = keys.computeSecret(server);
  const derive = async (ikm: Uint8Array, salted: Uint8Array, info: Uint8Array, bits: number) =>
    new Uint8Array(
      await crypto.subtle.deriveBits(
        { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(salted), info: new Uint8Array(info) },
        await crypto.subtle.importKey('raw', new Uint8Array(ikm), 'HKDF', false, ['deriveBits']),
        bits,
      ),
    );
  const text = (words: string) => new TextEncoder().encode(words);
  const ikm = await derive(
    shared,
    auth,
    Buffer.concat([text('WebPush: info\0'), keys.getPublicKey(), server]),
    256,
  );
  const key = await derive(ikm, salt, text('Content-Encoding: aes128gcm\0'), 128);
  const nonce = await derive(ikm, salt, text('Content-Encoding: nonce\0'), 96);
  const opened = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv: nonce },
    await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']),
    body.subarray(21 + length),
  );
  const bytes = new Uint8Array(opened);
  // A delimiter ends the record, and after it there is only padding.
  return new TextDecoder().decode(bytes.subarray(0, bytes.lastIndexOf(2)));
}

async function world({ every = 60_000, status = 201 } = {}) {
  const vapid = { ...(await createPushKeys()), subject: 'mailto:admin@harbour.example' };
  app = await startApp();
  const ada = await join(app.origin, await app.deps.services.invites.createSetupToken(), 'ada', {
    workspaceName: 'Harbour',
  });
  const pushed: Pushed[] = [];
  const pushes = createPushes(
    { ...app.deps, config: { ...app.deps.config, vapid, pushPrivate: true } },
    {
      every,
      post: async (url, init) => {
        const request = new Request(url, init);
        pushed.push({ url, headers: request.headers, body: new Uint8Array(await request.arrayBuffer()) });
        return new Response(null, { status });
      },
    },
  );
  const session = await app.deps.services.sessions.validate(/sotto=([^;]+)/.exec(ada.cookie)?.[1] ?? '');
  if (!session || session.device === null) throw new Error('no session');
  const device = { ...session, device: session.device };
  /** Something waits for the device, and no socket is there. */
  const arrive = (messageClass = 1) =>
    app?.deps.hub.publish({
      type: 'envelope',
      device: device.device,
      delivery: { class: messageClass } as never,
    });
  return { app, vapid, pushes, pushed, session: device, arrive };
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

test('a device that no socket reaches is woken, encrypted, signed, and without a word', async () => {
  const { pushes, pushed, session, arrive, vapid } = await world();
  const browser = subscription();
  await pushes.subscribe(session, browser.request);
  arrive(2);
  arrive();
  await until(() => pushed.length > 0);
  const [push] = pushed;
  if (!push) throw new Error('nothing was pushed');
  expect(await open(browser, push.body)).toBe(PUSH_PAYLOAD);
  expect(push.headers.get('content-encoding')).toBe('aes128gcm');
  expect(push.headers.get('ttl')).toBe('86400');
  expect(push.headers.get('urgency')).toBe('high');
  // RFC 8292: a token of the server's key, for this service alone.
  const [, token = '', key = ''] =
    /^vapid t=([^,]+), ?k=(.+)$/.exec(push.headers.get('authorization') ?? '') ?? [];
  expect(key).toBe(vapid.publicKey);
  const [header = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(key, 'base64url');
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  });
  expect(
    verify(
      'sha256',
      Buffer.from(`${header}.${claims}`),
      { key: publicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    ),
  ).toBe(true);
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    aud: 'https://203.0.113.9',
    sub: 'mailto:admin@harbour.example',
  });
});

test('once a minute, and not at all where a socket is there', async () => {
  const { app, pushes, pushed, session, arrive } = await world();
  await pushes.subscribe(session, subscription().request);
  const leave = app.deps.hub.subscribe({ ...session, session: session.id, handle: () => {} });
  arrive();
  leave();
  // Several of one moment are one push.
  for (let i = 0; i < 5; i++) arrive();
  await until(() => pushed.length > 0);
  arrive();
  arrive();
  app.pass(59_000);
  arrive();
  await app.deps.db.read('SELECT 1');
  expect(pushed.length).toBe(1);
  app.pass(1000);
  arrive();
  await until(() => pushed.length > 1);
});

test('a subscription ends with its session, and when its service knows it no longer', async () => {
  const { app, pushes, pushed, session, arrive } = await world({ status: 410 });
  await pushes.subscribe(session, subscription().request);
  expect(await app.count('push_subscriptions')).toBe(1);
  arrive();
  await until(() => pushed.length > 0);
  while ((await app.count('push_subscriptions')) > 0) await new Promise((resolve) => setImmediate(resolve));
  await pushes.subscribe(session, subscription().request);
  await app.deps.services.sessions.endAll(session.account);
  expect(await app.count('push_subscriptions')).toBe(0);
});

test('the server sends to nobody in its own network, and offers nothing without keys', async () => {
  const { app, vapid, session } = await world();
  const pushes = createPushes({ ...app.deps, config: { ...app.deps.config, vapid } });
  for (const endpoint of [
    'https://127.0.0.1/x',
    'https://[::1]/x',
    'https://10.0.0.8/',
    'http://93.184.216.34/',
    'https://localhost/',
  ])
    await expect(pushes.subscribe(session, subscription(endpoint).request)).rejects.toThrow();
  expect(app.deps.services.pushes.offer()).toEqual({ key: null });
  const answer = await fetch(app.origin + PATHS.push);
  expect(answer.status).toBe(401);
});

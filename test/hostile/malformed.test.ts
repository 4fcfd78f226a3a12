/**
 * A server that answers rubbish: every call and every frame, in every wrong shape. Never a crash, never another state, and
 * everything goes on when the truth is back.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { EnrolError, signInWithPassword } from '../../src/client/enrol.ts';
import { TransportFailed, TransportRefused } from '../../src/client/ports.ts';
import type { ConversationId } from '../../src/contract/ids.ts';
import { PATHS } from '../../src/contract/paths.ts';
import { acquaint, Client, PASSWORD, randomBytes, settle } from './support/client.ts';
import { HostileServer } from './support/server.ts';

let server: HostileServer;
let ada: Client;
let ben: Client;
let id: ConversationId;

beforeAll(async () => {
  server = await HostileServer.open();
  ada = await Client.register(server, 'ada');
  ben = await Client.register(server, 'ben');
  id = await acquaint(ada, ben);
  await ada.send(id, 'hello');
  await ben.hears(id, 'hello');
  await ben.send(id, 'hello too');
  await ada.hears(id, 'hello too');
}, 60_000);
afterEach(() => server.behave());
afterAll(async () => {
  await ada.close();
  await ben.close();
  await server.close();
});

const html = { 'content-type': 'text/html' };
const deep = (open: string, close: string) => open.repeat(20_000) + close.repeat(20_000);

/** Answers that are none. Each is made anew, because a Response is read once. */
const RUBBISH: readonly (readonly [name: string, make: (honest: string) => Response])[] = [
  ['nothing', () => new Response('')],
  ['null', () => Response.json(null)],
  ['a number', () => Response.json(7)],
  ['an empty object', () => Response.json({})],
  ['a list of nulls', () => Response.json([null, null])],
  ['a list of lists', () => Response.json([[[]]])],
  ['half of the answer', (honest) => new Response(honest.slice(0, honest.length / 2))],
  ['the answer twice', (honest) => new Response(honest + honest)],
  [
    'the answer with every word another type',
    (honest) => new Response(honest.replaceAll(/"([0-9a-f]{8,})"/g, '["$1"]')),
  ],
  [
    'the answer with every id shorter',
    (honest) => new Response(honest.replaceAll(/"([0-9a-f]{16,})"/g, '"ab"')),
  ],
  ['the answer with every number a text', (honest) => new Response(honest.replaceAll(/:(\d+)/g, ':"$1"'))],
  ['a prototype', () => new Response('{"__proto__":{"envelopes":[],"more":true},"constructor":1}')],
  ['deep nesting', () => new Response(deep('[', ']'))],
  ['deep objects', () => new Response(deep('{"a":', '}').replace('}', '1}'))],
  ['bytes that are no text', () => new Response(randomBytes(5000))],
  ['eight million characters', () => new Response(`["${'a'.repeat(8_000_000)}"]`)],
  ['a page', () => new Response('<!doctype html><p>Welcome</p>', { headers: html })],
  ['a page that says no', () => new Response('<h1>Forbidden</h1>', { status: 403, headers: html })],
  [
    'a way to another server',
    () => new Response(null, { status: 302, headers: { location: 'http://localhost:1/' } }),
  ],
  [
    'a way back to itself',
    () => new Response(null, { status: 307, headers: { location: '/api/v1/session' } }),
  ],
  ['an error without a name', () => Response.json({ message: 'no' }, { status: 400 })],
  ['an error of an unknown name', () => Response.json({ error: 'toString', message: 'no' }, { status: 400 })],
  ['an error that is a list', () => Response.json([{ error: 'Conflict' }], { status: 409 })],
  [
    'other recipients that are none',
    () =>
      Response.json(
        { error: 'WrongDevices', message: 'no', expected: [null, 5, { account: {} }] },
        { status: 409 },
      ),
  ],
  [
    'an error with fields that are none',
    () =>
      Response.json(
        { error: 'ValidationError', message: 'no', fields: { a: { b: 1 }, c: [null] } },
        { status: 400 },
      ),
  ],
  [
    'too much asked at once',
    () => Response.json({ error: 'RateLimitExceeded', message: 'no', retry_after: -5 }, { status: 429 }),
  ],
  ['a broken server', () => new Response('oops', { status: 500 })],
];

/** Calls of an engine that runs, and what makes it ask. */
const CALLS: readonly (readonly [path: string, ask: () => Promise<unknown>])[] = [
  [PATHS.conversations, () => ada.engine.sync()],
  [PATHS.envelopes, () => ada.engine.sync()],
  [PATHS.directory, () => ada.engine.sync()],
  [PATHS.prekeys, () => ada.engine.sync()],
  [PATHS.people, () => ada.engine.people()],
  [PATHS.statuses, () => ada.engine.sync()],
];
/** What must never change because of an answer that is none. */
const kept = () => ada.state('meta', 'secrets', 'prekeys', 'peers', 'sessions', 'conversations', 'history');

test('every call answered with every kind of rubbish: a sentence at most, and nothing changed', async () => {
  // Something is always on its way, so that its status is asked for.
  await ben.close();
  await ada.send(id, 'for later');
  await ada.engine.idle();
  const synced = /^meta\/synced .*$/m;
  for (const [path, ask] of CALLS) {
    for (const [name, make] of RUBBISH) {
      const before = kept().replace(synced, '');
      const from = server.seen.length;
      server.behave();
      server.answer(path, (honest, { who }) => (who === 'ada' ? make(honest) : honest));
      const outcome = await ask().catch((error: unknown) => error);
      if (outcome instanceof Error) {
        expect([
          path,
          name,
          outcome instanceof TransportFailed || outcome instanceof TransportRefused,
        ]).toEqual([path, name, true]);
        expect(outcome.message).toMatch(/^[A-Z].*\.$|^no$/);
      }
      await ada.engine.idle();
      expect([path, name, server.seen.slice(from).some((each) => each.path === path)]).toEqual([
        path,
        name,
        true,
      ]);
      expect([path, name, kept().replace(synced, '') === before]).toEqual([path, name, true]);
    }
  }
  server.behave();
  await ada.engine.sync();
  await ben.open();
  await ben.hears(id, 'for later');
}, 60_000);

test('a post answered with rubbish is neither lost nor doubled', async () => {
  for (const [name, make] of RUBBISH) {
    // What the server refuses with its own name and sentence is refused; all else is an unknown outcome.
    if (/^(?:an error|other|a page that says no)/.test(name)) continue;
    server.behave();
    let lies = 0;
    server.answer(PATHS.messages, (honest, { who }) =>
      who === 'ada' && lies++ === 0 ? make(honest) : honest,
    );
    await ada.engine.send(id, name);
    await ada.engine.flush();
    expect(lies).toBeGreaterThan(0);
    await ada.until(async () => {
      ada.time.pass(1000);
      return (await ada.messages(id)).every(({ mine, status }) => !mine || status !== 'Sending');
    }, name);
  }
  const all = RUBBISH.map(([name]) => name).filter(
    (name) => !/^(?:an error|other|a page that says no)/.test(name),
  );
  await ben.hears(id, all.at(-1) ?? '');
  expect((await ben.texts(id)).filter((text) => all.includes(text))).toEqual(all);
}, 60_000);

/** Frames that are none, and frames of things that never were. */
const FRAMES: readonly (string | Uint8Array<ArrayBuffer>)[] = [
  '',
  'null',
  '7',
  '[]',
  '{}',
  '{"event":null}',
  '{"event":"__proto__"}',
  '{"event":"constructor"}',
  '{"event":"hello"}',
  '{"event":"hello","release":1,"now":"then"}',
  '{"event":"envelope"}',
  '{"event":"envelope","seq":1,"id":"zz","class":3}',
  '{"event":"delivered","id":"00"}',
  '{"event":"expired","id":"../../meta/self","device":"x"}',
  `{"event":"devices","account":"${'0'.repeat(32)}"}`,
  `{"event":"conversation","id":"${'0'.repeat(64)}"}`,
  '{"event":"prekeys","remaining":-1e300}',
  '{"event":"accepted","ref":1,"accepted":{"id":"00"}}',
  '{"event":"refused","ref":1,"status":"x","error":null}',
  '{"event":"hello","release":"9","now":1e300}',
  '<div hx-swap-oob="true">page</div>',
  deep('[', ']'),
  'a'.repeat(2_000_000),
  randomBytes(1000),
];

test('frames that are none are no frames: the line stays, and what comes after them arrives', async () => {
  await settle(server, ada, ben);
  const [line] = server.linesOf('ada');
  const before = ada.state('secrets', 'prekeys', 'peers', 'sessions', 'conversations');
  for (const frame of FRAMES) line?.say(frame);
  await ada.engine.sync();
  await ada.engine.idle();
  expect(ada.state('secrets', 'prekeys', 'peers', 'sessions', 'conversations')).toBe(before);
  await ben.send(id, 'after all that');
  await ada.hears(id, 'after all that');
  expect(server.linesOf('ada')).toEqual(line === undefined ? [] : [line]);
}, 30_000);

/** Bodies and envelopes that no device made, in deliveries that are well formed. */
test('deliveries of rubbish are acknowledged like any other, and only what names a message of the conversation is shown', async () => {
  const [line] = server.linesOf('ada');
  const from = { account: ben.account, device: ben.device };
  const texts = await ada.texts(id);
  const before = ada.state('sessions', 'peers', 'secrets');
  let seq = 2 ** 50;
  const sizes = [0, 1, 95, 96, 175, 176, 177, 424, 1390, 4096, 5000, 100_000];
  for (const size of sizes)
    for (const other of [0, 176, 500])
      line?.say(
        JSON.stringify({
          event: 'envelope',
          seq: seq++,
          id: randomBytes(16).toHex(),
          class: 1,
          conversation: id,
          sender: from,
          acceptedAt: Date.now(),
          attempts: 1,
          body: randomBytes(size).toBase64({ alphabet: 'base64url', omitPadding: true }),
          envelope: randomBytes(other).toBase64({ alphabet: 'base64url', omitPadding: true }),
        }),
      );
  await ada.until(
    async () =>
      server
        .asked('ada', PATHS.acknowledgements)
        .some(({ sent }) => new TextDecoder().decode(sent).includes(String(seq - 1))),
    'the last acknowledgement',
  );
  expect(await ada.texts(id)).toEqual(texts);
  expect(await ada.closed(id)).toEqual([]);
  expect(ada.state('sessions', 'peers', 'secrets')).toBe(before);
  expect(ada.disk.store('inbox').size).toBe(0);
}, 30_000);

test('signing in at a server that answers rubbish ends in a sentence, whatever it is', async () => {
  for (const path of [PATHS.signInStart, PATHS.signInPassword]) {
    for (const [name, make] of RUBBISH) {
      server.behave();
      server.answer(path, make);
      const place = Client.at(server, 'place');
      const failed = await signInWithPassword(
        { ...place.tools(), hashPassword: async () => new Uint8Array(32) },
        { username: 'ada', password: PASSWORD },
      ).catch((error: unknown) => error);
      expect([path, name, failed instanceof EnrolError]).toEqual([path, name, true]);
      expect(failed instanceof Error && /^[A-Z].*\.$|^no$/.test(failed.message)).toBe(true);
    }
  }
}, 60_000);

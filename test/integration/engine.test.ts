/** Engines over the real routes, the real socket and the real store: two people with two devices each. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { hashPassword } from '../../src/cli/password-hash.ts';
import { openEngine } from '../../src/client/engine.ts';
import type { Engine, EngineEvent, HistoryMessage } from '../../src/client/engine-types.ts';
import {
  type EnrolTools,
  enrolDevice,
  newAccountId,
  register,
  signInWithPassword,
} from '../../src/client/enrol.ts';
import { httpTransport } from '../../src/client/http-transport.ts';
import { jsonSocket } from '../../src/client/json-socket.ts';
import { MemoryStorage } from '../../src/client/memory-storage.ts';
import type { Timer } from '../../src/client/ports.ts';
import type { ConversationId } from '../../src/contract/ids.ts';
import { PATHS } from '../../src/contract/paths.ts';
import { SOCKET_PROTOCOL } from '../../src/contract/relay.ts';
import { runtime } from '../../src/native/runtime.ts';
import { PASSWORD_FLOOR } from '../../src/protocol/password.ts';
import type { Crypto } from '../../src/protocol/ports.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { everyRow, ON_POSTGRES } from '../support/database.ts';
import { openWebSocket } from '../support/socket.ts';

const PASSWORD = 'correct horse battery';
const crypto: Crypto = {
  provider: runtime,
  random: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
  clock: Date.now,
};
const timer: Timer = (delay, task) => {
  const handle = setTimeout(task, delay);
  return () => clearTimeout(handle);
};

let app: TestApp;
let people: { readonly ada: Client[]; readonly ben: Client[] };
const opened: Client[] = [];

interface Client {
  readonly engine: Engine;
  readonly events: EngineEvent[];
  connect(): void;
  disconnect(): void;
  /** Resolves when the condition holds, looked at again after each event. */
  until(holds: () => boolean | Promise<boolean>): Promise<void>;
}

/** A place with a cookie jar, and the engine on the device that `enrol` makes there. */
async function client(enrol: (tools: EnrolTools) => Promise<unknown>): Promise<Client> {
  let cookie = '';
  const storage = new MemoryStorage();
  const transport = httpTransport({
    origin: app.origin,
    headers: () => (cookie ? { cookie } : {}),
    onResponse(response) {
      const set = response.headers.get('set-cookie');
      if (set) cookie = set.split(';')[0] ?? '';
    },
  });
  await enrol({
    crypto,
    transport,
    hashPassword,
    passwordCost: PASSWORD_FLOOR,
    openStorage: async () => storage,
  });
  const live = jsonSocket({
    connect: () =>
      openWebSocket(app.origin.replace('http', 'ws') + PATHS.socket, {
        protocols: [SOCKET_PROTOCOL],
        headers: { cookie, origin: app.origin },
      }),
    timer,
    random: crypto.random,
  });
  const engine = await openEngine({ storage, transport, live, crypto, timer });
  const events: EngineEvent[] = [];
  engine.subscribe((event) => events.push(event));
  engine.start();
  live.open();
  const made: Client = {
    engine,
    events,
    connect: () => live.open(),
    disconnect: () => live.close(),
    async until(holds) {
      for (;;) {
        const seen = events.length;
        if (await holds()) return;
        if (events.length === seen) {
          await new Promise<void>((resolve) => {
            const end = engine.subscribe(() => {
              end();
              resolve();
            });
          });
        }
      }
    },
  };
  opened.push(made);
  return made;
}

const signIn = (username: string) =>
  client(async (tools) =>
    enrolDevice(tools, await signInWithPassword(tools, { username, password: PASSWORD })),
  );

const texts = async ({ engine }: Client, id: ConversationId) =>
  (await engine.messages(id, { limit: 100 })).map(({ text }) => text);

const has = (on: Client, id: ConversationId, text: string) => async () =>
  (await texts(on, id)).includes(text);

const reached = (on: Client, message: HistoryMessage, status: string) => async () =>
  (await on.engine.message(message.id))?.status === status;

beforeAll(async () => {
  app = await startApp();
  const { invites } = app.deps.services;
  const setup = await invites.createSetupToken();
  const ada = await client((tools) =>
    register(tools, {
      token: setup,
      account: newAccountId(crypto.random),
      username: 'ada',
      name: 'Ada Kern',
      workspaceName: 'Harbour',
      password: PASSWORD,
    }),
  );
  const { token } = await invites.create(null);
  const ben = await client((tools) =>
    register(tools, {
      token,
      account: newAccountId(crypto.random),
      username: 'ben',
      name: 'Ben Oste',
      password: PASSWORD,
    }),
  );
  people = { ada: [ada], ben: [ben] };
}, 60_000);

afterAll(async () => {
  for (const each of opened) {
    each.disconnect();
    await each.engine.stop();
  }
  await app.stop();
});

test('two people with two devices each talk, on all four, and the states of a message arrive', async () => {
  const [ada] = people.ada;
  const [ben] = people.ben;
  if (ada === undefined || ben === undefined) throw new Error('nobody is here');
  const { id } = await ada.engine.direct(ben.engine.self.account);
  const first = await ada.engine.send(id, 'hello Ben');
  await ben.until(has(ben, id, 'hello Ben'));
  await ada.until(reached(ada, first, 'Delivered'));
  await ben.engine.markRead(id);
  await ada.until(reached(ada, first, 'Read'));

  // New devices, which the others learn of by the relay's refusal or by its word.
  const ada2 = await signIn('ada');
  const ben2 = await signIn('ben');
  for (const [from, text] of [
    [ben, 'from the first of Ben'],
    [ada2, 'from the second of Ada'],
    [ben2, 'from the second of Ben'],
    [ada, 'from the first of Ada'],
  ] as const) {
    await from.engine.direct(
      from.engine.self.username === 'ada' ? ben.engine.self.account : ada.engine.self.account,
    );
    await from.engine.send(id, text);
    for (const on of [ada, ada2, ben, ben2]) await on.until(has(on, id, text));
  }
  for (const on of [ada, ben]) expect((await texts(on, id)).length).toBe(5);
  // What was said before they were devices comes from elsewhere, if at all.
  for (const { engine } of [ada2, ben2]) {
    const all = await engine.messages(id, { limit: 10 });
    expect(all.filter(({ origin }) => origin === 'live').length).toBe(4);
  }
  const sides = [
    await ada2.engine.safetyNumber(ben.engine.self.account),
    await ben2.engine.safetyNumber(ada.engine.self.account),
  ];
  expect(sides[0]?.digits).toBe(sides[1]?.digits ?? '');
  expect(opened.flatMap(({ events }) => events.filter(({ type }) => type === 'notice'))).toEqual([]);
}, 30_000);

test('what is sent to somebody who is away arrives in order when they are back', async () => {
  const [ada] = people.ada;
  const [ben] = people.ben;
  if (ada === undefined || ben === undefined) throw new Error('nobody is here');
  const { id } = await ada.engine.direct(ben.engine.self.account);
  ben.disconnect();
  const said = ['one', 'two', 'three'];
  for (const text of said) await ada.engine.send(id, text);
  expect((await ada.engine.flush()).waiting).toBe(0);
  expect(await texts(ben, id)).not.toContain('three');
  ben.connect();
  await ben.until(has(ben, id, 'three'));
  expect((await texts(ben, id)).slice(-3)).toEqual(said);
}, 30_000);

test('neither words nor names of kinds are in what the server wrote', async () => {
  const files = [...new Bun.Glob('**/*').scanSync({ cwd: app.data, absolute: true })];
  const written = await Promise.all(
    files.map(async (file) => Buffer.from(await Bun.file(file).arrayBuffer())),
  );
  if (ON_POSTGRES) written.push(...(await everyRow(app.deps.db)));
  expect(written.length).toBeGreaterThan(0);
  for (const bytes of written)
    for (const word of ['hello Ben', 'from the second', PASSWORD]) expect(bytes.includes(word)).toBe(false);
  expect(app.log()).not.toContain('hello Ben');
});

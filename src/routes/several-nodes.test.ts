/** Two nodes in one process: one database, one Redis, and people on either side. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { type Cut, openCut } from '../../test/support/cut.ts';
import { openTestDb } from '../../test/support/database.ts';
import { REDIS_PROGRAM, type RedisServer, startRedis } from '../../test/support/redis-server.ts';
import { addPerson, makePost, openCookie, randomBytes, type Someone } from '../../test/support/relay.ts';
import { connect, type TestSocket } from '../../test/support/socket.ts';
import { until } from '../../test/support/until.ts';
import type { ConversationId } from '../contract/ids.ts';
import { PATHS } from '../contract/paths.ts';
import type { PresenceRecord } from '../contract/presence.ts';
import { type Delivery, SOCKET_PROTOCOL, SOCKET_SIGNED_OUT } from '../contract/relay.ts';
import { createLimitSharing } from '../http/limit-sharing.ts';
import { LIMITS } from '../http/limits.ts';
import { silent } from '../ops/log.ts';
import type { Hub } from '../realtime/hub.ts';
import { createRedisHub, type HubDelays } from '../realtime/redis.ts';
import { createDelivery } from '../services/delivery.ts';
import type { Db } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { createMissed } from '../store/missed.ts';

const QUICK: HubDelays = {
  ping: 50,
  answer: 300,
  retry: 30,
  missed: 100,
  alive: 100,
  silent: 600,
  gone: 1200,
  anyway: 60_000,
};
const KEY = new Uint8Array(32).fill(7);

if (REDIS_PROGRAM === null) test.skip('Redis is not installed (apt-get install redis-server)', () => {});
else
  describe('two nodes', () => {
    let folder: string;
    let db: Db;
    let redis: RedisServer;
    let cut: Cut;
    let a: TestApp;
    let b: TestApp;
    let mina: Someone;
    let ravi: Someone;
    let conversation: ConversationId;
    const open: TestSocket[] = [];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'sotto-nodes-'));
      db = await openTestDb(join(folder, 'sotto.sqlite'));
      await migrate(db);
      redis = await startRedis();
      cut = await openCut(redis.port);
      // The one whose line to Redis can be cut is B.
      [a, b] = await Promise.all([node(redis.url), node(`redis://127.0.0.1:${cut.port}`)]);
      await back();
    });
    afterAll(async () => {
      await Promise.all([a.stop(), b.stop()]);
      await Promise.all([cut.close(), redis.remove(), db.close()]);
      rmSync(folder, { recursive: true, force: true });
    });
    beforeEach(async () => {
      [mina, ravi] = [await addPerson(db, Date.now(), 2, 'Mina'), await addPerson(db, Date.now(), 1, 'Ravi')];
      conversation = (await a.deps.services.conversations.createDirect(mina.session(), ravi.account)).id;
    });
    afterEach(() => {
      for (const socket of open.splice(0)) socket.close();
    });

    async function node(url: string): Promise<TestApp> {
      const mark = createMissed(db, randomBytes);
      const hub: Hub = createRedisHub({ url, key: KEY, mark, log: silent, delays: QUICK });
      const shared = createLimitSharing(KEY, (takes) => hub.tell({ type: 'taken', takes }));
      const app = await startApp({ limited: true, node: { db, hub, shared } });
      hub.onNews((news) => {
        if (news.type === 'taken')
          for (const [limit, who, count] of news.takes) app.deps.limits.takenElsewhere(limit, who, count);
      });
      return app;
    }
    const back = () => until(() => [a, b].every(({ deps }) => deps.hub.way === 'open'), 'both reach Redis');

    async function bot(app: TestApp, person: Someone, index = 0): Promise<TestSocket> {
      const cookie = await openCookie(app.deps, person, index);
      const socket = await connect(app.origin + PATHS.socket, { cookie, protocols: [SOCKET_PROTOCOL] });
      open.push(socket);
      await socket.next(is('hello'));
      return socket;
    }
    async function page(app: TestApp, person: Someone, index = 0): Promise<TestSocket> {
      const socket = await connect(`${app.origin}/socket`, {
        cookie: await openCookie(app.deps, person, index),
      });
      open.push(socket);
      await socket.next(is('hello'));
      return socket;
    }
    const is = (event: string) => (frame: Record<string, unknown>) => frame.event === event;
    const idsOf = (socket: TestSocket) =>
      socket.frames
        .filter((frame): frame is Delivery & { event: string } => isEnvelope(frame))
        .map(({ id }) => id);
    const isEnvelope = (frame: unknown) => JSON.stringify(frame).startsWith('{"event":"envelope"');
    const post = () =>
      makePost({ sender: mina.session(), conversation, to: [...ravi.devices, ...mina.devices.slice(1)] });
    const say = async (app: TestApp) => {
      const { id, bytes } = post();
      await app.deps.services.delivery.send(mina.session(), bytes);
      return id;
    };

    test('messages that both nodes take reach sockets on both, in the order of the store, each once', async () => {
      const [here, there, shown] = [await bot(a, ravi), await bot(b, ravi), await page(b, ravi)];
      const sent = await Promise.all(Array.from({ length: 200 }, (_, index) => say(index % 2 === 0 ? a : b)));
      const { envelopes } = await a.deps.services.delivery.pending(ravi.session().device, 0, 100);
      for (const socket of [here, there]) {
        await until(() => idsOf(socket).length >= sent.length, 'all of them');
        expect(idsOf(socket).slice(0, envelopes.length)).toEqual(envelopes.map(({ id }) => id));
        expect(idsOf(socket).toSorted()).toEqual(sent.toSorted());
      }
      const drawn = () =>
        shown.frames.flatMap((frame) =>
          [...JSON.stringify(frame).matchAll(/data-message=\\"([0-9a-f]{32})/g)].map(([, id]) => id ?? ''),
        );
      await until(() => drawn().length >= sent.length, 'all articles');
      expect(drawn()).toEqual(idsOf(here));
    });

    test('the sender hears on one node what was acknowledged on another, and what was not comes again, counted', async () => {
      const [sender, reader] = [await bot(a, mina), await bot(b, ravi)];
      const first = await say(a);
      const delivery = await reader.next<Delivery>(({ id }) => id === first);
      reader.send({ do: 'acknowledge', seqs: [delivery.seq] });
      expect(await sender.next(is('delivered'))).toMatchObject({ id: first, account: ravi.account });
      const second = await say(a);
      expect(await reader.next<Delivery>(({ id }) => id === second)).toMatchObject({ attempts: 1 });
      reader.close();
      await reader.closed;
      const again = await bot(a, ravi);
      expect(await again.next<Delivery>(({ id }) => id === second)).toMatchObject({ attempts: 2 });
    });

    test('a session that ends on one node is over on the other: its socket closes, and its cookie is worth nothing', async () => {
      const cookie = await openCookie(b.deps, ravi);
      const asks = () => fetch(b.origin + PATHS.presence, { headers: { cookie } });
      expect((await asks()).status).toBe(200);
      const socket = await connect(`${b.origin}/socket`, { cookie });
      await socket.next(is('hello'));
      await a.deps.services.sessions.endAll(ravi.account);
      expect(await socket.closed).toBe(SOCKET_SIGNED_OUT);
      expect((await asks()).status).toBe(401);
    });

    test('a session that ends while a node hears nothing is over there as well', async () => {
      const cookie = await openCookie(b.deps, ravi);
      const asks = async () => (await fetch(b.origin + PATHS.presence, { headers: { cookie } })).status;
      cut.hang();
      expect(await asks()).toBe(200);
      // What it remembers does not age meanwhile.
      b.pass(-60_000);
      await a.deps.services.sessions.endAll(ravi.account);
      await until(async () => (await asks()) === 401, 'it is over');
      b.pass(60_000);
      cut.heal();
      await back();
    });

    test('a policy that is changed on one node holds on the other', async () => {
      const [here, there] = [await page(a, mina), await page(b, ravi)];
      for (const socket of [here, there]) socket.send({ do: 'presence', state: 'online' });
      await told(there, mina, 'online');
      const heard = new Promise<boolean>((resolve) =>
        b.deps.services.policies.onChange(({ presence }) => resolve(presence)),
      );
      await a.deps.services.policies.write({ presence: false });
      expect(await heard).toBe(false);
      await told(there, mina, 'offline');
      await a.deps.services.policies.write({ presence: true });
    });

    const told = (socket: TestSocket, { account }: Someone, state: string) =>
      socket.next(
        ({ event, people }) =>
          event === 'presence' &&
          (people as readonly PresenceRecord[]).some(
            (each) => each.account === account && each.state === state,
          ),
      );
    const tellings = (socket: TestSocket, { account }: Someone) =>
      socket.frames.flatMap((frame) => {
        const { event, people } = frame as { event?: string; people?: readonly PresenceRecord[] };
        return event === 'presence'
          ? (people ?? []).filter((each) => each.account === account).map(({ state }) => state)
          : [];
      });

    test('who is here on any node is here once; writing is told; who wants not to be seen is seen nowhere', async () => {
      const watcher = await page(b, ravi);
      watcher.send({ do: 'presence', state: 'online' });
      const [one, two] = [await page(a, mina), await page(b, mina, 1)];
      one.send({ do: 'presence', state: 'online' });
      await told(watcher, mina, 'online');
      two.send({ do: 'presence', state: 'away' });
      one.send({ do: 'presence', state: 'away' });
      await told(watcher, mina, 'away');
      one.send({ do: 'typing', conversation });
      expect(await watcher.next(is('typing'))).toMatchObject({ account: mina.account, conversation });
      await b.deps.services.presence.choose(mina.account, false);
      await told(watcher, mina, 'offline');
      expect(tellings(watcher, mina)).toEqual(['online', 'away', 'offline']);
    });

    test('what is taken of a limit on one node is missing on the other: together they give a burst each, and then wait for all', async () => {
      const key = `somebody ${crypto.randomUUID()}`;
      let heard = 0;
      for (const { deps } of [a, b])
        deps.hub.onNews((news) => {
          if (news.type === 'taken')
            for (const [limit, , count] of news.takes) heard += limit === 'signInPerson' ? count : 0;
        });
      const gives = ({ deps }: TestApp) => {
        try {
          deps.limits.take('signInPerson', key);
          return true;
        } catch {
          return false;
        }
      };
      const { burst, perMinute } = LIMITS.signInPerson;
      for (const app of [a, b]) for (let count = 0; count < burst; count++) expect(gives(app)).toBe(true);
      await until(() => heard === 2 * burst, 'each knows of the other');
      const pass = (tokens: number) => {
        for (const app of [a, b]) app.pass((tokens * 60_000) / perMinute);
      };
      // For itself alone each would give half a burst by now.
      pass(burst / 2);
      expect([gives(a), gives(b)]).toEqual([false, false]);
      pass(burst / 2 + 1);
      expect(gives(a)).toBe(true);
      await until(() => heard === 2 * burst + 1, 'told');
      expect(gives(b)).toBe(false);
    });

    test('the members of a group and the devices of people are forgotten everywhere', async () => {
      const before = [a, b].map(
        ({ deps }) => deps.services.devices.version + deps.services.conversations.version,
      );
      await a.deps.services.devices.changed(mina.account);
      b.deps.services.conversations.forget(conversation);
      await until(
        () =>
          [a, b].every(
            ({ deps }, index) =>
              deps.services.devices.version + deps.services.conversations.version ===
              (before[index] ?? 0) + 2,
          ),
        'both know',
      );
    });

    test('the people of a node that nobody hears any more go, each told once, and are back with it', async () => {
      const watcher = await page(a, ravi);
      watcher.send({ do: 'presence', state: 'online' });
      (await page(b, mina)).send({ do: 'presence', state: 'online' });
      await told(watcher, mina, 'online');
      const gone = new Promise<void>((resolve) =>
        a.deps.hub.onNews(({ type }) => type === 'gone' && resolve()),
      );
      cut.cut();
      await gone;
      // Some seconds later: they might have come back to another node.
      a.pass(11_000);
      await told(watcher, mina, 'offline');
      cut.heal();
      await until(() => tellings(watcher, mina).length === 3, 'they are back');
      expect(tellings(watcher, mina)).toEqual(['online', 'offline', 'online']);
      await back();
    });

    test('a post that is repeated at another node, because the first one ended before it told anybody', async () => {
      const reader = await bot(b, ravi);
      const { id, bytes } = post();
      // Stored, and told to nobody: as a node does that is killed after its commit.
      const deaf = { ...a.deps, hub: { ...a.deps.hub, publish: () => {} } };
      const delivery = createDelivery(deaf, a.deps.services);
      const first = await delivery.send(mina.session(), bytes);
      expect(await a.deps.services.delivery.send(mina.session(), bytes)).toEqual(first);
      await reader.next((frame) => frame.id === id);
      await a.deps.services.delivery.send(mina.session(), bytes);
      const last = await say(a);
      await reader.next((frame) => frame.id === last);
      expect(idsOf(reader)).toEqual([id, last]);
    });

    test('a node without Redis: messages arrive late, in order, each once; then live again', async () => {
      const reader = await bot(b, ravi);
      const shown = await page(b, ravi);
      cut.cut();
      await until(() => b.deps.hub.way === 'away', 'it is noticed');
      const sent = [await say(a), await say(b), await say(a)];
      await until(() => idsOf(reader).length >= 3, 'late');
      expect(idsOf(reader)).toEqual(sent);
      await until(
        () => sent.every((id) => shown.frames.some((frame) => JSON.stringify(frame).includes(id))),
        'drawn',
      );

      // What this node cannot tell is looked for by the others.
      const elsewhere = await bot(a, mina, 1);
      const first = await say(b);
      await elsewhere.next(({ id }) => id === first);

      cut.heal();
      await back();
      const live = await say(a);
      await reader.next(({ id }) => id === live);
      expect(idsOf(reader)).toEqual([...sent, first, live]);
    });
  });

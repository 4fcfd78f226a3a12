import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type Cut, openCut } from '../../test/support/cut.ts';
import {
  conversation,
  envelope,
  holdsHubContract,
  laptop,
  listen,
  mina,
  phone,
} from '../../test/support/hub-contract.ts';
import { REDIS_PROGRAM, type RedisServer, startRedis } from '../../test/support/redis-server.ts';
import { until } from '../../test/support/until.ts';
import { deviceId } from '../contract/bytes.ts';
import { createLog, silent } from '../ops/log.ts';
import type { Hub, HubEvent, News } from './hub.ts';
import { createRedisHub, type HubDelays } from './redis.ts';

/** As in use, a tenth as long. */
const QUICK: HubDelays = {
  ping: 50,
  answer: 200,
  retry: 30,
  missed: 50,
  alive: 50,
  silent: 300,
  gone: 600,
  anyway: 60_000,
};
const KEY = new Uint8Array(32).fill(7);

/** The database's mark, which both nodes see. */
function markOf() {
  let mark = 0;
  return {
    note: async () => ({ before: String(mark++), now: String(mark) }),
    read: async () => String(mark),
  };
}

if (REDIS_PROGRAM === null) test.skip('Redis is not installed (apt-get install redis-server)', () => {});
else
  describe('Redis', () => {
    let redis: RedisServer;
    const hubs: Hub[] = [];
    const cuts: Cut[] = [];
    let mark = markOf();
    let log = '';

    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(async () => {
      await redis.remove();
      await Promise.all(cuts.map((cut) => cut.close()));
    });

    const node = async ({
      url = redis.url,
      key = KEY,
      delays = QUICK,
      wait = true,
      told = true,
    } = {}): Promise<Hub> => {
      const hub = createRedisHub({
        url,
        key,
        mark: told ? mark : markOf(),
        log: createLog('debug', Date.now, (line) => {
          log += line;
        }),
        delays,
      });
      hubs.push(hub);
      if (wait) await until(() => hub.way === 'open', 'Redis is reached');
      return hub;
    };
    const lineToRedis = async () => {
      const cut = await openCut(redis.port);
      cuts.push(cut);
      return { cut, url: `redis://127.0.0.1:${cut.port}` };
    };
    const closeAll = async () => {
      await Promise.all(hubs.splice(0).map((hub) => hub.close()));
      mark = markOf();
      log = '';
    };

    holdsHubContract('nodes', async () => {
      const [here, there] = await Promise.all([node(), node()]);
      return { here, there, close: closeAll };
    });

    test('news reaches all other nodes, in order, and not the one that tells it', async () => {
      const [a, b, c] = await Promise.all([node(), node(), node()]);
      const heard: Record<string, News[]> = { a: [], b: [], c: [] };
      a.onNews((news) => heard.a?.push(news));
      b.onNews((news) => heard.b?.push(news));
      c.onNews((news) => heard.c?.push(news));
      const told: News[] = [
        { type: 'policies' },
        { type: 'devices', account: mina },
        { type: 'members', conversation },
        { type: 'sessions', sessions: ['0f', 'a_b-c'] },
        { type: 'here', whole: true, people: [[mina, 'away']] },
        { type: 'taken', takes: [['signInPerson', 'abc', 3]] },
        { type: 'unseen', account: mina },
      ];
      for (const news of told) a.tell(news);
      await until(() => heard.b?.length === told.length && heard.c?.length === told.length, 'the news');
      expect(heard).toEqual({ a: [], b: told, c: told });
      await closeAll();
    });

    const stranger = async () => {
      const [asks, hears] = [new Bun.RedisClient(redis.url), new Bun.RedisClient(redis.url)];
      await Promise.all([asks.connect(), hears.connect()]);
      const answer: unknown = await asks.send('PUBSUB', ['CHANNELS', '*']);
      if (!Array.isArray(answer)) throw new Error('no channels');
      const close = () => {
        asks.close();
        hears.close();
      };
      return { asks, hears, channels: answer.map(String), close };
    };

    test('Redis, and who listens there, learns no id and no event: only when nodes speak', async () => {
      const [a, b] = await Promise.all([node(), node()]);
      await listen(b, mina, laptop, () => {});
      const { hears, channels, close } = await stranger();
      const seen: string[] = [];
      await hears.subscribe(channels, (text) => void seen.push(text));
      a.publish(envelope(laptop, 5));
      a.publish({ type: 'new-place', account: mina, id: '00ff' });
      a.tell({ type: 'unseen', account: mina });
      await until(() => seen.filter((text) => text.length > 100).length >= 3, 'all of them');
      const all = [...channels, ...seen].join('\n');
      const bytes = seen.map((text) => Buffer.from(text.slice(16), 'base64').toString('latin1')).join('\n');
      for (const said of [mina, laptop, 'waiting', 'new-place', '00ff', 'unseen', 'account'])
        expect([all.includes(said), bytes.includes(said)]).toEqual([false, false]);
      expect(channels).toHaveLength(3);
      close();
      await closeAll();
    });

    test('two workspaces on one Redis do not meet', async () => {
      const [ours, theirs] = await Promise.all([node(), node({ key: new Uint8Array(32).fill(8) })]);
      let heard = 0;
      await listen(theirs, mina, laptop, () => heard++);
      theirs.onNews(() => heard++);
      const told = new Promise<void>((resolve) => ours.onUnheard(() => resolve()));
      ours.tell({ type: 'policies' });
      ours.publish(envelope(laptop, 1));
      await told;
      expect(await ours.hears(laptop)).toBe(false);
      expect(heard).toBe(0);
      await closeAll();
    });

    test('what somebody else writes into its channels is dropped, and what was said elsewhere is not said here', async () => {
      const [a, b] = await Promise.all([node(), node()]);
      const heard: HubEvent[] = [];
      const news: News[] = [];
      await listen(b, mina, laptop, (event) => void heard.push(event));
      b.onNews((each) => void news.push(each));
      const { asks, hears, channels, close } = await stranger();
      const recorded: string[] = [];
      await hears.subscribe(channels, (text, from) => void recorded.push(`${from} ${text}`));
      a.publish({ type: 'role-changed', account: mina });
      await until(() => recorded.some((line) => line.length > 100), 'something to send again');
      await until(() => heard.length === 1, 'heard');
      const [from, sealed = ''] = recorded.find((line) => line.length > 100)?.split(' ') ?? [];
      const name = sealed.slice(0, 16);
      const flipped = `${sealed.slice(0, -6)}${sealed.at(-6) === 'A' ? 'B' : 'A'}${sealed.slice(-5)}`;
      for (const channel of channels)
        for (const text of [
          '',
          'hello',
          `${name}{"type":"role-changed","account":"${mina}"}`,
          name + Buffer.alloc(200).toString('base64'),
          flipped,
          ...(channel === from ? [] : [sealed]),
        ])
          await asks.publish(channel, text);
      a.publish(envelope(laptop, 9));
      await until(() => heard.length > 1, 'the true one');
      expect(heard.slice(1)).toEqual([{ type: 'waiting', device: laptop, seq: 9, class: 1 }]);
      expect(news).toEqual([]);
      close();
      await closeAll();
    });

    test.each([
      ['cut', (cut: Cut) => cut.cut()],
      ['silent', (cut: Cut) => cut.hang()],
    ])(
      'a line to Redis that is %s: sockets here hear what is here, others learn that something was missed, and it comes back',
      async (_, breakIt) => {
        const { cut, url } = await lineToRedis();
        const [far, near] = [await node({ url }), await node()];
        const heard: string[] = [];
        let [missedFar, missedNear] = [0, 0];
        far.onMissed(() => missedFar++);
        near.onMissed(() => missedNear++);
        await listen(far, mina, laptop, (event) => void heard.push(`far ${event.type}`));
        await listen(near, mina, laptop, (event) => void heard.push(`near ${event.type}`));

        breakIt(cut);
        await until(() => far.way === 'away', 'it is noticed');
        far.publish(envelope(laptop, 1));
        await until(() => heard.includes('far waiting'), 'heard here');
        await until(() => missedFar >= 3, 'missed again and again');
        await until(() => missedNear >= 1, 'the others know');
        expect(heard).toEqual(['far waiting']);
        expect(await far.hears(laptop)).toBe(true);
        expect(await far.hears(phone)).toBe(false);

        cut.heal();
        await until(() => far.way === 'open', 'it is back');
        heard.length = 0;
        near.publish(envelope(laptop, 2));
        await until(() => heard.length === 2, 'live again');
        expect(heard.sort()).toEqual(['far waiting', 'near waiting']);
        expect(log.match(/redis is away/g)).toHaveLength(1);
        expect(log.match(/redis is back/g)).toHaveLength(1);
        await closeAll();
      },
    );

    test('who comes just when Redis stops answering is let in all the same', async () => {
      const { cut, url } = await lineToRedis();
      const hub = await node({ url });
      cut.hang();
      const heard: string[] = [];
      let isIn = false;
      const ready = () => {
        isIn = true;
      };
      hub.subscribe({
        account: mina,
        device: laptop,
        session: 's',
        handle: ({ type }) => void heard.push(type),
        ready,
      });
      await until(() => hub.way === 'away', 'it is noticed');
      await until(() => isIn, 'let in');
      hub.publish(envelope(laptop, 1));
      await until(() => heard.length > 0, 'heard here');
      cut.heal();
      await until(() => hub.way === 'open', 'it is back');
      await closeAll();
    });

    test('what was recorded and is sent again is heard once', async () => {
      const [a, b] = await Promise.all([node(), node()]);
      const news: News[] = [];
      b.onNews((each) => void news.push(each));
      const { asks, hears, channels, close } = await stranger();
      const recorded: [string, string][] = [];
      await hears.subscribe(channels, (text, from) => void recorded.push([from, text]));
      a.tell({ type: 'taken', takes: [['signInPerson', 'abc', 1]] });
      await until(() => news.length === 1 && recorded.length >= 1, 'heard and recorded');
      for (const [from, text] of [...recorded, ...recorded]) await asks.publish(from, text);
      a.tell({ type: 'policies' });
      await until(() => news.some(({ type }) => type === 'policies'), 'what came after it');
      expect(news.map(({ type }) => type)).toEqual(['taken', 'policies']);
      close();
      await closeAll();
    });

    test('a Redis that drops what it is given is not relied on: from time to time everybody looks', async () => {
      const hub = await node({ delays: { ...QUICK, anyway: 150 } });
      let missed = 0;
      hub.onMissed(() => missed++);
      await until(() => missed >= 2, 'again and again');
      expect([hub.way, log.includes('away')]).toEqual(['open', false]);
      await closeAll();
    });

    test('Redis that is killed and started anew: everything is subscribed again', async () => {
      const [a, b] = await Promise.all([node(), node()]);
      const heard: number[] = [];
      const end = await listen(b, mina, laptop, (event) => event.type === 'waiting' && heard.push(event.seq));
      await redis.kill();
      await until(() => a.way === 'away' && b.way === 'away', 'both notice');
      a.publish(envelope(laptop, 1));
      a.tell({ type: 'policies' });
      // Who comes and goes meanwhile is known afterwards.
      end();
      await listen(b, mina, phone, (event) => event.type === 'waiting' && heard.push(event.seq));
      await redis.start();
      await until(() => a.way === 'open' && b.way === 'open', 'both are back');
      expect([await a.hears(laptop), await a.hears(phone)]).toEqual([false, true]);
      a.publish(envelope(phone, 2));
      await until(() => heard.length > 0, 'live again');
      expect(heard).toEqual([2]);
      await closeAll();
    });

    test('a wrong password is a Redis that is away, and stands in no log', async () => {
      const locked = await startRedis(['--requirepass', 'right']);
      const hub = await node({ url: locked.url.replace('://', '://:hidden@'), wait: false });
      await until(() => log.includes('redis is away'), 'it is said');
      expect(hub.way).toBe('away');
      expect(log).not.toContain('hidden');
      const heard: string[] = [];
      await listen(hub, mina, laptop, ({ type }) => heard.push(type));
      hub.publish(envelope(laptop, 1));
      await until(() => heard.length > 0, 'heard here');
      const right = await node({ url: locked.url.replace('://', '://:right@') });
      expect(right.way).toBe('open');
      await closeAll();
      await locked.remove();
    });

    test('a node that ends says so; one that is killed may have left something, and is gone after a while', async () => {
      const { cut, url } = await lineToRedis();
      // A process that is killed leaves no mark.
      const [ends, dies, stays] = [await node(), await node({ url, told: false }), await node()];
      const news: string[] = [];
      let missed = 0;
      const names = new Set<string>();
      stays.onNews(({ type }, from) => {
        news.push(type);
        names.add(from);
      });
      stays.onMissed(() => missed++);
      ends.tell({ type: 'policies' });
      dies.tell({ type: 'policies' });
      await until(() => names.size === 2, 'both are known');
      await ends.close();
      await until(() => news.includes('gone'), 'the end');
      expect(missed).toBe(0);
      cut.cut();
      await until(() => missed === 1, 'silence');
      await until(() => news.filter((type) => type === 'gone').length === 2, 'it is gone');
      expect(missed).toBe(1);
      await closeAll();
    });

    test('a commit of a thousand envelopes costs little', async () => {
      const [a, b] = [
        createRedisHub({ url: redis.url, key: KEY, mark, log: silent }),
        createRedisHub({ url: redis.url, key: KEY, mark, log: silent }),
      ];
      hubs.push(a, b);
      await until(() => a.way === 'open' && b.way === 'open', 'both');
      let last = 0;
      await listen(b, mina, laptop, (event) => {
        if (event.type === 'waiting') last = event.seq;
      });
      const before = process.cpuUsage();
      for (let seq = 1; seq <= 1000; seq++) a.publish(envelope(laptop, seq));
      for (let seq = 1; seq <= 1000; seq++)
        a.publish(envelope(deviceId(new Uint8Array(new Uint32Array([seq, 1, 2, 3]).buffer)), seq));
      await until(() => last === 1000, 'the last');
      const { user, system } = process.cpuUsage(before);
      // 1,000 of one device are one; 1,000 devices cost some microseconds each.
      expect((user + system) / 1000).toBeLessThan(200);
      await closeAll();
    });
  });

/**
 * The hub of several nodes, over Redis: a channel for each device and account that somebody listens to, so that PUBLISH says how many
 * nodes heard it, and one for news. Redis is given sealed ids; envelopes reach sockets as `waiting`, on their own node too, and come from the
 * store in its order, whichever node took them.
 *
 * While Redis is away, what happens here is heard here, and everything else is missed: `onMissed` is called again and again. Others cannot
 * know that a node they do not hear has something to tell, so it leaves a mark in the database (missed.ts), which all nodes look at.
 */
import type { AccountId, DeviceId } from '../contract/ids.ts';
import type { Log } from '../ops/log.ts';
import type { Hub, HubEvent, News } from './hub.ts';
import { Listeners } from './listeners.ts';
import { type Mark, Missed, type MissedDelays, PASSING } from './missed.ts';
import { Peers } from './peers.ts';
import { RedisWay, WAY_DELAYS, type WayDelays } from './redis-way.ts';
import { Seal } from './seal.ts';
import { decodeEvent, decodeNews, encode, type WireEvent, type WireNews } from './wire.ts';

export interface HubDelays extends WayDelays, MissedDelays {
  /** Milliseconds between two signs of life. */
  readonly alive: number;
  /** Without one for so long, a node may have ended between storing and telling; and after so long it is no node any more. */
  readonly silent: number;
  readonly gone: number;
}
const HUB_DELAYS: HubDelays = {
  ...WAY_DELAYS,
  missed: 2000,
  alive: 2000,
  silent: 6000,
  gone: 30_000,
  anyway: 60_000,
};

export interface RedisHubOptions {
  /** With user and password. */
  readonly url: string;
  /** 32 bytes of this workspace alone: two workspaces on one Redis do not meet. */
  readonly key: Uint8Array;
  readonly mark: Mark;
  readonly log: Log;
  readonly delays?: HubDelays;
}

type Waiting = Extract<HubEvent, { readonly type: 'waiting' }>;

export function createRedisHub({ url, key, mark, log, delays = HUB_DELAYS }: RedisHubOptions): Hub {
  const seal = new Seal(key);
  const newsChannel = seal.channel('news');
  const listeners = new Listeners();
  const peers = new Peers(delays);
  const onUnheard: ((event: HubEvent) => void)[] = [];
  const onNews: ((news: News, node: string) => void)[] = [];
  /** What this turn has brought to each device. */
  const waiting = new Map<DeviceId, Waiting>();

  const way = new RedisWay(
    url,
    {
      onMessage: receive,
      onOpen() {
        peers.begin();
        sayAlive();
        missed.say();
      },
      onAway() {
        // What was on its way may have got nowhere.
        missed.untold();
        missed.say();
      },
    },
    log,
    delays,
  );
  way.want(newsChannel);
  way.open();
  const missed = new Missed(mark, delays, () => way.isOpen, attempt);
  const timer = setInterval(sayAlive, delays.alive);
  timer.unref();

  return {
    publish(event) {
      if (event.type === 'envelope') gather(event.device, event.delivery.seq, event.delivery.class);
      else if (event.type === 'waiting') gather(event.device, event.seq, event.class);
      else send(event);
    },
    publishHere: (event) => void listeners.tell(event),
    tell: (news) => say(news),
    onNews: (handle) => void onNews.push(handle),
    onMissed: (handle) => missed.onMissed(handle),
    onUnheard: (handle) => void onUnheard.push(handle),
    async hears(device) {
      if (listeners.hasDevice(device)) return true;
      return (await way.audience(seal.channel(device)).catch(() => 0)) > 0;
    },
    subscribe(listener) {
      const { device, account, ready } = listener;
      const end = listeners.add(listener);
      way.want(seal.channel(account));
      if (device !== null) way.want(seal.channel(device));
      if (ready) void way.settled().then(ready);
      return () => {
        end();
        if (!listeners.hasAccount(account)) way.unwant(seal.channel(account));
        if (device !== null && !listeners.hasDevice(device)) way.unwant(seal.channel(device));
      };
    },
    get size() {
      return listeners.size;
    },
    get way() {
      return way.isOpen ? 'open' : 'away';
    },
    async close() {
      clearInterval(timer);
      flush();
      await speak(newsChannel, { type: 'gone' }).catch(() => {});
      await missed.close();
      way.close();
    },
  };

  /** A commit brings many envelopes: each device hears of all of its own at once. */
  function gather(device: DeviceId, seq: number, of: number): void {
    if (waiting.size === 0) queueMicrotask(flush);
    const known = waiting.get(device);
    waiting.set(device, {
      type: 'waiting',
      device,
      seq: Math.max(seq, known?.seq ?? 0),
      class: of === 1 || known === undefined ? of : known.class,
    });
  }

  function flush(): void {
    const events = [...waiting.values()];
    waiting.clear();
    for (const event of events) send(event);
  }

  function send(event: WireEvent): void {
    const isHeard = listeners.tell(event);
    speak(channelOf(event), event).then(
      (count) => {
        if (count === 0 && !isHeard) unheard(event);
      },
      () => {
        note(event.type);
        if (!isHeard) unheard(event);
      },
    );
  }

  function say(what: WireNews): void {
    speak(newsChannel, what).catch(() => note(what.type));
  }

  /** Gives how many nodes heard it. Rejects while Redis is away. */
  function speak(channel: string, what: WireEvent | WireNews): Promise<number> {
    return way.publish(channel, () => seal.seal(channel, encode(what)));
  }

  function sayAlive(): void {
    if (!way.isOpen) return;
    say({ type: 'alive' });
    const { silent, gone } = peers.look();
    if (silent) missed.say();
    for (const peer of gone) told({ type: 'gone' }, peer);
  }

  function channelOf(event: WireEvent): string {
    const to: DeviceId | AccountId = 'device' in event ? event.device : event.account;
    return seal.channel(to);
  }

  function receive(channel: string, sealed: string): void {
    const opened = seal.open(channel, sealed);
    if (!opened) return;
    const isOwn = opened.node === seal.node;
    if (channel === newsChannel) {
      const news = isOwn ? null : decodeNews(opened.text);
      if (news) hear(opened.node, news);
      return;
    }
    const event = decodeEvent(opened.text);
    if (!event) return;
    // One's own has been told already. Whoever it was for may have left since Redis counted this node.
    const isHeard = isOwn
      ? event.type !== 'waiting' || listeners.hasDevice(event.device)
      : listeners.tell(event);
    if (!isHeard && event.type === 'waiting') unheard(event);
  }

  function hear(peer: string, news: WireNews): void {
    if (news.type === 'gone') peers.forget(peer);
    else peers.heard(peer);
    if (news.type !== 'alive') told(news, peer);
  }

  function told(news: News, peer: string): void {
    for (const handle of onNews) attempt(() => handle(news, peer));
  }

  function unheard(event: HubEvent): void {
    for (const handle of onUnheard) attempt(() => handle(event));
  }

  function note(type: string): void {
    if (!PASSING.has(type)) missed.untold();
  }

  /** What one listener does wrong keeps nothing from the others. */
  function attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      log.error('event failed', { reason: error instanceof Error ? error.message : String(error) });
    }
  }
}

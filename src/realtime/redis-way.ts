/**
 * The way to other nodes: two connections to Redis, one that speaks and one that hears. Both are given up together as soon as one of them
 * closes or leaves a ping without an answer, and made anew, with everything that is wanted subscribed, until `close`. Bun's own
 * reconnecting is off: it knows neither silence nor what was missed meanwhile.
 */
import { RedisClient } from 'bun';
import type { Log } from '../ops/log.ts';

export interface WayDelays {
  /** Milliseconds between two pings, and how long Redis may take for any answer. */
  readonly ping: number;
  readonly answer: number;
  /** Milliseconds between two tries to connect. */
  readonly retry: number;
}
export const WAY_DELAYS: WayDelays = { ping: 1000, answer: 2000, retry: 500 };

/** Channels in one SUBSCRIBE. */
const CHUNK = 1000;

export interface WayEnd {
  onMessage(channel: string, text: string): void;
  /** All that was wanted is subscribed. */
  onOpen(): void;
  onAway(): void;
}

interface Line {
  readonly speaking: RedisClient;
  readonly hearing: RedisClient;
  readonly subscribed: Set<string>;
}

export class RedisWay {
  readonly #wanted = new Set<string>();
  /** Channels that may be subscribed and not wanted, or the other way around. */
  readonly #changed = new Set<string>();
  #line: Line | null = null;
  #isOpen = false;
  #isClosed = false;
  /** Whether being away has been logged: it begins so, and is no news until a first try failed. */
  #isSaid = false;
  #subscribing: Promise<void> | null = null;
  #settled: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly url: string,
    private readonly end: WayEnd,
    private readonly log: Log,
    private readonly delays: WayDelays = WAY_DELAYS,
  ) {}

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    void this.#connect();
  }

  /** Gives how many heard it. Rejects while Redis is away; `text` is asked for only when it is not. */
  async publish(channel: string, text: () => string): Promise<number> {
    if (!this.#line || !this.#isOpen) throw new Error('Redis is away.');
    return this.#line.speaking.publish(channel, text());
  }

  /** How many listen there, on all nodes. Rejects while Redis is away. */
  async audience(channel: string): Promise<number> {
    if (!this.#line || !this.#isOpen) throw new Error('Redis is away.');
    const answer: unknown = await within(
      this.#line.speaking.send('PUBSUB', ['NUMSUB', channel]),
      this.delays.answer,
    );
    return Array.isArray(answer) ? Number(answer[1]) : 0;
  }

  want(channel: string): void {
    this.#wanted.add(channel);
    this.#changed.add(channel);
    this.#subscribe();
  }

  unwant(channel: string): void {
    this.#wanted.delete(channel);
    this.#changed.add(channel);
    this.#subscribe();
  }

  /** Once all that is wanted now is subscribed, or Redis is away. */
  settled(): Promise<void> {
    if (!this.#line || !this.#subscribing) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#giveUp(this.#line);
  }

  async #connect(): Promise<void> {
    if (this.#isClosed) return;
    let line: Line | null = null;
    try {
      line = this.#newLine();
      this.#line = line;
      await within(Promise.all([line.speaking.connect(), line.hearing.connect()]), this.delays.answer);
      for (const channel of this.#wanted) this.#changed.add(channel);
      await this.#bringUp(line);
      if (this.#line !== line) return;
      this.#isOpen = true;
      this.#subscribe();
      if (this.#isSaid) this.log.info('redis is back');
      this.#isSaid = false;
      this.end.onOpen();
      void this.#watch(line);
    } catch (error) {
      this.#lose(line, reasonOf(error));
    }
  }

  #newLine(): Line {
    const line = { speaking: this.#client(), hearing: this.#client(), subscribed: new Set<string>() };
    for (const client of [line.speaking, line.hearing])
      client.onclose = () =>
        this.#lose(
          line,
          'it closed the connection, as it does where the password is wrong; sotto doctor says which',
        );
    return line;
  }

  #client(): RedisClient {
    return new RedisClient(this.url, {
      autoReconnect: false,
      enableOfflineQueue: false,
      connectionTimeout: this.delays.answer,
    });
  }

  /** Pings until the line is lost. */
  async #watch(line: Line): Promise<void> {
    try {
      while (this.#line === line) {
        await Bun.sleep(this.delays.ping);
        if (this.#line !== line) return;
        await within(
          Promise.all([line.speaking.send('PING', []), line.hearing.send('PING', [])]),
          this.delays.answer,
        );
      }
    } catch (error) {
      this.#lose(line, reasonOf(error));
    }
  }

  /** @param line null: none could be made */
  #lose(line: Line | null, reason: string): void {
    if (this.#line !== line) return;
    const wasOpen = this.#isOpen;
    this.#giveUp(line);
    if (this.#isClosed) return;
    if (!this.#isSaid) this.log.warn('redis is away', { reason });
    this.#isSaid = true;
    if (wasOpen) this.end.onAway();
    this.#timer = setTimeout(() => void this.#connect(), this.delays.retry);
    this.#timer.unref();
  }

  #giveUp(line: Line | null): void {
    this.#line = null;
    this.#isOpen = false;
    this.#settle();
    line?.speaking.close();
    line?.hearing.close();
  }

  #subscribe(): void {
    const line = this.#line;
    // A line that is coming up takes what is wanted by then.
    if (!line || !this.#isOpen || this.#subscribing || this.#changed.size === 0) return;
    this.#bringUp(line).catch((error) => this.#lose(line, reasonOf(error)));
  }

  /** Subscribes until there is nothing else to do: one batch after the other, since the order of both decides what is heard. */
  #bringUp(line: Line): Promise<void> {
    const work = async () => {
      // What is wanted in this turn goes together.
      await Promise.resolve();
      for (;;) {
        const waiting = this.#settled.splice(0);
        const changed = [...this.#changed];
        this.#changed.clear();
        const over = changed.filter((channel) => line.subscribed.has(channel) && !this.#wanted.has(channel));
        const fresh = changed.filter((channel) => this.#wanted.has(channel) && !line.subscribed.has(channel));
        try {
          for (const part of chunks(over)) await this.#drop(line, part);
          for (const part of chunks(fresh)) await this.#take(line, part);
        } finally {
          // A line that is lost here keeps nobody waiting.
          for (const resolve of waiting) resolve();
        }
        // What changes from now on is for the line after it.
        if (this.#line !== line) return;
        if (this.#changed.size === 0 && this.#settled.length === 0) return;
      }
    };
    const running = work().finally(() => {
      if (this.#subscribing === running) this.#subscribing = null;
    });
    this.#subscribing = running;
    return running;
  }

  async #take(line: Line, channels: string[]): Promise<void> {
    for (const channel of channels) line.subscribed.add(channel);
    const hear = (text: string, channel: string) => {
      if (this.#line === line) this.end.onMessage(channel, text);
    };
    await within(line.hearing.subscribe(channels, hear), this.delays.answer);
  }

  async #drop(line: Line, channels: string[]): Promise<void> {
    for (const channel of channels) line.subscribed.delete(channel);
    await within(line.hearing.unsubscribe(channels), this.delays.answer);
  }

  #settle(): void {
    for (const resolve of this.#settled.splice(0)) resolve();
  }
}

/** Never the message of an error: an address with a password could stand in it. */
function reasonOf(error: unknown): string {
  if (error instanceof Silence) return 'it does not answer';
  return error instanceof Error && 'code' in error ? String(error.code) : 'the connection failed';
}

class Silence extends Error {}

/** Rejects when it takes longer; what is awaited may still come to an end, and nobody minds how. */
async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Silence()), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function chunks(channels: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let at = 0; at < channels.length; at += CHUNK) parts.push(channels.slice(at, at + CHUNK));
  return parts;
}

/**
 * Server, sender and listener are killed (SIGKILL) at random points: what was reported as sent or queued arrives, in
 * order, once; a command that is at work in the same folder as one that dies takes no harm. `SOTTO_LONG=1` runs many
 * rounds; `SOTTO_SEED=N` repeats the points of a run.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Line, Running } from '../support/client.ts';
import { Pair } from '../support/pair.ts';

const ROUNDS = process.env.SOTTO_LONG === '1' ? 120 : 10;
const PATIENCE_MS = 60_000 + ROUNDS * 20_000;
const SEED = Number(process.env.SOTTO_SEED ?? Date.now() % 1_000_000);
const VICTIMS = ['server', 'sender', 'listener'] as const;

let pair: Pair;
beforeAll(async () => {
  console.log(`points in time from SOTTO_SEED=${SEED}`);
  pair = await Pair.open();
}, 120_000);
afterAll(() => pair.remove());

/** Numbers in [0, 1) that a seed repeats (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A `listen` that is begun again whenever it is killed, and everything that any of them has printed. */
class Listener {
  readonly heard: Line[] = [];
  kills = 0;
  #running: Running;
  #reading: Promise<void>;
  #waiting: { readonly text: string; readonly resolve: () => void } | null = null;

  constructor(private readonly device: string) {
    this.#running = this.#start();
    this.#reading = this.#read(this.#running);
  }

  async kill(): Promise<void> {
    this.kills++;
    this.#running.kill('SIGKILL');
    await this.#reading;
    this.#running = this.#start();
    this.#reading = this.#read(this.#running);
  }

  /** Resolves when this text has been printed. */
  async until(text: string): Promise<void> {
    if (this.heard.some((line) => line.text === text)) return;
    await new Promise<void>((resolve) => {
      this.#waiting = { text, resolve };
    });
  }

  /** Ends it in order, and gives its exit code. */
  async stop(): Promise<number> {
    this.#running.kill('SIGTERM');
    await this.#reading;
    return (await this.#running.ended).code;
  }

  #start(): Running {
    return pair.devices.start(this.device, ['listen', '--timeout', 'none']);
  }

  async #read(running: Running): Promise<void> {
    for (let line = await running.next(); line !== null; line = await running.next()) {
      this.heard.push(line);
      if (line.text === this.#waiting?.text) this.#waiting?.resolve();
    }
  }
}

test(
  `${ROUNDS} rounds of killing lose nothing and double nothing`,
  async () => {
    const random = randomFrom(SEED);
    // The length of an undisturbed send is the stretch in which the points of death lie.
    await pair.send('ada', 'ben', 'first contact');
    const began = performance.now();
    await pair.send('ada', 'ben', 'a measure');
    const stretch = performance.now() - began;

    const listener = new Listener('ben');
    // Two lanes: what each says is in order; how they mix is nobody's promise.
    const promised = { victim: ['first contact', 'a measure'], bystander: [] as string[] };
    const attempted = new Set(promised.victim);
    const attempt = async (
      lane: keyof typeof promised,
      round: number,
      disturb: (sending: Running) => void,
    ) => {
      const text = `round ${round}: ${lane}`;
      attempted.add(text);
      const sending = pair.devices.start('ada', ['send', '--to', 'ben', text]);
      disturb(sending);
      const { code, lines, err } = await sending.ended;
      const [said] = lines;
      if (said?.event === 'sent' || said?.event === 'queued') promised[lane].push(text);
      return { lane, round, code, err, event: said?.event };
    };

    for (let round = 0; round < ROUNDS; round++) {
      const victim = VICTIMS[round % VICTIMS.length];
      const strike = async (sending: Running) => {
        await Bun.sleep(random() * stretch);
        if (victim === 'server') await pair.server.kill();
        if (victim === 'sender') sending.kill('SIGKILL');
        if (victim === 'listener') await listener.kill();
      };
      let struck = Promise.resolve();
      const [first, second] = await Promise.all([
        attempt('victim', round, (sending) => {
          struck = strike(sending);
        }),
        attempt('bystander', round, () => {}),
      ]);
      await struck;
      // Whoever was not killed keeps the promise of its exit code.
      if (victim !== 'sender') expect(first).toMatchObject({ lane: 'victim', round, code: 0 });
      expect(second).toMatchObject({ lane: 'bystander', round, code: 0 });
      if (victim === 'server') await pair.begin();
    }
    expect((await pair.send('ada', 'ben', 'the end')).event).toBe('sent');
    await listener.until('the end');
    expect(await listener.stop()).toBe(0);

    const texts = await pair.texts('ben', 'ada');
    expect(texts.length).toBe(new Set(texts).size);
    expect(texts.filter((text) => !attempted.has(String(text)))).toEqual(['the end']);
    for (const lane of Object.values(promised))
      expect(texts.filter((text) => lane.includes(String(text)))).toEqual(lane);

    // Printed once; a listener that dies between printing and noting it may print that one message again.
    const printed = listener.heard.map(({ text }) => text);
    expect(new Set(printed)).toEqual(new Set(texts));
    expect(printed.length - new Set(printed).size).toBeLessThanOrEqual(listener.kills);
    expect(await pair.texts('ada', 'ben')).toEqual(expect.arrayContaining(Object.values(promised).flat()));
  },
  PATIENCE_MS,
);

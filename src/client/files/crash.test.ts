/**
 * Kills a device at a step of sending files, and opens it again: the message is said once, its files are whole, and nothing is left
 * over. Each run tries a sample of the steps; `SOTTO_LONG=1` tries every one, `SOTTO_SEED=N` shifts the sample.
 */
import { beforeAll, expect, test } from 'bun:test';
import { CHUNK_BYTES } from '../../contract/files.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { equalBytes } from '../../protocol/hash.ts';
import { Actor } from '../testing/actor.ts';
import { Plug, reusedSteps } from '../testing/crash.ts';
import { memorySource, named, readAll } from '../testing/file-bytes.ts';
import { lost } from '../testing/relay.ts';
import type { Client, MadePerson } from '../testing/world.ts';
import { World } from '../testing/world.ts';

const LONG = process.env.SOTTO_LONG === '1';
const SEED = Number(process.env.SOTTO_SEED ?? 0);
const SAMPLE = 10;
const MINUTE_MS = 60_000;
const SIZES = [CHUNK_BYTES + 5, 0, 7];

let cast: { mina: MadePerson; jonas: MadePerson };
beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 1), jonas: await made.makePerson('jonas', 1) };
}, 60_000);

/** By what the hint says: a size. */
const sourceOf = async (hint: string) => memorySource(Number(hint), Number(hint));
const files = SIZES.map((size) => named(`of ${size}`, size, size, { hint: String(size) }));

const heard = async ({ engine }: Client, id: ConversationId) =>
  (await engine.messages(id, { limit: 100 })).filter(({ kind }) => kind === 'text');

/** Sends three files in one message, then a text; what is there or on its way after a restart is not sent again. */
async function play(plug: Plug, bend: (world: World) => void = () => {}) {
  const world = new World();
  const a = new Actor(world, world.enter(cast.mina), 0, { sourceOf });
  const b = new Actor(world, world.enter(cast.jonas));
  await a.open(plug);
  await b.open();
  let id = (await b.client.engine.direct(a.person.account)).id;
  await a.does(async ({ engine }) => {
    id = (await engine.direct(b.person.account)).id;
  });
  bend(world);
  await a.does(async ({ engine }) => {
    const there = await engine.files();
    const isSent = (await heard(a.client, id)).length > 0 || (await there.pending(id)).length > 0;
    if (!isSent) await there.send(id, { text: 'three files', files });
  });
  for (let minute = 0; minute < 5; minute++) {
    await world.advance(MINUTE_MS);
    await a.revive();
  }
  await world.settle();
  return { world, a, b, id };
}

async function check({ world, a, b, id }: Awaited<ReturnType<typeof play>>): Promise<void> {
  for (const { client } of [a, b]) {
    const all = await heard(client, id);
    expect(all.map(({ text }) => text)).toEqual(['three files']);
    const [message] = all;
    for (const [at, size] of SIZES.entries()) {
      const file = message?.files[at];
      if (file === undefined) throw new Error('a file is missing');
      const bytes = await readAll((await client.engine.files()).open(file));
      expect(equalBytes(bytes, await memorySource(size, size).read(0, size))).toBeTrue();
    }
  }
  const { storage, engine } = a.client;
  expect(await (await engine.files()).pending()).toEqual([]);
  for (const prefix of ['p/', 'h/', 'r/']) expect(await storage.list('files', { prefix })).toEqual([]);
  expect([...world.relay.files.kept.values()].length).toBe(SIZES.length);
  expect(reusedSteps(world.relay)).toEqual([]);
  expect([...world.relay.files.attempts.values()].filter(({ size }) => size > 1)).toEqual([]);
  await world.close();
}

test('a device dies at a step of sending files: said once, whole, and no nonce is used twice [R28]', async () => {
  const whole = new Plug(0);
  const undisturbed = await play(whole);
  const { steps } = whole;
  await check(undisturbed);
  const every = LONG ? 1 : Math.max(1, Math.floor(steps / SAMPLE));
  const tried: number[] = [];
  for (let at = 1 + (SEED % every); at <= steps; at += every) {
    tried.push(at);
    try {
      await check(await play(new Plug(at)));
    } catch (error) {
      throw new Error(`After dying at step ${at} of ${steps}: ${error}`, { cause: error });
    }
  }
  expect(tried.length).toBeGreaterThanOrEqual(SAMPLE);
}, 900_000);

for (const where of ['request', 'answer'] as const)
  test(`every ${where} about files is lost once: it goes on by itself`, async () => {
    let calls = 0;
    const undisturbed = await play(new Plug(0), ({ relay }) => {
      relay.knobs[where] = (call) => {
        if (call === 'files') calls++;
      };
    });
    undisturbed.world.relay.knobs[where] = () => {};
    await check(undisturbed);
    expect(calls).toBeGreaterThan(10);
    for (let at = 1; at <= calls; at++) {
      let count = 0;
      const over = await play(new Plug(0), ({ relay }) => {
        relay.knobs[where] = (call) => {
          if (call === 'files' && ++count === at) throw lost();
        };
      });
      over.world.relay.knobs[where] = () => {};
      expect(count).toBeGreaterThanOrEqual(at);
      await check(over).catch((error: unknown) => {
        throw new Error(`After ${where} ${at} of ${calls}: ${error}`, { cause: error });
      });
    }
  }, 120_000);

/**
 * Kills a device at a step of a whole conversation and opens it again: two people who begin at once, a device that joins
 * (409), a message that breaks and is asked for again, receipts, marks for one's own devices, epochs, a week of silence.
 * Each file run tries a sample of the steps; `SOTTO_LONG=1` tries every one, `SOTTO_SEED=N` shifts the sample.
 */
import { beforeAll, expect, test } from 'bun:test';
import { fromBase64, toBase64 } from '../contract/bytes.ts';
import type { ConversationId } from '../contract/ids.ts';
import { decodePost } from '../contract/post.ts';
import { decodeBodyHeader } from '../protocol/body-header.ts';
import { decodeSession } from '../protocol/session.ts';
import { Actor } from './testing/actor.ts';
import { Plug, reusedSteps } from './testing/crash.ts';
import { type MadePerson, World } from './testing/world.ts';

const LONG = process.env.SOTTO_LONG === '1';
const SEED = Number(process.env.SOTTO_SEED ?? 0);
/** Steps of each role that a sample tries. */
const SAMPLE = 3;
const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 24 * 3600_000;
const ROLES = ['writer', 'reader'] as const;

let cast: { mina: MadePerson; jonas: MadePerson };
beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 2), jonas: await made.makePerson('jonas', 1) };
}, 60_000);

/** Bends the next message of a conversation to this device. */
function breakNext(world: World, device: string) {
  let left = 1;
  world.relay.knobs.deliver = (to, delivery) => {
    if (to !== device || delivery.class !== 1 || left-- <= 0) return [delivery];
    const bytes = fromBase64(delivery.envelope);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    return [{ ...delivery, envelope: toBase64(bytes) }];
  };
}

/** The whole play, with one role on a plug. */
async function play(plug: Plug, role: (typeof ROLES)[number]) {
  const world = new World();
  const mina = world.enter(cast.mina, 1);
  const jonas = world.enter(cast.jonas, 1);
  const a = new Actor(world, mina);
  const b = new Actor(world, jonas);
  const second = new Actor(world, mina, 1);
  await a.open(role === 'writer' ? plug : null);
  await b.open(role === 'reader' ? plug : null);
  let id: ConversationId | null = null;
  await a.does(async ({ engine }) => {
    id = (await engine.direct(jonas.account)).id;
  });
  await b.does(({ engine }) => engine.direct(mina.account));
  if (id === null) throw new Error('There is no conversation.');
  const talk: ConversationId = id;
  const pass = async (by: number) => {
    await world.advance(by);
    await a.revive();
    await b.revive();
    await world.settle();
  };

  await Promise.all([a.says(talk, 'a1'), b.says(talk, 'b1')]);
  await pass(MINUTE_MS);
  await a.says(talk, 'a2');
  await b.says(talk, 'b2');
  await pass(MINUTE_MS);
  world.reveal(mina, cast.mina);
  await b.says(talk, 'b3');
  await second.open();
  await pass(MINUTE_MS);
  await a.says(talk, 'a3');
  await pass(MINUTE_MS);
  breakNext(world, b.client.device);
  await a.says(talk, 'a4');
  await pass(2 * MINUTE_MS);
  for (const reader of [a, b]) await reader.does(({ engine }) => engine.markRead(talk));
  await pass(11 * MINUTE_MS);
  await a.says(talk, 'a5');
  await b.says(talk, 'b4');
  await pass(WEEK_MS);
  await b.says(talk, 'b5');
  await a.says(talk, 'a6');
  await pass(2 * 60 * MINUTE_MS);
  await a.says(talk, 'a7');
  await b.says(talk, 'b6');
  await pass(11 * MINUTE_MS);
  return { world, a, b, second, talk };
}

const SAID = {
  a: ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'],
  b: ['b1', 'b2', 'b3', 'b4', 'b5', 'b6'],
};

/** What must hold after the play, wherever the plug was pulled. */
async function check({ world, a, b, second, talk }: Awaited<ReturnType<typeof play>>) {
  const read = { a: await a.reads(talk), b: await b.reads(talk), second: await second.reads(talk) };
  // Nothing lost, nothing doubled, each writer's order kept, and no line that says that something is missing.
  for (const lines of [read.a, read.b]) {
    expect(lines.filter((line) => !line.startsWith('b'))).toEqual(SAID.a);
    expect(lines.filter((line) => !line.startsWith('a'))).toEqual(SAID.b);
  }
  for (const said of [SAID.a, SAID.b]) {
    const heard = read.second.filter((line) => said.includes(line));
    expect(heard).toEqual(said.slice(-heard.length));
  }
  expect(read.second).toContain('b3');
  expect(read.second).toContain('a3');
  // Every message reached somebody, and was said so.
  for (const actor of [a, b]) {
    const own = (await actor.client.engine.messages(talk, { limit: 100 })).filter(({ mine }) => mine);
    for (const { status } of own) expect(['Delivered', 'Read']).toContain(status ?? 'none');
  }
  // One place of a ratchet, one envelope; one id, one body.
  expect(reusedSteps(world.relay)).toEqual([]);
  const bodies = new Map<string, string>();
  for (const attempt of world.relay.attempts) {
    const post = decodePost(attempt);
    if (post === null) throw new Error('A post that is none.');
    const id = decodeBodyHeader(post.body).header.bodyId.toHex();
    expect(bodies.get(id) ?? attempt.toHex()).toBe(attempt.toHex());
    bodies.set(id, attempt.toHex());
  }
  // Nothing waits any more, and what is stored can be read.
  for (const { client } of [a, b, second]) {
    expect(client.events.filter((event) => event.type === 'notice')).toEqual([]);
    expect(world.relay.device(client.device).queue).toEqual([]);
    expect(await client.storage.list('inbox', { prefix: '' })).toEqual([]);
    for (const waiting of ['1/', '2/', 'p/', 'g/']) {
      expect((await client.storage.list('outbox', { prefix: waiting })).map(([key]) => key)).toEqual([]);
    }
    for (const [, session] of await client.storage.list('sessions', { prefix: '' })) decodeSession(session);
  }
}

for (const role of ROLES) {
  const title = LONG ? 'any step' : 'a sample of the steps';
  test(
    `the ${role} dies at ${title} of a whole conversation: nothing lost, doubled or said twice [R21, R28]`,
    async () => {
      const whole = new Plug(Number.POSITIVE_INFINITY);
      const calm = await play(whole, role);
      await check(calm);
      await calm.world.close();
      const stride = LONG ? 1 : Math.max(1, Math.floor(whole.steps / SAMPLE));
      for (let at = 1 + (SEED % stride); at <= whole.steps; at += stride) {
        const plug = new Plug(at);
        const outcome = await play(plug, role);
        try {
          await check(outcome);
        } catch (error) {
          throw new Error(`The ${role} died at step ${at} of ${whole.steps}.`, { cause: error });
        }
        await outcome.world.close();
      }
    },
    LONG ? 3_600_000 : 240_000,
  );
}

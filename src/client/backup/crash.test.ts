/**
 * Kills the device that saves, and the one that restores, at any step: nothing is lost, doubled or saved for nothing.
 * A sample of the steps; `SOTTO_LONG=1` tries every one, `SOTTO_SEED=N` shifts the sample.
 */
import { beforeAll, expect, test } from 'bun:test';
import type { ConversationId } from '../../contract/ids.ts';
import { Actor } from '../testing/actor.ts';
import { Plug } from '../testing/crash.ts';
import { type MadePerson, randomBytes, World } from '../testing/world.ts';

const LONG = process.env.SOTTO_LONG === '1';
const SEED = Number(process.env.SOTTO_SEED ?? 0);
const SAMPLE = 3;
const MINUTE_MS = 60_000;

let cast: { mina: MadePerson; jonas: MadePerson };
beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 2), jonas: await made.makePerson('jonas', 1) };
  const key = randomBytes(32);
  for (const { disk } of cast.mina.devices) disk.store('secrets').set('backup', key);
}, 60_000);

const SAID = ['one', 'two', 'three', 'four'];

async function play(plug: Plug, role: 'saver' | 'restorer') {
  const world = new World();
  const mina = world.enter(cast.mina, 1);
  const jonas = world.enter(cast.jonas, 1);
  const a = new Actor(world, mina);
  const b = new Actor(world, jonas);
  const second = new Actor(world, mina, 1);
  await a.open(role === 'saver' ? plug : null);
  await b.open();
  const pass = async (by: number) => {
    await world.advance(by);
    await a.revive();
    await world.settle();
  };
  let id: ConversationId | null = null;
  await a.does(async ({ engine }) => {
    id = (await engine.direct(jonas.account)).id;
  });
  if (id === null) throw new Error('There is no conversation.');
  const talk: ConversationId = id;
  for (const [at, text] of SAID.entries()) {
    await (at % 2 === 0 ? a : b).says(talk, text);
    await pass(3 * MINUTE_MS);
  }
  await pass(3 * MINUTE_MS);
  world.reveal(mina, cast.mina);
  await second.open(role === 'restorer' ? plug : null);
  await world.advance(MINUTE_MS);
  await second.revive();
  // Until then the dead one seems to be at work.
  await world.advance(2 * MINUTE_MS);
  await second.does(({ engine }) => engine.backUpNow().catch(() => {}));
  await world.advance(3 * MINUTE_MS);
  // At the latest now: what is looked at afterwards runs without a plug.
  plug.dead = true;
  await (role === 'saver' ? a : second).revive();
  await world.advance(3 * MINUTE_MS);
  return { world, a, second, talk, mina };
}

async function check({ world, a, second, talk, mina }: Awaited<ReturnType<typeof play>>) {
  for (const actor of [a, second]) {
    expect(await actor.reads(talk)).toEqual(SAID);
    await actor.client.engine.backUpNow();
    expect(await actor.client.engine.backup()).toMatchObject({
      state: 'on',
      messages: SAID.length,
      waiting: 0,
      restoring: null,
      problem: null,
    });
    for (const message of await actor.client.engine.messages(talk, { limit: 10 })) {
      const details = await actor.client.engine.messageDetails(message.id);
      expect(details?.proof?.signatures.map(({ valid }) => valid)).toEqual([true, true]);
    }
  }
  const { version } = world.relay.backups.of(mina.account);
  for (const actor of [a, second]) await actor.client.engine.backUpNow();
  expect(world.relay.backups.of(mina.account).version).toBe(version);
}

for (const role of ['saver', 'restorer'] as const)
  test(
    `the ${role} dies at ${LONG ? 'any step' : 'a sample of the steps'}`,
    async () => {
      const whole = new Plug(Number.POSITIVE_INFINITY);
      const calm = await play(whole, role);
      await check(calm);
      await calm.world.close();
      const stride = LONG ? 1 : Math.max(1, Math.floor(whole.steps / SAMPLE));
      for (let at = 1 + (SEED % stride); at <= whole.steps; at += stride) {
        const outcome = await play(new Plug(at), role);
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

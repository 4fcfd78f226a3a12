/**
 * Kills the owner's device, or a member's, at a step while a group is made, grows, is renamed and shrinks, and opens it again.
 * Each run tries a sample of the steps; `SOTTO_LONG=1` tries every one, `SOTTO_SEED=N` shifts the sample.
 */
import { beforeAll, expect, test } from 'bun:test';
import type { ConversationId } from '../../contract/ids.ts';
import { Actor } from '../testing/actor.ts';
import { Plug, reusedSteps } from '../testing/crash.ts';
import { noticesIn, seen, textsIn } from '../testing/reading.ts';
import { type MadePerson, World } from '../testing/world.ts';

const LONG = process.env.SOTTO_LONG === '1';
const SEED = Number(process.env.SOTTO_SEED ?? 0);
/** Steps of each role that a sample tries. */
const SAMPLE = 4;
const MINUTE_MS = 60_000;
const ROLES = ['owner', 'member'] as const;

let cast: Record<'mina' | 'jonas' | 'tom' | 'eve', MadePerson>;
beforeAll(async () => {
  const made = new World();
  cast = {
    mina: await made.makePerson('mina', 1),
    jonas: await made.makePerson('jonas', 1),
    tom: await made.makePerson('tom', 1),
    eve: await made.makePerson('eve', 1),
  };
}, 60_000);

async function play(plug: Plug, role: (typeof ROLES)[number]) {
  const world = new World();
  const people = {
    mina: world.enter(cast.mina),
    jonas: world.enter(cast.jonas),
    tom: world.enter(cast.tom),
    eve: world.enter(cast.eve),
  };
  const a = new Actor(world, people.mina);
  const b = new Actor(world, people.jonas);
  const c = new Actor(world, people.tom);
  const e = new Actor(world, people.eve);
  await a.open(role === 'owner' ? plug : null);
  await b.open(role === 'member' ? plug : null);
  await c.open();
  await e.open();
  const pass = async () => {
    await world.advance(MINUTE_MS);
    await a.revive();
    await b.revive();
    await world.settle();
  };
  const found: ConversationId[] = [];
  await a.does(async ({ engine }) => {
    // Somebody who was thrown out looks whether the group is there before they make it again.
    const [there] = await engine.conversations();
    const made =
      there ??
      (await engine.createGroup({ name: 'Harbour', people: [people.jonas.account, people.tom.account] }));
    found.push(made.id);
  });
  const id = found.at(-1);
  if (id === undefined) throw new Error('There is no group.');
  await pass();
  await a.says(id, 'a1');
  await b.says(id, 'b1');
  await pass();
  await a.does(({ engine }) => engine.addPeople(id, [people.eve.account]));
  await b.says(id, 'b2');
  await pass();
  await a.does(({ engine }) => engine.setDetails(id, { name: 'Port' }));
  await a.does(({ engine }) => engine.removePerson(id, people.tom.account));
  await a.says(id, 'a2');
  await b.says(id, 'b3');
  await pass();
  await pass();
  return { world, people, id, a, b, c, e };
}

async function check({ world, people, id, a, b, c, e }: Awaited<ReturnType<typeof play>>) {
  expect([...world.relay.rosters.groups.keys()]).toEqual([id]);
  expect(world.relay.rosters.eventsOf(id).length).toBe(3);
  const members = [people.mina, people.jonas, people.eve].map(({ account }) => account).sort();
  for (const { client } of [a, b, e]) {
    expect(await seen(client, id)).toMatchObject({ name: 'Port', members, writable: true });
    expect(client.events.filter(({ type }) => type === 'notice')).toEqual([]);
    for (const waiting of ['1/', '2/', 'p/'])
      expect(await client.storage.list('outbox', { prefix: waiting })).toEqual([]);
    expect(await client.storage.list('conversations', { prefix: 'n/' })).toEqual([]);
    expect(await client.storage.list('inbox', { prefix: '' })).toEqual([]);
  }
  for (const { client } of [a, b])
    expect((await textsIn(client, id)).toSorted()).toEqual(['a1', 'a2', 'b1', 'b2', 'b3']);
  expect((await textsIn(e.client, id)).toSorted()).toEqual(
    expect.arrayContaining(['a2', 'b3'].map((text) => text)),
  );
  expect(await textsIn(e.client, id)).not.toContain('a1');
  expect((await textsIn(c.client, id)).filter((text) => ['a2', 'b3'].includes(text))).toEqual([]);
  expect((await noticesIn(a.client, id)).filter((line) => line.includes('Eve'))).toEqual(['You added Eve.']);
  expect(reusedSteps(world.relay)).toEqual([]);
}

for (const role of ROLES) {
  test(
    `the ${role} dies at ${LONG ? 'any step' : 'a sample of the steps'} of a group’s life: nothing is half done [R28]`,
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
    LONG ? 3_600_000 : 120_000,
  );
}

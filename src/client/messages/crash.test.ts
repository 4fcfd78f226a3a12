/**
 * Kills a device at a step of what people do with messages, and opens it again: in the end every device shows the same. Each run
 * tries a sample of the steps; `SOTTO_LONG=1` tries every one, `SOTTO_SEED=N` shifts the sample.
 */
import { beforeAll, expect, test } from 'bun:test';
import type { BodyId, ConversationId } from '../../contract/ids.ts';
import { Actor } from '../testing/actor.ts';
import { Plug, reusedSteps } from '../testing/crash.ts';
import type { Client, MadePerson } from '../testing/world.ts';
import { World } from '../testing/world.ts';

const LONG = process.env.SOTTO_LONG === '1';
const SEED = Number(process.env.SOTTO_SEED ?? 0);
const SAMPLE = 3;
const MINUTE_MS = 60_000;

let cast: { mina: MadePerson; jonas: MadePerson };
beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 2), jonas: await made.makePerson('jonas', 1) };
}, 60_000);

const lineOf = async ({ engine }: Client, id: ConversationId, text: string) =>
  (await engine.messages(id, { limit: 100 })).find((each) => each.text === text) ?? null;

/** The whole play; whoever writes is on a plug, or whoever receives. */
async function play(plug: Plug, role: 'writer' | 'reader') {
  const world = new World();
  const a = new Actor(world, world.enter(cast.mina));
  const a2 = new Actor(world, a.person, 1);
  const b = new Actor(world, world.enter(cast.jonas));
  await a.open(role === 'writer' ? plug : null);
  await a2.open();
  await b.open(role === 'reader' ? plug : null);
  const { id } = await a2.client.engine.direct(b.person.account);
  await a.does(({ engine }) => engine.direct(b.person.account));
  const pass = async (by: number) => {
    await world.advance(by);
    for (const each of [a, b]) await each.revive();
    await world.settle();
  };
  await a.says(id, 'stays');
  await a.says(id, 'goes');
  await a.says(id, 'changes');
  await pass(MINUTE_MS);
  const find = async (actor: Actor, text: string): Promise<BodyId> => {
    const found = await lineOf(actor.client, id, text);
    if (found === null) throw new Error(`"${text}" is not there.`);
    return found.id;
  };
  const [stays, goes, changes] = [await find(a, 'stays'), await find(a, 'goes'), await find(a, 'changes')];
  await a.does(({ engine }) => engine.edit(changes, 'changed'));
  await b.does(({ engine }) => engine.react(stays, '👍', true));
  await pass(MINUTE_MS);
  await a.does(async ({ engine }) => {
    if ((await engine.message(goes))?.kind !== 'deleted') await engine.deleteMessage(goes);
  });
  await a.does(({ engine }) => engine.pin(stays, true));
  await a.does(({ engine }) => engine.setTimer(id, 3600));
  await pass(MINUTE_MS);
  await a.says(id, 'passes');
  await b.does(({ engine }) => engine.react(stays, '👍', false));
  await b.does(({ engine }) => engine.react(stays, '🎉', true));
  await pass(MINUTE_MS);
  await a.does(({ engine }) => engine.edit(changes, 'changed again'));
  await pass(30 * MINUTE_MS);
  await pass(3 * 60 * MINUTE_MS);
  return { world, actors: [a, a2, b], id, jonas: b.person.account };
}

async function check({ world, actors, id, jonas }: Awaited<ReturnType<typeof play>>): Promise<void> {
  for (const { client } of actors) {
    const shown = (await client.engine.messages(id, { limit: 100 })).filter(({ kind }) => kind !== 'notice');
    expect(shown.map(({ kind, text, pinned }) => [kind, text, pinned])).toEqual([
      ['text', 'stays', true],
      ['deleted', 'This message was deleted.', false],
      ['text', 'changed again', false],
    ]);
    expect(shown[0]?.reactions.map(({ emoji, people }) => [emoji, people])).toEqual([['🎉', [jonas]]]);
    const [view] = await client.engine.conversations();
    expect(view?.timer).toBe(3600);
  }
  expect(reusedSteps(world.relay)).toEqual([]);
  await world.close();
}

for (const role of ['writer', 'reader'] as const)
  test(`the ${role} dies at a step, and in the end every device shows the same`, async () => {
    const whole = new Plug(0);
    await check(await play(whole, role));
    const every = LONG ? 1 : Math.max(1, Math.floor(whole.steps / SAMPLE));
    const tried: number[] = [];
    for (let at = 1 + (SEED % every); at <= whole.steps; at += every) {
      tried.push(at);
      try {
        await check(await play(new Plug(at), role));
      } catch (error) {
        throw new Error(`After dying at step ${at} of ${whole.steps}: ${error}`, { cause: error });
      }
    }
    expect(tried.length).toBeGreaterThanOrEqual(3);
  }, 900_000);

import { beforeAll, expect, test } from 'bun:test';
import { type MadePerson, World } from './testing/world.ts';

const DAY_MS = 24 * 3600_000;
let cast: { mina: MadePerson; jonas: MadePerson };

beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 1), jonas: await made.makePerson('jonas', 1) };
}, 60_000);

test('a week of messages without a new epoch is told once, and again only after it has healed', async () => {
  const world = new World();
  const a = await world.open(world.enter(cast.mina), 0);
  const b = await world.open(world.enter(cast.jonas), 0);
  const { id } = await a.engine.direct(b.account);
  const told = () =>
    a.events.filter((event) => event.type === 'notice' && event.code === `unhealed-${b.device}`).length;
  const talk = async (days: number) => {
    for (let day = 0; day < days; day++) {
      await a.engine.send(id, 'good morning');
      await world.advance(DAY_MS / 2);
      await b.engine.send(id, 'good evening');
      await world.advance(DAY_MS / 2);
    }
  };
  await a.engine.send(id, 'hello');
  await world.advance(60_000);
  // A server that lets messages through and holds back what passes between devices.
  world.relay.knobs.deliver = (_, delivery) => (delivery.class === 2 ? [] : [delivery]);
  await talk(6);
  expect(told()).toBe(0);
  await talk(6);
  expect(told()).toBe(1);
  world.relay.knobs.deliver = (_, delivery) => [delivery];
  await talk(3);
  expect(told()).toBe(1);
  world.relay.knobs.deliver = (_, delivery) => (delivery.class === 2 ? [] : [delivery]);
  await talk(10);
  expect(told()).toBe(2);
  await world.close();
}, 60_000);

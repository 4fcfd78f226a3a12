import { afterEach, beforeEach, expect, test } from 'bun:test';
import { type MadePerson, World } from './testing/world.ts';

let world: World;
let mina: MadePerson;
let jonas: MadePerson;

beforeEach(async () => {
  world = new World();
  mina = await world.makePerson('mina', 1);
  jonas = await world.makePerson('jonas', 1);
  world.publish(mina);
  world.publish(jonas);
});
afterEach(() => world.close());

test('two devices exchange text', async () => {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'Sotto voce');
  await world.settle();
    a.events.map((e) => JSON.stringify(e)),
    b.events.map((e) => JSON.stringify(e)),
  );
  expect((await b.engine.messages(id, { limit: 10 })).map(({ text }) => text)).toEqual(['Sotto voce']);
});

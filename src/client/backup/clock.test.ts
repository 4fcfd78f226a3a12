/** A backup is shared with devices whose clocks are wrong: none of them may cost the others their history. */
import { beforeAll, expect, test } from 'bun:test';
import { type MadePerson, randomBytes, World } from '../testing/world.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let cast: { mina: MadePerson; jonas: MadePerson };
beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 3), jonas: await made.makePerson('jonas', 1) };
  const key = randomBytes(32);
  for (const { disk } of cast.mina.devices) disk.store('secrets').set('backup', key);
}, 60_000);

test('a device whose clock is days behind reads what is saved, and takes nothing of it away', async () => {
  const world = new World();
  const mina = world.enter(cast.mina, 1);
  const jonas = world.enter(cast.jonas, 1);
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await b.engine.direct(mina.account);
  await world.advance(3 * DAY_MS);
  await b.engine.send(id, 'kept');
  await world.advance(3 * MINUTE_MS);
  expect((await a.engine.backup()).waiting).toBe(0);
  a.line.disconnect();
  await a.engine.stop();
  world.reveal(mina, cast.mina);
  const slow = await world.open(mina, 1, {
    ports: { crypto: { ...world.crypto, clock: () => world.time.now - 3 * DAY_MS } },
  });
  await world.advance(1000);
  expect((await slow.engine.messages(id, { limit: 10 })).map(({ text }) => text)).toEqual(['kept']);
  await slow.engine.backUpNow();
  await world.advance(2 * DAY_MS);
  await slow.engine.backUpNow();
  world.reveal(mina, cast.mina);
  const third = await world.open(mina, 2);
  await world.advance(1000);
  expect((await third.engine.messages(id, { limit: 10 })).map(({ text }) => text)).toEqual(['kept']);
  await world.close();
});

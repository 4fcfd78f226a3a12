import { beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { messagesOf } from '../testing/reading.ts';
import { contextOf } from '../testing/said-files.ts';
import { type MadePerson, World } from '../testing/world.ts';
import { MAX_FILE_DAYS } from './file-days.ts';
import { expiryOf } from './sending.ts';

setDefaultTimeout(60_000);
const DAY_MS = 24 * 3600_000;

let cast: Record<'mina' | 'jonas' | 'tom', MadePerson>;
let world: World;
beforeAll(async () => {
  const made = new World();
  cast = {
    mina: await made.makePerson('mina', 2),
    jonas: await made.makePerson('jonas', 1),
    tom: await made.makePerson('tom', 1),
  };
});
beforeEach(() => {
  world = new World();
});

test('how long files of a conversation stay holds for whoever sends one there, and for later devices', async () => {
  const people = { mina: world.enter(cast.mina, 1), jonas: world.enter(cast.jonas) };
  const mina = await world.open(people.mina, 0);
  const jonas = await world.open(people.jonas, 0);
  const { id } = await mina.engine.direct(jonas.account);
  await mina.engine.setFileDays(id, 30);
  await world.settle();
  const lines = (await messagesOf(jonas, id)).map(({ text }) => text);
  expect(lines.at(-1)).toBe('Mina set files to be deleted after 30 days.');
  const [seen] = await jonas.engine.conversations();
  expect(seen?.fileDays).toBe(30);

  const ctx = await contextOf(world, jonas);
  const now = world.time.now;
  expect(await expiryOf(ctx, id, null)).toBe(now + 30 * DAY_MS);
  // Who sends one may say otherwise, both ways; a timer of the messages takes it away with them.
  expect(await expiryOf(ctx, id, now + 90 * DAY_MS)).toBe(now + 90 * DAY_MS);
  expect(await expiryOf(ctx, id, now + DAY_MS)).toBe(now + DAY_MS);
  await jonas.engine.setTimer(id, 3600);
  expect(await expiryOf(ctx, id, null)).toBe(now + 3_600_000 + 7 * DAY_MS);
  await jonas.engine.setTimer(id, 0);
  await jonas.engine.setFileDays(id, 0);
  expect(await expiryOf(ctx, id, null)).toBeNull();
  await jonas.engine.setFileDays(id, 7);
  await world.settle();

  world.reveal(people.mina, cast.mina);
  const later = await world.open(people.mina, 1);
  await world.advance(120_000);
  const known = (await later.engine.conversations()).find((each) => each.id === id);
  expect(known?.fileDays).toBe(7);
  await world.close();
});

test('in a group only owners and admins say so, and no time is refused that could not be kept', async () => {
  const [mina, jonas] = [
    await world.open(world.enter(cast.mina, 1), 0),
    await world.open(world.enter(cast.jonas), 0),
  ];
  const { id } = await mina.engine.createGroup({ name: 'Harbour', people: [jonas.account] });
  await world.settle();
  for (const days of [-1, 1.5, MAX_FILE_DAYS + 1, Number.NaN])
    await expect(mina.engine.setFileDays(id, days)).rejects.toThrow('ten years');
  await expect(jonas.engine.setFileDays(id, 7)).rejects.toThrow('owners and admins');
  await mina.engine.setFileDays(id, MAX_FILE_DAYS);
  await world.settle();
  expect((await jonas.engine.conversations())[0]?.fileDays).toBe(MAX_FILE_DAYS);
  // Somebody who comes in later hears of it with the name.
  const tom = await world.open(world.enter(cast.tom), 0);
  await mina.engine.addPeople(id, [tom.account]);
  await world.advance(60_000);
  expect((await tom.engine.conversations())[0]).toMatchObject({ name: 'Harbour', fileDays: MAX_FILE_DAYS });
  await world.close();
});

import { expect, test } from 'bun:test';
import { isQuiet } from '../../contract/quiet.ts';
import { World } from '../testing/world.ts';

const daily = (from: number, to: number) => ({ until: 0, daily: { from, to } });

test('it is quiet until a time, and every day between two', () => {
  expect(isQuiet({ until: 1000, daily: null }, 999, 0)).toBe(true);
  expect(isQuiet({ until: 1000, daily: null }, 1000, 0)).toBe(false);
  expect([719, 720, 779, 780].map((minute) => isQuiet(daily(720, 780), 5, minute))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test('a night goes over midnight', () => {
  const night = daily(22 * 60, 7 * 60);
  expect([21 * 60 + 59, 22 * 60, 0, 7 * 60 - 1, 7 * 60].map((minute) => isQuiet(night, 5, minute))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
});

test('the choice is the same on all of one’s devices, the later one wins, and no time of a day is refused', async () => {
  const people = new World();
  const mina = await people.makePerson('mina', 2);
  const world = new World();
  const here = world.enter(mina, 2);
  const first = await world.open(here, 0);
  const second = await world.open(here, 1);
  await world.settle();
  const night = { until: 0, daily: { from: 1320, to: 420 } };
  await first.engine.setQuiet(night);
  await world.settle();
  expect(await second.engine.quiet()).toEqual(night);
  world.time.now += 1000;
  await second.engine.setQuiet({ until: 5, daily: null });
  await world.settle();
  expect(await first.engine.quiet()).toEqual({ until: 5, daily: null });
  for (const minute of [-1, 1440, 1.5])
    await expect(first.engine.setQuiet({ until: 0, daily: { from: minute, to: 0 } })).rejects.toThrow(
      'no times',
    );
  await world.close();
}, 60_000);

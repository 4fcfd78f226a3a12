import { expect, test } from 'bun:test';
import { Single } from './single.ts';
import { Tasks } from './tasks.ts';
import { FakeTime } from './testing/time.ts';

test('the same work asked for twice is done once, at the earlier time', async () => {
  const time = new FakeTime(0);
  const tasks = new Tasks(time.timer, time.clock);
  const done: [string, number][] = [];
  const work = (name: string) => async () => {
    done.push([name, time.now]);
  };
  tasks.later('a', 100, work('late'));
  tasks.later('a', 50, work('early'));
  tasks.later('a', 80, work('never'));
  await time.advance(200, () => tasks.settled());
  expect(done).toEqual([['early', 50]]);
  tasks.later('a', 10, work('again'));
  await time.advance(10, () => tasks.settled());
  expect(done.length).toBe(2);
});

test('after a stop nothing begins, and what ran is waited for', async () => {
  const time = new FakeTime(0);
  const tasks = new Tasks(time.timer, time.clock);
  const log: string[] = [];
  let finish = () => {};
  const gate = new Promise<void>((resolve) => {
    finish = resolve;
  });
  tasks.run(async () => {
    await gate;
    log.push('finished');
  });
  tasks.run(async () => {
    throw new Error('its own affair');
  });
  tasks.later('later', 5, async () => {
    log.push('later');
  });
  const stopped = tasks.stop().then(() => log.push('stopped'));
  tasks.run(async () => {
    log.push('too late');
  });
  finish();
  await stopped;
  await time.advance(100, async () => {});
  expect(log).toEqual(['finished', 'stopped']);
});

test('one run at a time; whoever calls meanwhile shares the next one', async () => {
  let runs = 0;
  const gates: (() => void)[] = [];
  const single = new Single(async () => {
    const run = ++runs;
    await new Promise<void>((resolve) => gates.push(resolve));
    return run;
  });
  const first = single.run();
  await Promise.resolve();
  await Promise.resolve();
  const [second, third] = [single.run(), single.run()];
  gates.shift()?.();
  expect(await first).toBe(1);
  await Promise.resolve();
  await Promise.resolve();
  gates.shift()?.();
  expect(await Promise.all([second, third])).toEqual([2, 2]);
});

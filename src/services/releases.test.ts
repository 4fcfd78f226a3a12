import { expect, test } from 'bun:test';
import type { Db } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { openSqlite } from '../store/sqlite.ts';
import { createReleases } from './releases.ts';

test('a release is at work for as long as a node of it says so', async () => {
  const db = openSqlite(':memory:');
  await migrate(db);
  let now = 1_800_000_000_000;
  const ports = { db, clock: () => now };
  const [old, next] = [createReleases(ports, '1.0.0'), createReleases(ports, '1.1.0')];
  expect(old.isAtWork('1.0.0')).toBe(false);
  await old.note();
  expect(old.isAtWork('1.0.0')).toBe(true);
  expect(old.isAtWork('1.1.0')).toBe(false);
  await next.note();
  expect(next.isAtWork('1.0.0')).toBe(true);
  await old.note();
  expect(old.isAtWork('1.1.0')).toBe(true);
  expect(old.isAtWork('0.9.0')).toBe(false);
  expect(old.isAtWork('__proto__')).toBe(false);

  // The old one has ended.
  for (let passed = 0; passed < 60_000; passed += 10_000) {
    now += 10_000;
    await next.note();
  }
  expect(next.isAtWork('1.0.0')).toBe(false);
  expect(next.isAtWork('1.1.0')).toBe(true);
  await old.note();
  expect(old.isAtWork('1.1.0')).toBe(true);
  await db.close();
});

test('who asks while a look goes on has its answer too', async () => {
  const db = openSqlite(':memory:');
  await migrate(db);
  const clock = () => 1_800_000_000_000;
  await createReleases({ db, clock }, '1.1.0').note();
  const answers = Promise.withResolvers<void>();
  const slow: Db = {
    write: db.write.bind(db),
    close: db.close.bind(db),
    async read(sql, params) {
      await answers.promise;
      return db.read(sql, params);
    },
  };
  const node = createReleases({ db: slow, clock }, '1.0.0');
  const told = [node.look(), node.look()].map((look) => look.then(() => node.isAtWork('1.1.0')));
  answers.resolve();
  expect(await Promise.all(told)).toEqual([true, true]);
  await db.close();
});

import { expect, test } from 'bun:test';
import { Counts } from './counts.ts';

test('each number is new once, in whatever order they come, and what is far behind is not', () => {
  const counts = new Counts();
  expect([1, 3, 2, 3, 1, 4].map((count) => counts.take(count))).toEqual([
    true,
    true,
    true,
    false,
    false,
    true,
  ]);
  for (let count = 5; count <= 10_000; count++) expect(counts.take(count)).toBe(true);
  for (const count of [1, 4, 5000, 8000, 9999, 10_000]) expect(counts.take(count)).toBe(false);
  expect(counts.take(20_000)).toBe(true);
  expect(counts.take(19_500)).toBe(true);
  expect([19_500, 10_001, 18_976].map((count) => counts.take(count))).toEqual([false, false, false]);
});

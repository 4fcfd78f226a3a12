import { expect, test } from 'bun:test';
import { Recent } from './recent.ts';

const options = { ttl: 10, max: 2 };

test('an entry lasts its time', () => {
  let now = 0;
  const recent = new Recent<string, number>(() => now, options);
  recent.put('a', 1, recent.generation);
  now = 9;
  expect(recent.get('a')).toBe(1);
  now = 10;
  expect(recent.get('a')).toBeUndefined();
});

test('what was read before a change is not kept after it', () => {
  const recent = new Recent<string, number>(() => 0, options);
  const before = recent.generation;
  recent.forget(['b']);
  recent.put('a', 1, before);
  expect(recent.get('a')).toBeUndefined();
  recent.put('a', 2, recent.generation);
  expect(recent.get('a')).toBe(2);
  recent.forget(['a']);
  expect(recent.get('a')).toBeUndefined();
});

test('the oldest goes when it is full; a renewed one is not the oldest', () => {
  const recent = new Recent<string, number>(() => 0, options);
  for (const [key, value] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['c', 4],
  ] as const)
    recent.put(key, value, recent.generation);
  expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([3, undefined, 4]);
  recent.clear();
  expect([recent.get('a'), recent.get('c')]).toEqual([undefined, undefined]);
});

/** How often others hear that somebody writes. */
import { expect, test } from 'bun:test';
import { createTypingSignal } from './typing-signal.ts';

test('it is told at once, and then not again for three seconds', () => {
  const told: number[] = [];
  let now = 100;
  const signal = createTypingSignal(
    () => told.push(now),
    () => now,
  );
  for (now of [100, 101, 2000, 3099, 3100, 3101, 9000]) signal();
  expect(told).toEqual([100, 3100, 9000]);
});

import { expect, test } from 'bun:test';
import { SpareBytes } from './spare-bytes.ts';

test('a spare buffer is taken again, for its own length alone, and whoever had it before has nothing', () => {
  const spare = new SpareBytes(1);
  const [first, second] = [spare.take(8).fill(1), spare.take(8).fill(2)];
  spare.giveBack(first);
  spare.giveBack(second);
  expect([first.length, second.length]).toEqual([0, 0]);
  expect(spare.take(9)).toEqual(new Uint8Array(9));
  expect(spare.take(8)).toEqual(new Uint8Array(8).fill(1));
  expect(spare.take(8)).toEqual(new Uint8Array(8));
});

test('once another length is given back, and when it is cleared, what was spare is not kept', () => {
  const spare = new SpareBytes(2);
  spare.giveBack(spare.take(8).fill(1));
  spare.giveBack(spare.take(9).fill(2));
  expect(spare.take(8)).toEqual(new Uint8Array(8));
  expect(spare.take(9)).toEqual(new Uint8Array(9).fill(2));
  spare.giveBack(new Uint8Array(9).fill(3));
  spare.clear();
  expect(spare.take(9)).toEqual(new Uint8Array(9));
});

import { expect, test } from 'bun:test';
import { byteSize } from './byte-size.ts';

test('sizes are short, and never a thousand of a unit', () => {
  expect([0, 1, 999, 1000, 1499, 999_949, 999_999, 1_400_000, 2 ** 31].map(byteSize)).toEqual([
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1 kB',
    '1 kB',
    '1 MB',
    '1 MB',
    '1.4 MB',
    '2.1 GB',
  ]);
});

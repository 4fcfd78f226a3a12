import { expect, test } from 'bun:test';
import { byteSize } from './values.ts';

test('a size is a number of bytes, in units of 1,000 or 1,024', () => {
  expect(
    ['0', '12', '500kB', '20MB', '1.5 GB', '2GiB', '1mib'].map((value) => byteSize('max-size', value)),
  ).toEqual([0, 12, 500_000, 20_000_000, 1_500_000_000, 2 ** 31, 2 ** 20]);
  for (const value of ['', 'MB', '1 TB', '-1', '1e9', '1,5GB', '99999999999999GB'])
    expect(() => byteSize('max-size', value)).toThrow('--max-size takes a size such as 500kB, 20MB or 1.5GB');
});

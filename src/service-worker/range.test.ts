import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { rangeOf } from './range.ts';

test('what media elements ask for', () => {
  expect(rangeOf('bytes=0-', 100)).toEqual({ from: 0, to: 100 });
  expect(rangeOf('bytes=10-19', 100)).toEqual({ from: 10, to: 20 });
  expect(rangeOf('bytes=10-1000', 100)).toEqual({ from: 10, to: 100 });
  expect(rangeOf('bytes=-30', 100)).toEqual({ from: 70, to: 100 });
  expect(rangeOf('bytes=-300', 100)).toEqual({ from: 0, to: 100 });
});

test('what has no answer of its own gets everything, and what lies behind the end nothing', () => {
  for (const header of [null, '', 'bytes=', 'bytes=-', 'bytes=5-2', 'bytes=0-1,5-6', 'lines=1-2', 'bytes=a-'])
    expect(rangeOf(header, 100)).toBeNull();
  for (const header of ['bytes=100-', 'bytes=-0', 'bytes=200-300'])
    expect(rangeOf(header, 100)).toBe('beyond');
  expect(rangeOf('bytes=0-', 0)).toBe('beyond');
});

test('no range leaves the file', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.nat(), fc.nat(), (noise, first, last, size) => {
      for (const header of [noise, `bytes=${first}-${last}`, `bytes=${first}-`, `bytes=-${last}`]) {
        const range = rangeOf(header, size);
        if (range === null || range === 'beyond') continue;
        expect(range.from).toBeGreaterThanOrEqual(0);
        expect(range.to).toBeLessThanOrEqual(size);
        expect(range.from).toBeLessThan(range.to);
      }
    }),
  );
});

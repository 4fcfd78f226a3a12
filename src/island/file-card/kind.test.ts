import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { lengthOf } from './kind.ts';
import { fit } from './preview.ts';

test('lengths are written as players write them', () => {
  expect([0, 400, 59_600, 65_000, 600_000, 3_725_000].map(lengthOf)).toEqual([
    '0:00',
    '0:00',
    '1:00',
    '1:05',
    '10:00',
    '1:02:05',
  ]);
});

test('a picture keeps its shape in the room that it has', () => {
  expect(fit({ width: 1200, height: 800 })).toEqual({ width: 360, height: 240 });
  expect(fit({ width: 100, height: 80 })).toEqual({ width: 100, height: 80 });
  expect(fit({ width: null, height: null })).toEqual({ width: 260, height: 260 });
});

test('[R33] whatever a sender says of a picture, its room is bounded', () => {
  const side = fc.integer({ min: 0, max: 65_535 });
  fc.assert(
    fc.property(side, side, (width, height) => {
      const room = fit({ width, height });
      expect(room.width).toBeGreaterThanOrEqual(64);
      expect(room.width).toBeLessThanOrEqual(360);
      expect(room.height).toBeGreaterThanOrEqual(64);
      expect(room.height).toBeLessThanOrEqual(260);
    }),
  );
});

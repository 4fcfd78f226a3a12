import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { ProtocolError } from './errors.ts';
import { pad, paddedLength, unpad } from './padding.ts';

test('padded lengths follow the steps of the specification', () => {
  const steps = new Set(Array.from({ length: 65_537 }, (_, length) => paddedLength(length)));
  expect([...steps].slice(0, 9)).toEqual([256, 512, 1024, 2048, 4096, 4608, 5120, 5632, 6144]);
  expect(steps).toContain(8192);
  expect(steps).toContain(9216);
  expect(paddedLength(64 * 1024)).toBe(73_728);
  expect(paddedLength(68 * 1024)).toBe(73_728);
});

test('a padded content is longer, never more than twice 128 bytes or an eighth', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 70_000 }), (length) => {
      const padded = paddedLength(length);
      expect(padded).toBeGreaterThan(length);
      if (length >= 4096) expect(padded - length).toBeLessThanOrEqual(length / 8 + 1);
    }),
  );
});

test('contents of one step become equally long, whatever they say [R7]', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 255 }), fc.uint8Array({ maxLength: 255 }), (a, b) => {
      expect(pad(a).length).toBe(pad(b).length);
    }),
  );
});

test('unpad gives back what pad was given, and takes nothing else', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 9000 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (content, at, flip) => {
        const padded = pad(content);
        expect(unpad(padded)).toEqual(content);
        const longer = new Uint8Array(padded.length + 256);
        longer.set(padded);
        if (paddedLength(content.length) !== longer.length)
          expect(() => unpad(longer)).toThrow(ProtocolError);
        const room = padded.length - content.length - 1;
        if (room === 0) return;
        const spoiled = padded.slice();
        const place = content.length + 1 + (at % room);
        spoiled[place] = flip;
        // A single 0x80 further on is the padding of another, longer content; anything else is no padding.
        if (flip === 0x80) expect(unpad(spoiled).length).toBe(place);
        else expect(() => unpad(spoiled)).toThrow(ProtocolError);
      },
    ),
  );
  expect(() => unpad(new Uint8Array(256))).toThrow('E_FORMAT');
  expect(() => unpad(new Uint8Array())).toThrow('E_FORMAT');
});

import { expect, test } from 'bun:test';
import encodeQR from 'qr';
import decodeQR from 'qr/decode.js';
import { pathOf, QUIET } from './draw.ts';

/** A picture of a path made of runs, as a camera that looks straight at it would see it. */
function pictureOf(path: string, size: number, scale: number) {
  const width = size * scale;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x = '', y = '', length = ''] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let row = 0; row < scale; row++)
      for (let column = 0; column < Number(length) * scale; column++) {
        const at = ((Number(y) * scale + row) * width + Number(x) * scale + column) * 4;
        data.fill(0, at, at + 3);
      }
  return { width, height: width, data };
}

test('what is drawn is read back, in any size', () => {
  for (const text of [`SOTTO-LINK:${'0123456789ABCDEF'.repeat(4)}`, 'a', 'x'.repeat(300)]) {
    const modules = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET });
    for (const scale of [3, 5])
      expect(decodeQR(pictureOf(pathOf(modules), modules.length, scale))).toBe(text);
  }
});

import { describe, expect, test } from 'bun:test';
import { isSmallPicture } from './small-picture.ts';

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const u16 = (value: number) => [value >>> 8, value & 0xff];
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)];
const low24 = (value: number) => [value & 0xff, (value >>> 8) & 0xff, value >>> 16];

const png = (width: number, height: number, chunk = 'IHDR') =>
  new Uint8Array([
    ...[0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
    ...u32(13),
    ...latin1(chunk),
    ...u32(width),
    ...u32(height),
    ...[8, 2, 0, 0, 0],
  ]);
const jpeg = (width: number, height: number, before: readonly number[] = []) =>
  new Uint8Array([
    ...[0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2],
    ...before,
    ...[0xff, 0xc2, 0, 17, 8, ...u16(height), ...u16(width), 3],
  ]);
const webp = (chunk: string, content: readonly number[]) =>
  new Uint8Array([
    ...latin1('RIFF'),
    ...[0, 0, 0, 0],
    ...latin1('WEBP'),
    ...latin1(chunk),
    ...[0, 0, 0, 0],
    ...content,
    ...new Array(12).fill(0),
  ]);
const vp8x = (width: number, height: number) =>
  webp('VP8X', [0, 0, 0, 0, ...low24(width - 1), ...low24(height - 1)]);
const vp8l = (width: number, height: number) => {
  const bits = (width - 1) | ((height - 1) << 14);
  return webp('VP8L', [0x2f, bits & 0xff, (bits >>> 8) & 0xff, (bits >>> 16) & 0xff, bits >>> 24]);
};
const vp8 = (width: number, height: number) =>
  webp('VP8 ', [0, 0, 0, 0x9d, 1, 0x2a, width & 0xff, width >>> 8, height & 0xff, height >>> 8]);

describe('the size of a preview [R33]', () => {
  for (const [name, make] of Object.entries({ png, jpeg, vp8x, vp8l, vp8 })) {
    test(`of a ${name} is what its header says`, () => {
      expect(isSmallPicture(make(320, 240))).toBe(true);
      expect(isSmallPicture(make(640, 640))).toBe(true);
      expect(isSmallPicture(make(641, 10))).toBe(false);
      expect(isSmallPicture(make(10, 641))).toBe(false);
      expect(isSmallPicture(make(16_383, 16_383))).toBe(false);
    });
  }

  test('is not believed where decoders would look elsewhere', () => {
    expect(isSmallPicture(png(10, 10, 'tEXt'))).toBe(false);
    expect(isSmallPicture(jpeg(10, 10, [0, 0, 0, 0]))).toBe(false);
    expect(isSmallPicture(webp('JUNK', [...vp8(10, 10).subarray(20)]))).toBe(false);
    expect(isSmallPicture(png(0, 10))).toBe(false);
  });

  test('is none of what ends early or is no such picture', () => {
    for (const whole of [png(9, 9), jpeg(9, 9), vp8x(9, 9)])
      for (let length = 0; length < 19; length++)
        expect(isSmallPicture(whole.subarray(0, Math.min(length, whole.length - 6)))).toBe(false);
    expect(isSmallPicture(latin1('GIF89a and so on, and so on, and so on'))).toBe(false);
  });
});

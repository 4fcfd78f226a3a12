import { expect, test } from 'bun:test';
import { concat } from '../../protocol/codec.ts';
import {
  box,
  bytesOf,
  exifSegment,
  exifTiff,
  JFIF,
  jpegOf,
  pngOf,
  sourceOf,
  webpOf,
} from '../testing/photos.ts';
import { dimensionsOf, statedSize } from './dimensions.ts';
import { sniff } from './sniff.ts';

const measure = (bytes: Uint8Array) => dimensionsOf(sourceOf(bytes), sniff(bytes));
const avif = (...properties: readonly Uint8Array[]) =>
  concat(
    box('ftyp', bytesOf('avif\0\0\0\0mif1')),
    box('meta', new Uint8Array(4), box('iprp', box('ipco', ...properties))),
  );
const ispe = (width: number, height: number) =>
  box('ispe', new Uint8Array(6), Uint8Array.of(width >> 8, width & 255, 0, 0, height >> 8, height & 255));

test('headers say how large a picture is, as it is seen', async () => {
  expect(await measure(pngOf())).toEqual({ width: 3, height: 2 });
  expect(await measure(jpegOf(JFIF))).toEqual({ width: 3, height: 2 });
  expect(await measure(jpegOf(JFIF, exifSegment(exifTiff(6))))).toEqual({ width: 2, height: 3 });
  expect(await measure(jpegOf(exifSegment(exifTiff(3))))).toEqual({ width: 3, height: 2 });
  expect(await measure(webpOf(0))).toEqual({ width: 3, height: 2 });
  expect(await measure(bytesOf('GIF89a\x03\0\x02\x01'))).toEqual({ width: 3, height: 258 });
  expect(
    await measure(bytesOf('RIFF\x1a\0\0\0WEBPVP8 \x0a\0\0\0\x30\x01\0\x9d\x01\x2a\x03\0\x02\0')),
  ).toEqual({
    width: 3,
    height: 2,
  });
  // 14 bits of each, one less than it is.
  expect(await measure(bytesOf('RIFF\x1a\0\0\0WEBPVP8L\x05\0\0\0\x2f\x02\x40\0\0\0\0\0\0\0'))).toEqual({
    width: 3,
    height: 2,
  });
  expect(await measure(avif(ispe(64, 64), ispe(4032, 3024)))).toEqual({ width: 4032, height: 3024 });
  expect(await measure(avif(ispe(4032, 3024), box('irot', Uint8Array.of(1))))).toEqual({
    width: 3024,
    height: 4032,
  });
});

test('a picture that does not say has no size', async () => {
  expect(await measure(jpegOf().slice(0, 74))).toBeNull();
  expect(await measure(bytesOf('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0'))).toBeNull();
  expect(await measure(bytesOf('GIF89a\0\0\0\0'))).toBeNull();
  expect(await measure(avif())).toBeNull();
  expect(await measure(bytesOf('text'))).toBeNull();
});

test('a manifest says sizes that it has room for', () => {
  expect(statedSize({ width: 65_535, height: 1 })).toEqual({ width: 65_535, height: 1 });
  expect(statedSize({ width: 1, height: 65_536 })).toEqual({ width: null, height: null });
  expect(statedSize(null)).toEqual({ width: null, height: null });
});

/**
 * JPEG without what cameras write beside the picture. Kept is what decoding needs and the colour profile; application blocks, comments and
 * whatever stands behind the picture go (phones put a film there, with a place of its own). The picture itself is not touched.
 */
import { concat } from '../../../protocol/codec.ts';
import { type Edit, editedPieces } from '../pieces.ts';
import { latin1 } from '../sniff.ts';
import {
  isOrientationTiff,
  namesCamera,
  namesIptcPlace,
  namesPlace,
  orientationTiff,
  readExif,
} from './exif.ts';
import { type Scan, Unreadable } from './scan.ts';
import type { Photo } from './types.ts';

/** Segments, at most: honest pictures have some dozens. */
const MAX_SEGMENTS = 4096;
const SCAN_BYTES = 128 * 1024;
const [SOI, EOI, SOS, COMMENT] = [0xd8, 0xd9, 0xda, 0xfe];
/** Markers without a length: TEM and restarts. */
const isBare = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= SOI);
const isApplication = (marker: number) => marker >= 0xe0 && marker <= 0xef;

const isKept = (marker: number, content: Uint8Array): boolean => {
  if (marker === COMMENT) return false;
  if (!isApplication(marker)) return true;
  const name = latin1(content, 0, 12);
  return (
    (marker === 0xe1 && name.startsWith('Exif\0\0') && isOrientationTiff(content.subarray(6))) ||
    (marker === 0xe0 && name.startsWith('JFIF\0')) ||
    (marker === 0xe2 && name.startsWith('ICC_PROFILE\0')) ||
    (marker === 0xee && name.startsWith('Adobe'))
  );
};

/** @throws Unreadable for what is no JPEG from beginning to end */
export async function inspectJpeg(file: Scan): Promise<Photo> {
  const edits: Edit[] = [];
  let hasLocation = false;
  let orientation = 1;
  let at = 2;
  for (let n = 0; ; n++) {
    if (n > MAX_SEGMENTS) throw new Unreadable('too many segments');
    const [start, marker] = await nextMarker(file, at);
    if (marker === EOI) {
      at = start + 2;
      break;
    }
    if (isBare(marker)) {
      at = start + 2;
      continue;
    }
    const length = (await file.view(start + 2, start + 4)).getUint16(0);
    if (length < 2) throw new Unreadable('a segment without a length');
    const end = start + 2 + length;
    const content = await file.bytes(start + 4, end);
    if (!isKept(marker, content)) {
      const exif = latin1(content, 0, 6) === 'Exif\0\0' ? readExif(content.subarray(6)) : null;
      if (exif !== null && exif.orientation !== 1) orientation = exif.orientation;
      hasLocation ||=
        exif?.hasLocation || namesPlace(content) || (marker === 0xed && namesIptcPlace(content));
      edits.push({ from: at, to: end, by: { zeros: 0 } });
    }
    at = marker === SOS ? await scanEnd(file, end) : end;
  }
  if (at < file.size) {
    // A film or another picture behind this one: whoever wrote Exif there may have written a place.
    hasLocation ||= await file.some(at, file.size, namesCamera);
    edits.push({ from: at, to: file.size, by: { zeros: 0 } });
  }
  if (edits.length === 0) return { state: 'clean' };
  if (orientation !== 1) edits.push({ from: 2, to: 2, by: { bytes: exifSegment(orientation) } });
  const pieces = editedPieces(file.size, edits);
  return pieces === null ? { state: 'unreadable' } : { state: 'removable', hasLocation, pieces };
}

/** Where the next marker begins, and which: 0xff may be repeated before it. */
async function nextMarker(file: Scan, at: number): Promise<readonly [number, number]> {
  const [first, ...rest] = await file.here(at, 64);
  if (first !== 0xff) throw new Unreadable('no marker');
  const n = rest.findIndex((byte) => byte !== 0xff);
  const marker = rest[n];
  if (marker === undefined || marker === 0) throw new Unreadable('no marker');
  return [at + n, marker];
}

/** Where the coded data that begins at `from` ends: at the first marker that is no restart. */
async function scanEnd(file: Scan, from: number): Promise<number> {
  for (let at = from; at < file.size; ) {
    const bytes = await file.here(at, SCAN_BYTES);
    let next = bytes.indexOf(0xff);
    while (next >= 0 && next + 1 < bytes.length) {
      const marker = bytes[next + 1] ?? 0;
      if (marker !== 0 && marker !== 0xff && !(marker >= 0xd0 && marker <= 0xd7)) return at + next;
      next = bytes.indexOf(0xff, next + 1);
    }
    if (at + bytes.length >= file.size) break;
    at += bytes.length - 1;
  }
  throw new Unreadable('a picture without an end');
}

/** APP1 with an orientation alone. */
const exifSegment = (orientation: number): Uint8Array => {
  const tiff = orientationTiff(orientation);
  return concat(
    Uint8Array.of(0xff, 0xe1, 0, 2 + 6 + tiff.length),
    new TextEncoder().encode('Exif\0\0'),
    tiff,
  );
};

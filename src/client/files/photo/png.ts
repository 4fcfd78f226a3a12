/** PNG without what is said beside the picture: chunks that do not change how it looks, and whatever follows its end. */
import { concat } from '../../../protocol/codec.ts';
import { type Edit, editedPieces } from '../pieces.ts';
import { latin1 } from '../sniff.ts';
import { isOrientationTiff, namesPlace, orientationTiff, readExif } from './exif.ts';
import { type Scan, Unreadable } from './scan.ts';
import type { Photo } from './types.ts';

/** Chunks, at most: a long animation has some ten thousand. */
const MAX_CHUNKS = 200_000;
/** Bytes of a chunk that is looked into; a longer one is dropped unread. */
const MAX_READ_BYTES = 128 * 1024;
const KEPT = new Set(
  'IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV mDCv cLLI cLLi sBIT bKGD hIST pHYs sPLT acTL fcTL fdAT'.split(
    ' ',
  ),
);

/** @throws Unreadable for what is no PNG from beginning to end */
export async function inspectPng(file: Scan): Promise<Photo> {
  const edits: Edit[] = [];
  let hasLocation = false;
  let orientation = 1;
  let headerEnd = 0;
  let at = 8;
  for (let n = 0, type = ''; type !== 'IEND'; n++) {
    if (n > MAX_CHUNKS) throw new Unreadable('too many chunks');
    const length = (await file.view(at, at + 8)).getUint32(0);
    type = latin1(await file.bytes(at + 4, at + 8), 0, 4);
    const end = at + 12 + length;
    if (end > file.size || !/^[a-zA-Z]{4}$/.test(type)) throw new Unreadable('a broken chunk');
    const content = KEPT.has(type) ? null : await file.here(at + 8, Math.min(length, MAX_READ_BYTES));
    if (content !== null && !(type === 'eXIf' && isOrientationTiff(content))) {
      const exif = type === 'eXIf' ? readExif(content) : null;
      orientation = exif?.orientation ?? orientation;
      hasLocation ||= exif?.hasLocation === true || mayNamePlace(type, content) || length > content.length;
      edits.push({ from: at, to: end, by: { zeros: 0 } });
    }
    if (type === 'IHDR') headerEnd = end;
    at = end;
  }
  if (at < file.size) edits.push({ from: at, to: file.size, by: { zeros: 0 } });
  if (edits.length === 0) return { state: 'clean' };
  if (orientation !== 1 && headerEnd > 0)
    edits.push({ from: headerEnd, to: headerEnd, by: { bytes: exifChunk(orientation) } });
  const pieces = editedPieces(file.size, edits);
  return pieces === null ? { state: 'unreadable' } : { state: 'removable', hasLocation, pieces };
}

/** In words; or in a profile that some programs wrap in compressed text, which is not opened here. */
const mayNamePlace = (type: string, content: Uint8Array): boolean => {
  const words = latin1(content, 0, 24);
  const isWrapped = words.startsWith('Raw profile type') || words.startsWith('XML:com.adobe.xmp\0\x01');
  return namesPlace(content) || (/^(?:[iz]TXt|tEXt)$/.test(type) && isWrapped);
};

function exifChunk(orientation: number): Uint8Array {
  const tiff = orientationTiff(orientation);
  const named = concat(new TextEncoder().encode('eXIf'), tiff);
  const chunk = new Uint8Array(tiff.length + 12);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, tiff.length);
  chunk.set(named, 4);
  view.setUint32(chunk.length - 4, crc32(named));
  return chunk;
}

/** CRC-32 as PNG has it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let n = 0; n < 8; n++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

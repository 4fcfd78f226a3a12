/** WebP without Exif, XMP, chunks of unknown kinds, and whatever follows its end. */
import { concat } from '../../../protocol/codec.ts';
import { type Edit, editedPieces, pieceLength } from '../pieces.ts';
import { latin1 } from '../sniff.ts';
import { isOrientationTiff, namesPlace, orientationTiff, readExif } from './exif.ts';
import { type Scan, Unreadable } from './scan.ts';
import type { Photo } from './types.ts';

const MAX_CHUNKS = 100_000;
const MAX_READ_BYTES = 128 * 1024;
const KEPT = new Set(['VP8 ', 'VP8L', 'VP8X', 'ANIM', 'ANMF', 'ALPH', 'ICCP']);
/** Flags of VP8X. */
const [HAS_EXIF, HAS_XMP] = [0x08, 0x04];

/** @throws Unreadable for what is no WebP from beginning to end */
export async function inspectWebp(file: Scan): Promise<Photo> {
  const end = 8 + (await file.view(0, 12)).getUint32(4, true);
  if (end > file.size) throw new Unreadable('a file that was cut off');
  const edits: Edit[] = [];
  let hasLocation = false;
  let orientation = 1;
  let flags: { readonly at: number; readonly value: number } | null = null;
  let at = 12;
  for (let n = 0; at + 8 <= end; n++) {
    if (n > MAX_CHUNKS) throw new Unreadable('too many chunks');
    const type = latin1(await file.bytes(at, at + 4), 0, 4);
    const length = (await file.view(at + 4, at + 8)).getUint32(0, true);
    const next = Math.min(end, at + 8 + length + (length % 2));
    if (at + 8 + length > end) throw new Unreadable('a broken chunk');
    if (type === 'VP8X') flags = { at: at + 8, value: (await file.bytes(at + 8, at + 9))[0] ?? 0 };
    if (!KEPT.has(type)) {
      const content = await file.here(at + 8, Math.min(length, MAX_READ_BYTES));
      // Some writers begin the block as JPEG does.
      const tiff = latin1(content, 0, 6) === 'Exif\0\0' ? content.subarray(6) : content;
      if (!(type === 'EXIF' && isOrientationTiff(content))) {
        const exif = type === 'EXIF' ? readExif(tiff) : null;
        orientation = exif?.orientation ?? orientation;
        hasLocation ||= exif?.hasLocation === true || namesPlace(content) || length > content.length;
        edits.push({ from: at, to: next, by: { zeros: 0 } });
      }
    }
    at = next;
  }
  if (at < file.size) edits.push({ from: at, to: file.size, by: { zeros: 0 } });
  if (edits.length === 0) return { state: 'clean' };

  const isTurned = orientation !== 1 && flags !== null;
  if (isTurned) edits.push({ from: file.size, to: file.size, by: { bytes: exifChunk(orientation) } });
  if (flags !== null) {
    const value = (flags.value & ~(HAS_EXIF | HAS_XMP)) | (isTurned ? HAS_EXIF : 0);
    edits.push({ from: flags.at, to: flags.at + 1, by: { bytes: Uint8Array.of(value) } });
  }
  const size = edits.reduce((left, { from, to, by }) => left - (to - from) + pieceLength(by), file.size);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, size - 8, true);
  edits.push({ from: 4, to: 8, by: { bytes: length } });
  const pieces = editedPieces(file.size, edits);
  return pieces === null ? { state: 'unreadable' } : { state: 'removable', hasLocation, pieces };
}

const exifChunk = (orientation: number): Uint8Array => {
  const tiff = orientationTiff(orientation);
  return concat(new TextEncoder().encode('EXIF'), Uint8Array.of(tiff.length, 0, 0, 0), tiff);
};

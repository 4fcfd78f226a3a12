/**
 * Where a picture or a film was taken, and by what: found, and taken out without touching the picture [R33]. Nothing is decoded, and a file
 * of any size is read in small pieces.
 */

import { namesCamera, readExif } from './photo/exif.ts';
import { inspectFilm } from './photo/film.ts';
import { inspectHeif } from './photo/heif.ts';
import { inspectJpeg } from './photo/jpeg.ts';
import { inspectPng } from './photo/png.ts';
import { Scan, Unreadable } from './photo/scan.ts';
import type { Photo } from './photo/types.ts';
import { inspectWebp } from './photo/webp.ts';
import type { FileSource } from './ports.ts';
import { latin1, SNIFF_BYTES, sniff } from './sniff.ts';

/** Bytes of a picture that is read through, at most. */
const MAX_PICTURE_BYTES = 512 * 1024 * 1024;
/** Bytes at either end that are searched for words of a camera when a file cannot be read as what it says it is. */
const SEARCHED_BYTES = 1024 * 1024;
const HEIF_BRANDS = /^(?:avi[fs]|he(?:ic|ix|im|is|vc|vx)|mif1|msf1)$/;

/**
 * Says what a file tells besides itself. A file of another kind is clean: what documents say of their authors is theirs to say.
 * A broken one is clean only as long as nothing in it looks like the words of a camera.
 * @throws Error of `source` when that cannot be read
 */
export async function inspectPhoto(source: FileSource): Promise<Photo> {
  const head = await source.read(0, Math.min(source.size, SNIFF_BYTES));
  const inspect = inspectorOf(head);
  if (inspect === null) return inspectTiff(source, head);
  const file = new Scan(source);
  try {
    if (source.size > MAX_PICTURE_BYTES && inspect !== inspectFilm)
      throw new Unreadable('a picture that is too large');
    return await inspect(file);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const tail = Math.max(0, source.size - SEARCHED_BYTES);
    const isSuspect =
      (await file.some(0, Math.min(source.size, SEARCHED_BYTES), namesCamera)) ||
      (await file.some(tail, source.size, namesCamera));
    return { state: isSuspect ? 'unreadable' : 'clean' };
  }
}

function inspectorOf(head: Uint8Array): ((file: Scan) => Promise<Photo>) | null {
  const isBoxes = latin1(head, 4, 8) === 'ftyp';
  if (isBoxes && HEIF_BRANDS.test(latin1(head, 8, 12))) return inspectHeif;
  switch (sniff(head)) {
    case 'image/jpeg':
      return inspectJpeg;
    case 'image/png':
      return inspectPng;
    case 'image/webp':
      return inspectWebp;
    default:
      return isBoxes || QUICKTIME.test(latin1(head, 4, 8)) ? inspectFilm : null;
  }
}
/** How films of QuickTime begin that say no brand. */
const QUICKTIME = /^(?:moov|mdat|wide|free|skip)$/;

/** Raw pictures of cameras are TIFF of many makers: whether they name a place is seen, but it is not taken out. */
async function inspectTiff(source: FileSource, head: Uint8Array): Promise<Photo> {
  if (!/^(?:II\*\0|MM\0\*)/.test(latin1(head, 0, 4))) return { state: 'clean' };
  const start = await source.read(0, Math.min(source.size, SEARCHED_BYTES));
  return { state: readExif(start)?.hasLocation || namesCamera(start) ? 'unreadable' : 'clean' };
}

/** What cameras write beside a picture: Exif (a TIFF of its own), and the words that other forms name a place with. */
import { equalBytes } from '../../../protocol/hash.ts';
import { latin1 } from '../sniff.ts';

/** Entries of one directory, at most. */
const MAX_ENTRIES = 500;
const ORIENTATION = 0x0112;
const GPS = 0x8825;
/** Latitude, longitude, and the names of areas and destinations; the version of the block alone says nothing. */
const PLACE_TAGS = new Set([2, 4, 20, 22, 27, 28]);

export interface Exif {
  /** 1 to 8, as Exif numbers them; 1 for upright. */
  readonly orientation: number;
  readonly hasLocation: boolean;
}

/** Reads a TIFF's first directory and its GPS block; null for what is none. Never throws. */
export function readExif(tiff: Uint8Array): Exif | null {
  const order = latin1(tiff, 0, 4);
  if (order !== 'II*\0' && order !== 'MM\0*') return null;
  const isLittle = order.startsWith('I');
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  const u16 = (at: number) => (at + 2 <= tiff.length ? view.getUint16(at, isLittle) : null);
  const u32 = (at: number) => (at + 4 <= tiff.length ? view.getUint32(at, isLittle) : null);
  const entries = (at: number | null): readonly { readonly tag: number; readonly value: number }[] => {
    const count = at === null ? null : u16(at);
    const found: { tag: number; value: number }[] = [];
    for (let n = 0; at !== null && n < Math.min(count ?? 0, MAX_ENTRIES); n++) {
      const tag = u16(at + 2 + n * 12);
      if (tag !== null) found.push({ tag, value: at + 2 + n * 12 + 8 });
    }
    return found;
  };
  let orientation = 1;
  let hasLocation = false;
  for (const { tag, value } of entries(u32(4))) {
    if (tag === ORIENTATION) orientation = u16(value) ?? 1;
    if (tag === GPS && entries(u32(value)).some((entry) => PLACE_TAGS.has(entry.tag))) hasLocation = true;
  }
  return { orientation: orientation >= 1 && orientation <= 8 ? orientation : 1, hasLocation };
}

/** The smallest TIFF that says how a picture is turned, and nothing else. 26 bytes. */
export const orientationTiff = (orientation: number): Uint8Array =>
  // Big-endian: one entry (tag, SHORT, one of them, the value), no further directory.
  Uint8Array.of(
    ...[0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0, 1],
    ...[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0],
    ...[0, 0, 0, 0],
  );

/** Whether a TIFF is one of those. */
export const isOrientationTiff = (tiff: Uint8Array): boolean =>
  equalBytes(tiff, orientationTiff(tiff[19] ?? 0));

/** How XMP, IPTC in XMP, QuickTime, 3GPP and action cameras name a place. */
const PLACES =
  /GPS(?:Latitude|Longitude|Coordinates|DestL)|Location(?:Created|Shown)|location\.ISO6709|(?:photoshop|Iptc4xmp(?:Core|Ext)|exif):(?:City|State|Country|Location|Sublocation)|CountryCode|\xa9xyz|loci\0|GPS5/;
/** IPTC's datasets for city, place, region and country, in record 2. */
const IPTC_PLACES = ['\x1c\x02Z', '\x1c\x02\\', '\x1c\x02_', '\x1c\x02d', '\x1c\x02e'];
const CAMERA = /Exif\0\0|http:\/\/ns\.adobe\.com\/xap|x:xmpmeta|Photoshop 3\.0|com\.apple\.quicktime/;

const wordsOf = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);
/** Whether bytes speak of a place, as far as they are words. */
export const namesPlace = (bytes: Uint8Array): boolean => PLACES.test(wordsOf(bytes));
export const namesIptcPlace = (bytes: Uint8Array): boolean => {
  const words = wordsOf(bytes);
  return IPTC_PLACES.some((place) => words.includes(place));
};
/** Whether bytes that cannot be read as what they should be hold something that cameras write. */
export const namesCamera = (bytes: Uint8Array): boolean => {
  const words = wordsOf(bytes);
  return PLACES.test(words) || CAMERA.test(words);
};

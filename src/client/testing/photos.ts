/** Pictures and films built by hand, as small as they can be and still be read, with the words of cameras in them. */
import { concat } from '../../protocol/codec.ts';
import { crc32 } from '../files/photo/png.ts';
import type { FileSource } from '../files/ports.ts';

/** A byte for each character of Latin-1. */
export const bytesOf = (words: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(words, (character) => character.charCodeAt(0));

export const sourceOf = (bytes: Uint8Array): FileSource => ({
  size: bytes.length,
  read: async (from, to) => bytes.slice(from, to),
});

const u16 = (value: number) => Uint8Array.of(value >> 8, value & 255);
const u32 = (value: number) =>
  Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
const u32le = (value: number) => u32(value).toReversed();

/** Words that a GPS block holds, to be looked for in bytes that leave. */
export const LATITUDE = 'LATITUDE-OF-HOME';
export const XMP = `<x:xmpmeta><rdf:Description exif:GPSLatitude="52,31N" note="${LATITUDE}"/></x:xmpmeta>`;

/** A TIFF with an orientation, and a latitude unless it is left out. */
export function exifTiff(orientation: number, hasPlace = true): Uint8Array {
  const entry = (tag: number, type: number, count: number, value: Uint8Array) =>
    concat(u16(tag), u16(type), u32(count), value);
  const gpsAt = 8 + 2 + 24 + 4;
  const entries = [entry(0x0112, 3, 1, concat(u16(orientation), u16(0)))];
  if (hasPlace) entries.push(entry(0x8825, 4, 1, u32(gpsAt)));
  const first = concat(u16(entries.length), ...entries, u32(0));
  const gps = concat(u16(1), entry(2, 2, LATITUDE.length, u32(gpsAt + 18)), u32(0), bytesOf(LATITUDE));
  return concat(bytesOf('MM\0*\0\0\0\x08'), first, hasPlace ? gps : new Uint8Array());
}

export const jpegSegment = (marker: number, content: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(0xff, marker), u16(content.length + 2), content);
/** Tables, frame, scan with stuffed bytes and restarts, end. Nobody could see anything in it. */
const JPEG_PICTURE = concat(
  jpegSegment(0xdb, new Uint8Array(65)),
  jpegSegment(0xc0, Uint8Array.of(8, 0, 2, 0, 3, 1, 1, 0x11, 0)),
  jpegSegment(0xda, Uint8Array.of(1, 1, 0, 0, 63, 0)),
  Uint8Array.of(1, 0xff, 0, 2, 0xff, 0xd0, 3, 0xff, 0, 0xff, 0xd9),
);
export const JFIF = jpegSegment(0xe0, bytesOf('JFIF\0\x01\x01\0\0\x01\0\x01\0\0'));
export const ICC = jpegSegment(0xe2, bytesOf('ICC_PROFILE\0\x01\x01colours'));
export const exifSegment = (tiff: Uint8Array) => jpegSegment(0xe1, concat(bytesOf('Exif\0\0'), tiff));
export const jpegOf = (...parts: readonly Uint8Array[]): Uint8Array =>
  concat(Uint8Array.of(0xff, 0xd8), ...parts, JPEG_PICTURE);

export function pngChunk(type: string, content: Uint8Array): Uint8Array {
  const named = concat(bytesOf(type), content);
  return concat(u32(content.length), named, u32(crc32(named)));
}
const PNG_HEADER = pngChunk('IHDR', concat(u32(3), u32(2), Uint8Array.of(8, 0, 0, 0, 0)));
const PNG_PICTURE = concat(pngChunk('IDAT', bytesOf('pixels')), pngChunk('IEND', new Uint8Array()));
export const pngOf = (...parts: readonly Uint8Array[]): Uint8Array =>
  concat(bytesOf('\x89PNG\r\n\x1a\n'), PNG_HEADER, ...parts, PNG_PICTURE);

export const webpChunk = (type: string, content: Uint8Array): Uint8Array =>
  concat(bytesOf(type), u32le(content.length), content, new Uint8Array(content.length % 2));
export const webpOf = (flags: number, ...parts: readonly Uint8Array[]): Uint8Array => {
  const header = webpChunk('VP8X', Uint8Array.of(flags, 0, 0, 0, 2, 0, 0, 1, 0, 0));
  const content = concat(bytesOf('WEBP'), header, webpChunk('VP8 ', bytesOf('pixels!')), ...parts);
  return concat(bytesOf('RIFF'), u32le(content.length), content);
};

export const box = (type: string, ...content: readonly Uint8Array[]): Uint8Array => {
  const whole = concat(...content);
  return concat(u32(whole.length + 8), bytesOf(type), whole);
};
const fullBox = (type: string, version: number, ...content: readonly Uint8Array[]) =>
  box(type, u32(version << 24), ...content);

/** What a phone writes beside a film: a place in `udta`, and one in the words of QuickTime. */
export const FILM_WORDS = [
  box('udta', box('\xa9xyz', bytesOf('+52.5-013.4/'))),
  box('meta', bytesOf(`com.apple.quicktime.location.ISO6709 ${LATITUDE}`)),
] as const;

/** A film of one visible track, and one that notes places if `places` are given. */
export function filmOf(options: {
  readonly brand?: string;
  readonly words?: readonly Uint8Array[];
  readonly places?: { readonly entry: string; readonly handler?: string; readonly sample: Uint8Array };
}): Uint8Array {
  const head = box('ftyp', bytesOf(options.brand ?? 'mp42'), u32(0), bytesOf('mp42isom'));
  const frames = bytesOf('frames of a film');
  const sample = options.places?.sample ?? new Uint8Array();
  const data = box('mdat', frames, sample);
  const track = (handler: string, entry: string, from: number, length: number) =>
    box(
      'trak',
      box(
        'mdia',
        fullBox('hdlr', 0, u32(0), bytesOf(handler), new Uint8Array(13)),
        box(
          'minf',
          box(
            'stbl',
            fullBox('stsd', 0, u32(1), box(entry, new Uint8Array(8))),
            fullBox('stsz', 0, u32(0), u32(1), u32(length)),
            fullBox('stsc', 0, u32(1), u32(1), u32(1), u32(1)),
            fullBox('stco', 0, u32(1), u32(from)),
          ),
        ),
      ),
    );
  const from = head.length + 8;
  const tracks = [track('vide', 'avc1', from, frames.length)];
  if (options.places)
    tracks.push(
      track(options.places.handler ?? 'meta', options.places.entry, from + frames.length, sample.length),
    );
  return concat(head, data, box('moov', ...tracks, ...(options.words ?? [])));
}

/** A picture of HEIF with an Exif and an XMP item, in the file or among its tables. */
export function heifOf(options: {
  readonly brand: string;
  readonly exif: Uint8Array;
  readonly xmp?: string;
}): Uint8Array {
  const picture = bytesOf('a coded picture');
  const exif = concat(u32(0), options.exif);
  const xmp = bytesOf(options.xmp ?? XMP);
  const infe = (id: number, kind: string) =>
    fullBox('infe', 2, u16(id), u16(0), bytesOf(kind), bytesOf('\0'));
  const head = box('ftyp', bytesOf(options.brand), u32(0), bytesOf('mif1miafavif'));
  const tables = (start: number) =>
    fullBox(
      'meta',
      0,
      fullBox('hdlr', 0, u32(0), bytesOf('pict'), new Uint8Array(13)),
      fullBox('iinf', 0, u16(3), infe(1, 'av01'), infe(2, 'Exif'), infe(3, 'mime')),
      fullBox(
        'iloc',
        1,
        Uint8Array.of(0x44, 0x00),
        u16(3),
        ...[
          [1, 0, start, picture.length],
          [2, 0, start + picture.length, exif.length],
          // The last one lies among the tables.
          [3, 1, 0, xmp.length],
        ].map(([id = 0, method = 0, from = 0, length = 0]) =>
          concat(u16(id), u16(method), u16(0), u16(1), u32(from), u32(length)),
        ),
      ),
      box('idat', xmp),
    );
  const start = head.length + tables(0).length + 8;
  return concat(head, tables(start), box('mdat', picture, exif));
}

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { concat } from '../../protocol/codec.ts';
import {
  box,
  bytesOf,
  exifSegment,
  exifTiff,
  FILM_WORDS,
  filmOf,
  heifOf,
  ICC,
  JFIF,
  jpegOf,
  jpegSegment,
  LATITUDE,
  pngChunk,
  pngOf,
  sourceOf,
  webpChunk,
  webpOf,
  XMP,
} from '../testing/photos.ts';
import { orientationTiff, readExif } from './photo/exif.ts';
import { inspectPhoto } from './photo.ts';
import { assembled } from './pieces.ts';

const inspect = (bytes: Uint8Array) => inspectPhoto(sourceOf(bytes));
const words = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes);

/** The bytes that leave, and whether a place was found in those that came. */
async function cleaned(bytes: Uint8Array) {
  const photo = await inspect(bytes);
  if (photo.state !== 'removable') throw new Error(`${photo.state}, not removable`);
  const source = assembled(sourceOf(bytes), photo.pieces);
  const clean = await source.read(0, source.size);
  expect(words(clean)).not.toContain(LATITUDE);
  // What is clean stays as it is.
  expect(await inspect(clean)).toEqual({ state: 'clean' });
  return { clean, hasLocation: photo.hasLocation };
}

test('[R33] JPEG: Exif, XMP, IPTC, comments and what follows go, the picture and its colours stay as they are', async () => {
  const photo = concat(
    jpegOf(
      JFIF,
      exifSegment(exifTiff(1)),
      jpegSegment(0xe1, bytesOf(`http://ns.adobe.com/xap/1.0/\0${XMP}`)),
      jpegSegment(0xed, bytesOf('Photoshop 3.0\0\x1c\x02Z\0\x06Berlin')),
      ICC,
      jpegSegment(0xe2, bytesOf('MPF\0second picture')),
      jpegSegment(0xfe, bytesOf(`taken at ${LATITUDE}`)),
    ),
    bytesOf(`a film behind the picture \xa9xyz ${LATITUDE}`),
  );
  const { clean, hasLocation } = await cleaned(photo);
  expect(hasLocation).toBe(true);
  expect(clean).toEqual(jpegOf(JFIF, ICC));
});

test('[R33] JPEG: the orientation stays, alone', async () => {
  const { clean, hasLocation } = await cleaned(jpegOf(exifSegment(exifTiff(6)), JFIF));
  expect(hasLocation).toBe(true);
  expect(clean).toEqual(jpegOf(exifSegment(orientationTiff(6)), JFIF));
  expect(readExif(orientationTiff(6))).toEqual({ orientation: 6, hasLocation: false });
});

test('JPEG: what a camera says without a place goes too, and nothing is said of a place', async () => {
  const serial = concat(exifTiff(1, false), bytesOf('serial number 7'));
  expect((await cleaned(jpegOf(exifSegment(serial)))).hasLocation).toBe(false);
});

test('JPEG: words between scans are found, and bytes of the picture that look like them are not', async () => {
  const scan = concat(
    jpegSegment(0xda, Uint8Array.of(0)),
    bytesOf(`picture ${LATITUDE} \xff\0 \xff\xd3 more`),
  );
  const photo = concat(
    Uint8Array.of(0xff, 0xd8),
    scan,
    jpegSegment(0xfe, bytesOf('comment')),
    scan,
    Uint8Array.of(0xff, 0xff, 0xd9),
  );
  const found = await inspect(photo);
  expect(found).toMatchObject({ state: 'removable', hasLocation: false });
  if (found.state !== 'removable') return;
  const source = assembled(sourceOf(photo), found.pieces);
  expect(await source.read(0, source.size)).toEqual(
    concat(Uint8Array.of(0xff, 0xd8), scan, scan, Uint8Array.of(0xff, 0xff, 0xd9)),
  );
});

test('[R33] PNG: what is said beside the picture goes, and the rest is the same', async () => {
  const photo = concat(
    pngOf(
      pngChunk('gAMA', bytesOf('gama')),
      pngChunk('eXIf', exifTiff(1)),
      pngChunk('iTXt', bytesOf(`XML:com.adobe.xmp\0\0\0\0\0${XMP}`)),
      pngChunk('tEXt', bytesOf('Author\0Ada')),
      pngChunk('tIME', bytesOf('1234567')),
      pngChunk('prVt', bytesOf(LATITUDE)),
    ),
    bytesOf(`behind the end ${LATITUDE}`),
  );
  const { clean, hasLocation } = await cleaned(photo);
  expect(hasLocation).toBe(true);
  expect(clean).toEqual(pngOf(pngChunk('gAMA', bytesOf('gama'))));
});

test('PNG: the orientation stays; a profile wrapped in compressed text may name a place', async () => {
  const turned = await cleaned(pngOf(pngChunk('eXIf', exifTiff(8))));
  expect(turned.clean).toEqual(pngOf(pngChunk('eXIf', orientationTiff(8))));
  const wrapped = await cleaned(pngOf(pngChunk('zTXt', bytesOf('Raw profile type exif\0\0packed'))));
  expect(wrapped.hasLocation).toBe(true);
});

test('[R33] WebP: Exif, XMP and unknown chunks go, with their flags and lengths', async () => {
  const photo = webpOf(
    0x2c,
    webpChunk('EXIF', concat(bytesOf('Exif\0\0'), exifTiff(1))),
    webpChunk('XMP ', bytesOf(XMP)),
    webpChunk('NOTE', bytesOf(LATITUDE)),
  );
  const { clean, hasLocation } = await cleaned(photo);
  expect(hasLocation).toBe(true);
  expect(clean).toEqual(webpOf(0x20));
  expect((await cleaned(webpOf(0x08, webpChunk('EXIF', exifTiff(3))))).clean).toEqual(
    webpOf(0x08, webpChunk('EXIF', orientationTiff(3))),
  );
});

test('[R33] films: words about a place become zeros, and every frame stays where it was', async () => {
  for (const brand of ['mp42', 'qt  ', 'M4A ']) {
    const film = filmOf({ brand, words: FILM_WORDS });
    const { clean, hasLocation } = await cleaned(film);
    expect(hasLocation).toBe(true);
    expect(clean.length).toBe(film.length);
    expect(words(clean).indexOf('frames of a film')).toBe(words(film).indexOf('frames of a film'));
    expect(words(clean)).not.toContain('+52.5');
  }
  expect(await inspect(filmOf({}))).toEqual({ state: 'clean' });
  const behind = concat(filmOf({}), box('uuid', bytesOf(XMP)));
  expect((await cleaned(behind)).hasLocation).toBe(true);
});

test('[R33] films: tracks that note where the camera was become zeros, others stay', async () => {
  const places = await cleaned(filmOf({ places: { entry: 'camm', sample: bytesOf(LATITUDE) } }));
  expect(places.hasLocation).toBe(true);
  expect(words(places.clean)).toContain('frames of a film');
  const drone = { entry: 'text', handler: 'text', sample: bytesOf(`GPS(${LATITUDE})`) };
  expect((await cleaned(filmOf({ places: drone }))).hasLocation).toBe(true);
  const subtitles = { entry: 'text', handler: 'text', sample: bytesOf('Good evening.') };
  expect(await inspect(filmOf({ places: subtitles }))).toEqual({ state: 'clean' });
});

test('a film in fragments with a track of places is said to be unreadable', async () => {
  const film = concat(filmOf({ places: { entry: 'gpmd', sample: bytesOf('GPS5 here') } }), box('moof'));
  expect(await inspect(film)).toEqual({ state: 'unreadable' });
});

test('[R33] AVIF and HEIC: Exif and XMP become empty where they lie', async () => {
  for (const brand of ['avif', 'heic', 'mif1']) {
    const photo = heifOf({ brand, exif: exifTiff(6) });
    const { clean, hasLocation } = await cleaned(photo);
    expect(hasLocation).toBe(true);
    expect(clean.length).toBe(photo.length);
    expect(words(clean)).toContain('a coded picture');
  }
});

test('what cannot be read is clean only as long as nothing in it looks like the words of a camera', async () => {
  const whole = jpegOf(JFIF, exifSegment(exifTiff(1)));
  expect(await inspect(whole.slice(0, -1))).toEqual({ state: 'unreadable' });
  expect(await inspect(jpegOf(JFIF).slice(0, -1))).toEqual({ state: 'clean' });
  expect(await inspect(concat(pngOf().slice(0, 40), bytesOf(XMP)))).toEqual({ state: 'unreadable' });
  expect(await inspect(exifTiff(1))).toEqual({ state: 'unreadable' });
  expect(await inspect(exifTiff(1, false))).toEqual({ state: 'clean' });
  for (const other of ['', 'just text', '%PDF-1.7', 'GIF89a'])
    expect(await inspect(bytesOf(other))).toEqual({ state: 'clean' });
});

test('whatever is broken or cut off gives an answer, and one that is removable reads to its end', async () => {
  const whole = [
    jpegOf(JFIF, exifSegment(exifTiff(6)), ICC),
    pngOf(pngChunk('eXIf', exifTiff(6))),
    webpOf(0x0c, webpChunk('EXIF', exifTiff(6)), webpChunk('XMP ', bytesOf(XMP))),
    filmOf({ words: FILM_WORDS, places: { entry: 'camm', sample: bytesOf(LATITUDE) } }),
    heifOf({ brand: 'avif', exif: exifTiff(6) }),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...whole),
      fc.array(fc.tuple(fc.nat(1000), fc.nat(255)), { maxLength: 4 }),
      fc.nat(1000),
      async (file, changes, cut) => {
        const broken = file.slice(0, Math.max(0, file.length - (cut > 500 ? 0 : cut)));
        for (const [at, byte] of changes) if (at < broken.length) broken[at] = byte;
        const photo = await inspect(broken);
        if (photo.state !== 'removable') return;
        const source = assembled(sourceOf(broken), photo.pieces);
        expect((await source.read(0, source.size)).length).toBe(source.size);
      },
    ),
    { numRuns: 1500 },
  );
});

test('a large film is read in small pieces', async () => {
  const film = filmOf({ words: FILM_WORDS });
  const padding = 1024 ** 3;
  // A box of zeros of a gigabyte behind the film.
  const head = concat(film, Uint8Array.of(0x40, 0, 0, 8), bytesOf('mdat'));
  let read = 0;
  const source = {
    size: head.length + padding,
    read: async (from: number, to: number) => {
      read += to - from;
      const bytes = new Uint8Array(to - from);
      bytes.set(head.subarray(from, to));
      return bytes;
    },
  };
  expect(await inspectPhoto(source)).toMatchObject({ state: 'removable', hasLocation: true });
  expect(read).toBeLessThan(4 * 1024 ** 2);
});

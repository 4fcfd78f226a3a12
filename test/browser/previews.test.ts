/** What a device knows of a file before it is sealed, of real pictures and films, under the policy of real pages. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { previewBudget } from '../../src/client/files/preview-budget.ts';
import { sniff } from '../../src/client/files/sniff.ts';
import { bytesOf, exifSegment, exifTiff, LATITUDE, pngChunk } from '../../src/client/testing/photos.ts';
import { MAX_FILES_PER_MESSAGE } from '../../src/contract/files.ts';
import { concat } from '../../src/protocol/codec.ts';
import { type BlankPage, serveModule } from './support/blank-page.ts';
import { openPerson, type Person, sharedBrowser } from './support/browser.ts';
import { PATIENCE } from './support/flows.ts';

const WORKER = '/assets/preview-worker.0123456789ab.js';
const PDF_WORKER = '/assets/pdf-worker.0123456789ab.js';
const CUT_OFF = '/assets/argon2.0123456789ab.js';
let blank: BlankPage;
let person: Person;
let page: Page;

beforeAll(async () => {
  blank = await serveModule(
    'test/browser/support/preview-module.ts',
    {
      WORKER_ADDRESSES: JSON.stringify({
        'preview-worker': WORKER,
        'pdf-worker': PDF_WORKER,
        argon2: CUT_OFF,
      }),
    },
    {
      [WORKER]: 'src/island/preview-worker.ts',
      [PDF_WORKER]: 'src/island/pdf-worker.ts',
      [CUT_OFF]: 'test/browser/support/cut-off-worker.ts',
    },
  );
  person = await openPerson(await sharedBrowser());
  page = person.page;
  await page.goto(blank.url);
  await page.waitForFunction(() => 'tested' in globalThis);
}, PATIENCE);
afterAll(async () => {
  await person.context.close();
  await blank.stop();
});

type Module = typeof import('./support/preview-module.ts');
type Made = readonly ['image/png' | 'image/jpeg' | 'image/webp' | 'film' | 'noise', number, number];

/** A file that the browser makes, as bytes. */
const make = async (made: Made): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.fromBase64(
    await page.evaluate(async ([kind, width, height]) => {
      const { tested } = globalThis as unknown as { tested: Module };
      const blob =
        kind === 'film'
          ? await tested.film(width, height, 20)
          : kind === 'noise'
            ? await tested.noise(width, height)
            : await tested.picture(kind, width, height);
      return new Uint8Array(await blob.arrayBuffer()).toBase64();
    }, made),
  );

/** What is known of a file of these bytes; the bytes that would be sent, and the corners of its preview. */
async function describe(bytes: Uint8Array) {
  const { leaves, preview, smallPreview, ...rest } = await page.evaluate(async (given) => {
    const { tested } = globalThis as unknown as { tested: Module };
    const file = new File([Uint8Array.fromBase64(given)], 'whatever.html', { type: 'text/html' });
    const { photo, preview, smallPreview, ...facts } = await tested.describeFile(file);
    const isDrawn = preview?.type.startsWith('image/') === true;
    return {
      ...facts,
      state: photo.state,
      hasLocation: photo.hasLocation,
      leaves: new Uint8Array(await (photo.clean ?? file).arrayBuffer()).toBase64(),
      preview: preview ? { type: preview.type, bytes: preview.bytes.toBase64() } : null,
      smallPreview: smallPreview ? { type: smallPreview.type, bytes: smallPreview.bytes.toBase64() } : null,
      corners: isDrawn ? await tested.corners(new Blob([new Uint8Array(preview.bytes)])) : [],
    };
  }, bytes.toBase64());
  const open = (each: typeof preview) =>
    each ? { type: each.type, bytes: Uint8Array.fromBase64(each.bytes) } : null;
  return {
    ...rest,
    leaves: Uint8Array.fromBase64(leaves),
    preview: open(preview),
    smallPreview: open(smallPreview),
  };
}

/** Whether a colour is mostly green: those pictures are green on the left above, and red elsewhere. */
const greens = (corners: readonly (readonly number[])[]) =>
  corners.map(([red = 0, green = 0]) => green > red);

const story = (name: string, tell: () => Promise<void>) => test(name, tell, PATIENCE);

story('pictures of all kinds get a small one, whatever their name says', async () => {
  for (const type of ['image/png', 'image/jpeg', 'image/webp'] as const) {
    const file = await describe(await make([type, 1200, 800]));
    expect(file).toMatchObject({ type, width: 1200, height: 800, duration: null, state: 'clean' });
    expect(file.preview?.type).toBe('image/webp');
    expect(sniff(file.preview?.bytes ?? new Uint8Array())).toBe('image/webp');
    expect(greens(file.corners)).toEqual([true, false, false, false]);
  }
});

story('a picture that nothing makes small keeps to the room there is', async () => {
  const { preview, smallPreview } = await describe(await make(['noise', 900, 900]));
  expect(preview?.bytes.length).toBeLessThanOrEqual(previewBudget(1));
  expect(smallPreview?.bytes.length).toBeLessThanOrEqual(previewBudget(MAX_FILES_PER_MESSAGE));
  expect(smallPreview?.bytes.length).toBeGreaterThan(100);
});

story('[R33] the place leaves a photo, and which way it is turned stays', async () => {
  const plain = await make(['image/jpeg', 300, 200]);
  // Turned to the right by a quarter: the green corner is seen on the right above.
  const photo = concat(plain.subarray(0, 2), exifSegment(exifTiff(6)), plain.subarray(2));
  const jpeg = await describe(photo);
  expect(jpeg).toMatchObject({ state: 'removable', hasLocation: true, width: 200, height: 300 });
  expect(new TextDecoder('latin1').decode(jpeg.leaves)).not.toContain(LATITUDE);
  expect(jpeg.leaves.length).toBeLessThan(photo.length);
  expect(greens(jpeg.corners)).toEqual([false, true, false, false]);

  const png = await make(['image/png', 30, 20]);
  const marked = concat(png.subarray(0, 33), pngChunk('eXIf', exifTiff(1)), png.subarray(33));
  const cleaned = await describe(marked);
  expect(cleaned).toMatchObject({ type: 'image/png', state: 'removable', hasLocation: true });
  expect(cleaned.leaves).toEqual(png);
});

story('a film gets a frame, its size and its length, though it does not say how long it is', async () => {
  const film = await describe(await make(['film', 320, 240]));
  expect(film).toMatchObject({ type: 'video/webm', width: 320, height: 240, state: 'clean' });
  expect(film.preview?.type).toBe('image/webp');
  expect(film.duration).toBeGreaterThan(100);
  expect(film.corners[0]?.[2]).toBeGreaterThan(150);
});

story('a sound has a length, a text its first words, a PDF its pages, and other files nothing', async () => {
  const sound = await describe(silence(40));
  expect(sound).toMatchObject({ type: 'audio/mpeg', preview: null, width: null, state: 'clean' });
  expect(sound.duration).toBeGreaterThan(900);
  expect(sound.duration).toBeLessThan(1200);
  const wave = await describe(waveOf(8000));
  expect(wave).toMatchObject({ type: 'audio/wav', preview: null, state: 'clean', duration: 1000 });
  const text = await describe(new TextEncoder().encode('Minutes\n\nWe met.'));
  expect(text.type).toBe('text/plain');
  expect(new TextDecoder().decode(text.preview?.bytes)).toBe('Minutes\n\nWe met.');
  const pdf = await describe(concat(bytesOf(PDF_HEAD), deflateSync(PDF_TREE), bytesOf('\nendstream endobj')));
  expect(pdf.type).toBe('application/pdf');
  expect(new TextDecoder().decode(pdf.preview?.bytes)).toBe('41');
  expect(await describe(bytesOf('<svg onload="alert(1)"/>'))).toMatchObject({ type: '', preview: null });
  expect(await describe(new Uint8Array())).toMatchObject({ type: '', preview: null, state: 'clean' });
});

story(
  'a PDF gets its first page as a picture, and what cannot be drawn the number of its pages',
  async () => {
    // A page on its side: green on the left above, red elsewhere, and words in a font that is not in the file.
    const page =
      '1 0 0 rg 0 0 300 200 re f 0 1 0 rg 0 100 150 100 re f 0 g BT /F 9 Tf 120 40 Td (Minutes) Tj ET';
    const pdf = await describe(pdfOf([page, '0 0 1 rg 0 0 300 200 re f']));
    expect(pdf).toMatchObject({ type: 'application/pdf', width: null, height: null, state: 'clean' });
    for (const preview of [pdf.preview, pdf.smallPreview]) {
      expect(preview?.type).toBe('image/webp');
      expect(sniff(preview?.bytes ?? new Uint8Array())).toBe('image/webp');
    }
    expect(pdf.preview?.bytes.length).toBeLessThanOrEqual(previewBudget(1));
    expect(pdf.smallPreview?.bytes.length).toBeLessThanOrEqual(previewBudget(MAX_FILES_PER_MESSAGE));
    expect(greens(pdf.corners)).toEqual([true, false, false, false]);
    expect(pdf.corners.flat().filter((part) => part > 60 && part < 195)).toEqual([]);

    const picture = await make(['image/jpeg', 300, 200]);
    const scan = await describe(pdfOf(['300 0 0 200 0 0 cm /P Do'], { picture }));
    expect(scan.preview?.type).toBe('image/webp');
    expect(greens(scan.corners)).toEqual([true, false, false, false]);

    // Its first page is not there, does not end, or shows nothing.
    for (const file of [pdfOf([page], { kids: '[99 0 R]' }), pdfOf(['q 1 0 0 1 0 0 cm']), pdfOf([''])]) {
      const counted = await describe(file);
      expect(counted.preview?.type).toBe('application/pdf');
      expect(new TextDecoder().decode(counted.preview?.bytes)).toBe('1');
    }
    expect(await describe(bytesOf('%PDF-1.7\nnothing'))).toMatchObject({
      type: 'application/pdf',
      preview: null,
    });
  },
);

story('what reads a PDF has no storage, no network and no other worker', async () => {
  const left = await page.evaluate(
    (names) => (globalThis as unknown as { tested: Module }).tested.leftOf(names),
    WAYS_OUT,
  );
  expect(left).toEqual(['OffscreenCanvas']);
});

story('a picture of gigabytes of pixels is not decoded, and the next file is looked at', async () => {
  const header = concat(Uint8Array.of(0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60), Uint8Array.of(8, 0, 0, 0, 0));
  const bomb = concat(
    bytesOf('\x89PNG\r\n\x1a\n'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(new Uint8Array(10_000_000))),
    pngChunk('IEND', new Uint8Array()),
  );
  const before = performance.now();
  expect(await describe(bomb)).toMatchObject({
    type: 'image/png',
    preview: null,
    width: 60_000,
    height: 60_000,
  });
  expect(performance.now() - before).toBeLessThan(5000);
  const broken = (await make(['image/jpeg', 50, 50])).slice(0, 300);
  expect(await describe(broken)).toMatchObject({ type: 'image/jpeg', state: 'clean' });
  expect((await describe(await make(['image/png', 20, 20]))).preview?.type).toBe('image/webp');
});

story('no page complained: the policy holds', async () => {
  expect(person.complaints).toEqual([]);
  expect(blank.asked).toEqual([]);
});

/** The last one stays: the question can be answered with yes. */
const WAYS_OUT = [
  ...['indexedDB', 'caches', 'cookieStore', 'fetch', 'XMLHttpRequest', 'WebSocket', 'WebTransport'],
  ...['EventSource', 'BroadcastChannel', 'Worker', 'SharedWorker', 'importScripts', 'postMessage'],
  ...['storage', 'locks', 'serviceWorker', 'permissions', 'connection'],
  'OffscreenCanvas',
];
const PDF_TREE = '5 0 <</Type/Pages/Kids[1 0 R]/Count 41>>';
const PDF_HEAD = '%PDF-1.5\n4 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\n';

interface PdfParts {
  /** In place of the list of its pages. */
  readonly kids?: string;
  /** A JPEG of 300 x 200 pixels, which pages call P. */
  readonly picture?: Uint8Array;
}

/** A PDF of pages of 300 x 200 points with these contents. */
function pdfOf(pages: readonly string[], { kids, picture = new Uint8Array() }: PdfParts = {}): Uint8Array {
  const list = kids ?? `[${pages.map((_, n) => `${5 + 2 * n} 0 R`).join(' ')}]`;
  const jpeg = String.fromCharCode(...picture);
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Kids${list}/Count ${pages.length}/MediaBox[0 0 300 200]>>`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    `<</Subtype/Image/Width 300/Height 200/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/Length ${jpeg.length}>>stream\n${jpeg}\nendstream`,
    ...pages.flatMap((content, n) => [
      `<</Type/Page/Parent 2 0 R/Resources<</Font<</F 3 0 R>>/XObject<</P 4 0 R>>>>/Contents ${6 + 2 * n} 0 R>>`,
      `<</Length ${content.length}>>stream\n${content}\nendstream`,
    ]),
  ];
  let file = '%PDF-1.4\n';
  const places = objects.map((object, n) => {
    const place = file.length;
    file += `${n + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, '0')} 00000 n \n`;
  });
  const size = objects.length + 1;
  return bytesOf(
    `${file}xref\n0 ${size}\n0000000000 65535 f \n${places.join('')}trailer<</Size ${size}/Root 1 0 R>>\nstartxref\n${file.length}\n%%EOF`,
  );
}

/** Frames of MP3 without a sound: MPEG-1 layer III, 128 kbit/s at 44.1 kHz, 26 ms each. */
function silence(frames: number): Uint8Array {
  const frame = concat(Uint8Array.of(0xff, 0xfb, 0x90, 0), new Uint8Array(413));
  return concat(...Array.from({ length: frames }, () => frame));
}

/** So many samples of no sound as WAV: one byte each, 8,000 a second. */
function waveOf(samples: number): Uint8Array {
  const head = new DataView(new ArrayBuffer(20));
  const format = [16, 0x0001_0001, 8000, 8000, 0x0008_0001] as const;
  for (const [at, value] of format.entries()) head.setUint32(at * 4, value, true);
  const data = concat(bytesOf('data'), u32(samples), new Uint8Array(samples).fill(128));
  const body = concat(bytesOf('WAVEfmt '), new Uint8Array(head.buffer), data);
  return concat(bytesOf('RIFF'), u32(body.length), body);
}
const u32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);

/**
 * What a file is, by its first bytes: one of a short list, or '' for anything else. Its name and what a browser says of it decide
 * nothing: both are words of the sender, and a page that believed them could be made to show what it must not [R33].
 *
 * `text/plain` is what may be shown with `textContent`, as characters and nothing more. Text that begins like markup or a script is '':
 * it is only ever saved, so no later change of a viewer, and no program that guesses for itself, finds a document in what Sotto called text.
 */

/** Bytes that `sniff` looks at, at most: hand it so many, or all that there are. */
export const SNIFF_BYTES = 4096;

export type SniffedType =
  | 'image/png'
  | 'image/jpeg'
  | 'image/gif'
  | 'image/webp'
  | 'image/avif'
  | 'video/mp4'
  | 'video/webm'
  | 'audio/mpeg'
  | 'audio/mp4'
  | 'audio/ogg'
  | 'audio/wav'
  | 'audio/flac'
  | 'application/pdf'
  | 'text/plain';

/** How the type is shown; `none` is offered for saving alone. PDF is: its viewers run scripts. */
export type Shown = 'image' | 'video' | 'audio' | 'text' | 'none';
const SHOWN: Readonly<Record<SniffedType, Shown>> = {
  'image/png': 'image',
  'image/jpeg': 'image',
  'image/gif': 'image',
  'image/webp': 'image',
  'image/avif': 'image',
  'video/mp4': 'video',
  'video/webm': 'video',
  'audio/mpeg': 'audio',
  'audio/mp4': 'audio',
  'audio/ogg': 'audio',
  'audio/wav': 'audio',
  'audio/flac': 'audio',
  'application/pdf': 'none',
  'text/plain': 'text',
};
/** How a type is shown that a manifest names or `sniff` has found; whatever is not of the list is not. */
export const shownAs = (type: string): Shown =>
  Object.hasOwn(SHOWN, type) ? SHOWN[type as SniffedType] : 'none';

/** Says what these first bytes of a file are. Never throws. */
export function sniff(bytes: Uint8Array): SniffedType | '' {
  const head = bytes.subarray(0, SNIFF_BYTES);
  for (const [type, matches] of SIGNATURES) if (matches(head)) return type;
  return boxType(head) || oggType(head) || (isPlainText(head) ? 'text/plain' : '');
}

/** Characters of Latin-1, one for each byte: signatures are compared as words. */
export const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to));
const startsWith = (head: Uint8Array, word: string, at = 0) => latin1(head, at, at + word.length) === word;

const SIGNATURES: readonly (readonly [SniffedType, (head: Uint8Array) => boolean])[] = [
  ['image/png', (head) => startsWith(head, '\x89PNG\r\n\x1a\n') && startsWith(head, 'IHDR', 12)],
  ['image/jpeg', (head) => startsWith(head, '\xff\xd8\xff') && (head[3] ?? 0) >= 0xc0],
  ['image/gif', (head) => startsWith(head, 'GIF87a') || startsWith(head, 'GIF89a')],
  ['image/webp', (head) => startsWith(head, 'RIFF') && /^WEBPVP8[ LX]$/.test(latin1(head, 8, 16))],
  ['video/webm', isWebm],
  ['audio/mpeg', (head) => isId3(head) || isMpegAudio(head)],
  // The description of the sound, or what may stand before it.
  [
    'audio/wav',
    (head) => startsWith(head, 'RIFF') && /^WAVE(?:fmt |JUNK|bext|LIST)$/.test(latin1(head, 8, 16)),
  ],
  // The first block describes the stream, in 34 bytes.
  ['audio/flac', (head) => /^fLaC[\0\x80]\0\0"/.test(latin1(head, 0, 8))],
  ['application/pdf', (head) => /^%PDF-[12]\.\d/.test(latin1(head, 0, 8))],
];

/** EBML whose document type is `webm`: Matroska as such is not played by browsers. */
function isWebm(head: Uint8Array): boolean {
  if (!startsWith(head, '\x1a\x45\xdf\xa3')) return false;
  return /B\x82.{1,8}webm/s.test(latin1(head, 4, 80));
}

/** A tag of ID3v2.2 to 2.4, whose length has no high bits; what is tagged so is MP3. */
const isId3 = (head: Uint8Array): boolean =>
  startsWith(head, 'ID3') &&
  [2, 3, 4].includes(head[3] ?? 0) &&
  head.length >= 10 &&
  head.subarray(6, 10).every((byte) => byte < 0x80);

const KBITS = {
  one: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  two: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;
const HERTZ = [44_100, 48_000, 32_000] as const;

/** Bytes of the MPEG audio frame (layer III) at `at`; 0 where none begins. */
function frameLength(head: Uint8Array, at: number): number {
  const [sync = 0, version = 0, rates = 0] = head.subarray(at, at + 3);
  // 11 bits of sync, layer III; a version of 1 is reserved.
  const kind = (version >> 3) & 3;
  if (sync !== 0xff || (version & 0xe6) !== 0xe2 || kind === 1) return 0;
  const isOne = kind === 3;
  const kbits = (isOne ? KBITS.one : KBITS.two)[rates >> 4] ?? 0;
  const hertz = (HERTZ[(rates >> 2) & 3] ?? 0) / (isOne ? 1 : kind === 2 ? 2 : 4);
  if (kbits === 0 || hertz === 0) return 0;
  return Math.floor(((isOne ? 144_000 : 72_000) * kbits) / hertz) + ((rates >> 1) & 1);
}
/** Two frames in a row: the bits of one turn up by chance. */
function isMpegAudio(head: Uint8Array): boolean {
  const length = frameLength(head, 0);
  return length > 0 && frameLength(head, length) > 0;
}

const FILM_BRANDS = /^(?:isom|iso[2-9]|mp4[12]|avc1|dash|M4V |M4VH|M4VP|MSNV|mmp4|3gp[4-9]|qt {2})$/;
const SOUND_BRANDS = /^(?:M4A |M4B )$/;

/** ISO base media, by the brand that it says it is, then by those it is compatible with. QuickTime's is the same format, and plays. */
function boxType(head: Uint8Array): SniffedType | '' {
  if (!startsWith(head, 'ftyp', 4) || head.length < 16) return '';
  const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
  if (length < 16 || length % 4 !== 0) return '';
  const brands = [latin1(head, 8, 12)];
  for (let at = 16; at + 4 <= Math.min(length, head.length); at += 4) brands.push(latin1(head, at, at + 4));
  const major = brands[0] ?? '';
  if (major === 'avif' || major === 'avis') return 'image/avif';
  if (SOUND_BRANDS.test(major)) return 'audio/mp4';
  if (FILM_BRANDS.test(major)) return 'video/mp4';
  // A picture of HEIF says "mif1" first and names its kind afterwards; other kinds than AVIF are not shown by browsers.
  return major === 'mif1' && brands.includes('avif') ? 'image/avif' : '';
}

/** By the first packet of the first stream: sound alone. */
function oggType(head: Uint8Array): SniffedType | '' {
  if (!startsWith(head, 'OggS\0')) return '';
  const packet = 27 + (head[26] ?? 0);
  const isSound = ['OpusHead', '\x01vorbis', '\x7fFLAC', 'Speex   '].some((word) =>
    startsWith(head, word, packet),
  );
  return isSound ? 'audio/ogg' : '';
}

/** Controls besides tab, line feed, form feed and carriage return. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
const CONTROLS = /[\0-\x08\x0b\x0e-\x1f\x7f-\x9f]/;
/** Markup of any kind, and what a shell or a browser would run or open by its beginning. */
const NOT_SHOWN = /^(?:<|#!|%!|%PDF|\{\\rtf|MIME-Version:|From )/i;

function isPlainText(head: Uint8Array): boolean {
  if (head.length === 0) return false;
  let text: string;
  try {
    // A character may be cut off where the head ends, but not where the file does.
    text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: head.length === SNIFF_BYTES });
  } catch {
    return false;
  }
  return !CONTROLS.test(text) && !NOT_SHOWN.test(text.trimStart());
}

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { PLAYED_TYPES } from '../../contract/streams.ts';
import { concat } from '../../protocol/codec.ts';
import { bytesOf, filmOf, heifOf, jpegOf, pngOf, webpOf } from '../testing/photos.ts';
import { SNIFF_BYTES, shownAs, sniff } from './sniff.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const webm = (type: string) => bytesOf(`\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82${type}`);
const ogg = (packet: string) => bytesOf(`OggS\0\x02${'\0'.repeat(20)}\x01\x13${packet}`);
/** MPEG-1 layer III, 128 kbit/s at 44.1 kHz: 417 bytes. */
const mp3Frame = concat(Uint8Array.of(0xff, 0xfb, 0x90, 0), new Uint8Array(413));
const film = (brand: string, ...others: string[]) =>
  concat(Uint8Array.of(0, 0, 0, 16 + others.length * 4), bytesOf(`ftyp${brand}\0\0\0\0${others.join('')}`));

const KNOWN: readonly (readonly [string, Uint8Array])[] = [
  ['image/png', pngOf()],
  ['image/jpeg', jpegOf()],
  ['image/gif', bytesOf('GIF89a\x01\0\x01\0')],
  ['image/gif', bytesOf('GIF87a')],
  ['image/webp', webpOf(0)],
  ['image/webp', bytesOf('RIFF\x04\0\0\0WEBPVP8L')],
  ['image/avif', heifOf({ brand: 'avif', exif: new Uint8Array() })],
  ['image/avif', film('mif1', 'miaf', 'avif')],
  ['video/mp4', filmOf({})],
  ['video/mp4', film('isom', 'iso2', 'avc1')],
  ['video/mp4', film('qt  ')],
  ['audio/mp4', film('M4A ', 'mp42')],
  ['video/webm', webm('\x84webm')],
  ['audio/mpeg', bytesOf('ID3\x04\0\0\0\0\x02\x01')],
  ['audio/mpeg', concat(mp3Frame, mp3Frame)],
  ['audio/ogg', ogg('OpusHead')],
  ['audio/ogg', ogg('\x01vorbis')],
  ['audio/wav', bytesOf('RIFF\x24\0\0\0WAVEfmt \x10\0\0\0')],
  ['audio/wav', bytesOf('RIFF\x24\0\0\0WAVEbext')],
  ['audio/flac', bytesOf('fLaC\0\0\0"')],
  ['audio/flac', bytesOf('fLaC\x80\0\0"')],
  ['application/pdf', bytesOf('%PDF-1.7\n%\xe2\xe3')],
  ['text/plain', utf8('Grüße, 世界 🌍\r\n\tand more')],
  ['text/plain', utf8('\ufeffwith a mark')],
  ['text/plain', utf8('{"json": true}')],
];

test('[R33] types come from the first bytes', () => {
  for (const [type, bytes] of KNOWN)
    expect([type, sniff(bytes)]).toEqual([type, type as ReturnType<typeof sniff>]);
});

test('[R33] what is of none of these kinds has no type', () => {
  const others = [
    new Uint8Array(),
    bytesOf('\0'),
    bytesOf('PK\x03\x04'),
    bytesOf('MZ\x90\0'),
    bytesOf('\x7fELF'),
    bytesOf('BM\0\0'),
    bytesOf('RIFF\0\0\0\0WAVE<htm'),
    bytesOf('RIFF\0\0\0\0AVI LIST'),
    bytesOf('fLaC\x04\0\0"'),
    bytesOf('fLaC\0\0\0\x21'),
    film('heic', 'mif1'),
    film('mif1', 'heic'),
    film('jp2 '),
    webm('\x88matroska'),
    ogg('\x80theora'),
    mp3Frame,
    bytesOf('ID3\x09\0\0\0\0\0\0'),
    bytesOf('ID3\x03\0\0\xff\0\0\0'),
    bytesOf('\x89PNG\r\n\x1a\n'),
    bytesOf('%PDF-9'),
    bytesOf('latin \xe9'),
    concat(utf8('half a character '), Uint8Array.of(0xe2, 0x82)),
    utf8('a\u0007bell'),
    utf8('a\u001b[31mterminal'),
  ];
  for (const bytes of others) expect([...bytes.subarray(0, 12), sniff(bytes)].at(-1)).toBe('');
});

test('[R33] markup and scripts are never text that is shown', () => {
  const beginnings = [
    '<!DOCTYPE html><script>',
    '<html>',
    '  \r\n\t<script>alert(1)</script>',
    '\ufeff<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">',
    '<?xml version="1.0"?><svg/>',
    '<!-- x --><html>',
    '#!/bin/sh\nrm -rf',
    '%!PS-Adobe',
    '{\\rtf1',
    'MIME-Version: 1.0',
    '\n%PDF-1.7',
  ];
  for (const text of beginnings) expect([text, sniff(utf8(text))]).toEqual([text, '']);
});

test('[R33] a file of two kinds is what its first bytes are, and shown as that alone', () => {
  const html = '<html><script>alert(1)</script></html>';
  expect(sniff(concat(bytesOf('GIF89a/*'), utf8(`*/=1;${html}`)))).toBe('image/gif');
  expect(sniff(utf8(`%PDF-1.4\n${html}`))).toBe('application/pdf');
  expect(sniff(concat(utf8(html), bytesOf('%PDF-1.4')))).toBe('');
  expect(sniff(concat(jpegOf(), bytesOf('PK\x03\x04')))).toBe('image/jpeg');
  expect(sniff(concat(pngOf(), utf8(html)))).toBe('image/png');
  expect(shownAs('application/pdf')).toBe('none');
});

test('[R33] a type is shown only when it is of the list', () => {
  const never = [
    '',
    'image/svg+xml',
    'text/html',
    'TEXT/PLAIN',
    'image/png; x',
    'constructor',
    '__proto__',
    'toString',
  ];
  for (const type of never) expect([type, shownAs(type)]).toEqual([type, 'none']);
  expect(shownAs('image/avif')).toBe('image');
  expect(shownAs('audio/mpeg')).toBe('audio');
  expect(shownAs('video/webm')).toBe('video');
  expect(shownAs('text/plain')).toBe('text');
});

test('what is shown by a player is played', () => {
  const players = KNOWN.map(([type]) => type).filter((type) => ['audio', 'video'].includes(shownAs(type)));
  expect(players.filter((type) => !PLAYED_TYPES.has(type))).toEqual([]);
});

test('a character that is cut off where the look ends makes text no less text', () => {
  const long = utf8('€'.repeat(SNIFF_BYTES));
  expect(sniff(long)).toBe('text/plain');
  expect(sniff(long.subarray(0, SNIFF_BYTES))).toBe('text/plain');
});

test('sniff answers for any bytes, and by nothing behind those that it looks at', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(KNOWN.length - 1), fc.nat(40), (bytes, n, keep) => {
      const [, known] = KNOWN[n] ?? ['', new Uint8Array()];
      const mixed = concat(known.subarray(0, keep), bytes);
      const shown = shownAs(sniff(mixed));
      expect(['image', 'video', 'audio', 'text', 'none']).toContain(shown);
      if (shown === 'text')
        expect(() => new TextDecoder('utf-8', { fatal: true }).decode(mixed)).not.toThrow();
      const padded = concat(mixed, new Uint8Array(SNIFF_BYTES - mixed.length));
      expect(sniff(concat(padded, bytes))).toBe(sniff(padded));
    }),
    { numRuns: 500 },
  );
});

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { UNPRINTABLE } from '../../contract/limits.ts';
import { fileName } from './name.ts';

const bytes = (name: string) => new TextEncoder().encode(name).length;

test('[R33] characters that turn, hide or end text leave a name', () => {
  expect(fileName('invoice\u202egpj.exe')).toBe('invoicegpj.exe');
  expect(fileName('a\u2066b\u2069c\u200ed\u061ce.txt')).toBe('abcde.txt');
  expect(fileName('a\0b\nc\x1b[31m\x7f\u0085.txt')).toBe('abc[31m.txt');
  expect(fileName('a\u2028b\u2029c')).toBe('abc');
  expect(fileName('safe.exe\u3164\u2800\u00ad.txt')).not.toMatch(/[\u3164\u2800\u00ad]/);
  expect(fileName('in\u200bvis\ufeffible\u2060.txt')).toBe('invisible.txt');
});

test('[R33] a name leads nowhere', () => {
  expect(fileName('../../etc/passwd')).toBe('_.._etc_passwd');
  expect(fileName('C:\\Windows\\system32')).toBe('C__Windows_system32');
  expect(fileName('..')).toBe('file');
  expect(fileName('.bashrc')).toBe('bashrc');
  expect(fileName('. . .hidden. .')).toBe('hidden');
  expect(fileName('a<b>:"|?*.txt')).toBe('a_b______.txt');
});

test('[R33] names of devices are none of files', () => {
  expect(fileName('CON')).toBe('_CON');
  expect(fileName('nul.txt')).toBe('_nul.txt');
  expect(fileName('Com1.tar.gz')).toBe('_Com1.tar.gz');
  expect(fileName('LPT¹')).toBe('_LPT¹');
  expect(fileName('con .txt')).toBe('_con .txt');
  expect(fileName('CONIN$')).toBe('_CONIN$');
  expect(fileName('contents.txt')).toBe('contents.txt');
  expect(fileName('com10')).toBe('com10');
});

test('[R33] nothing left is a file, and half characters are none', () => {
  for (const empty of ['', ' ', '...', '\u202e', '\ud800', '\ufffd', '\u200b'])
    expect(fileName(empty)).toBe('file');
  expect(fileName('a\ud83d.txt')).toBe('a.txt');
  expect(fileName('a\udc00b')).toBe('ab');
});

test('names that people give stay as they are', () => {
  const names = [
    'Übersicht 2026 – final (3).pdf',
    '見積書.xlsx',
    'קובץ.txt',
    'أهلا.doc',
    '👩‍👩‍👧‍👦 holiday.jpg',
    '🏳️‍🌈.png',
    'नमस्ते.txt',
    'می‌خواهم.txt',
    'archive.tar.gz',
    "it's & co; $HOME `x`.txt",
  ];
  for (const name of names) expect(fileName(name)).toBe(name.normalize('NFC'));
  expect(fileName('u\u0308ber.txt')).toBe('über.txt');
});

test('[R33] a long name is cut before its ending, between what people see as characters', () => {
  expect(fileName(`${'a'.repeat(400)}.tar`)).toEndWith('aaa.tar');
  const family = '👩‍👩‍👧‍👦';
  const cut = fileName(`${family.repeat(40)}.jpeg`);
  expect(cut).toBe(`${family.repeat(10)}.jpeg`);
  expect(bytes(fileName(`${'é'.repeat(300)}`))).toBeLessThanOrEqual(255);
  expect(fileName(`x.${'y'.repeat(400)}`)).toStartWith('x.yyy');
  // What is one character to people, and longer than any name.
  expect(fileName(`e${'\u0301'.repeat(400)}.txt`)).toEndWith('.txt');
});

test('[R33] spaces that a joiner kept apart are one', () => {
  expect(fileName('a \u200d !')).toBe('a !');
});

test('[R33] whatever comes in: one line, no path, at most 255 bytes, and the same again when it is cleaned again', () => {
  const nasty = fc.constantFrom(
    '.',
    ' ',
    '/',
    '\\',
    '\u202e',
    '\ud800',
    '\udc00',
    'CON',
    '\0',
    '👩‍👩‍👧‍👦',
    '\u200d',
    '_',
    '.txt',
    '\ufe0f',
  );
  const text = fc.array(
    fc.oneof(
      nasty,
      fc.nat(0x10ffff).map((point) => String.fromCodePoint(point)),
    ),
    { maxLength: 120 },
  );
  fc.assert(
    fc.property(text, (parts) => {
      const name = fileName(parts.join(''));
      expect(name.length).toBeGreaterThan(0);
      expect(bytes(name)).toBeLessThanOrEqual(255);
      expect(name).not.toMatch(/[/\\]|^[. ]|[. ]$/);
      expect(UNPRINTABLE.test(name)).toBe(false);
      expect(name.isWellFormed()).toBe(true);
      expect(fileName(name)).toBe(name);
    }),
    { numRuns: 1000 },
  );
});

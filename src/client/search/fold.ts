/**
 * Text as it is compared: lower case, without accents and other marks on letters, one space between words. Both what is
 * searched and what is searched for go through here.
 */

/** Marks on Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowel signs; where marks are letters they stay. */
const MARKS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/g;
/** Letters that Unicode does not take apart, as people type them without a keyboard for them. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
};
const SPECIAL = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');
/** Nobody writes more marks on a letter; putting 60,000 of them in order takes seconds (UAX 15, stream-safe text). */
const MANY_MARKS = /(\p{M}{30})\p{M}+/gu;
/** Soft hyphen, zero-width space, word joiner, byte order mark: nobody sees or types them. */
const UNSEEN = /[\u00ad\u200b\u2060\ufeff]/g;
const IS_ASCII = /^[\0-\x7f]*$/;

/** Never holds a line break. */
export function foldText(text: string): string {
  return foldLetters(text).replace(/\s+/g, ' ').trim();
}

function foldLetters(text: string): string {
  if (IS_ASCII.test(text)) return text.toLowerCase();
  return text
    .replace(MANY_MARKS, '$1')
    .normalize('NFKD')
    .toLowerCase()
    .replace(MARKS, '')
    .replace(UNSEEN, '')
    .replace(SPECIAL, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFC');
}

/** A part of a text, in its own UTF-16 units; `to` is exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where a text says any of these folded terms: in order, not touching each other. */
export function findTerms(text: string, terms: readonly string[]): readonly Span[] {
  const { folded, starts, ends } = foldWithPlaces(text);
  const found: Span[] = [];
  for (const term of terms) {
    if (term === '') continue;
    for (let at = folded.indexOf(term); at >= 0; at = folded.indexOf(term, at + term.length)) {
      const from = starts[at] ?? 0;
      found.push({ from, to: Math.max(from, ends[at + term.length - 1] ?? text.length) });
    }
  }
  found.sort((a, b) => a.from - b.from || b.to - a.to);
  const joined: Span[] = [];
  for (const span of found) {
    const last = joined.at(-1);
    if (last && span.from <= last.to)
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else joined.push(span);
  }
  return joined;
}

/** The folded text, and where each of its units stands in the original: what a reader sees as one character is one. */
function foldWithPlaces(text: string): { folded: string; starts: number[]; ends: number[] } {
  let folded = '';
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { segment, index } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    const letters = /^\s+$/.test(segment) ? ' ' : foldLetters(segment).replace(/\s+/g, ' ');
    if (letters === ' ' && (folded === '' || folded.endsWith(' '))) continue;
    folded += letters;
    for (let i = 0; i < letters.length; i++) {
      starts.push(index);
      ends.push(index + segment.length);
    }
  }
  return { folded, starts, ends };
}

/** A piece of a text; `found` is one of the searched words. */
export interface Piece {
  readonly text: string;
  readonly found: boolean;
}

/** Before the first found word, at most, in UTF-16 units. */
const LEAD = 40;

/** The text in pieces, one line, at most about `length` units: from a little before the first found word on. */
export function excerpt(text: string, terms: readonly string[], length: number): readonly Piece[] {
  const spans = findTerms(text, terms);
  const first = spans[0]?.from ?? 0;
  const start = first + LEAD < length || first <= LEAD ? 0 : wordStart(text, first - LEAD);
  const end = start + length >= text.length ? text.length : wordStart(text, start + length);
  const pieces: Piece[] = [];
  const add = (from: number, to: number, found: boolean) => {
    const words = text.slice(Math.max(from, start), Math.min(to, end)).replace(/\s+/g, ' ');
    if (words !== '') pieces.push({ text: words, found });
  };
  let at = start;
  for (const { from, to } of spans) {
    if (from >= end) break;
    add(at, from, false);
    add(from, to, true);
    at = to;
  }
  add(at, end, false);
  if (start > 0) pieces.unshift({ text: '… ', found: false });
  if (end < text.length) pieces.push({ text: '…', found: false });
  return pieces;
}

/** The next beginning of a word, unless the word is long; never inside a pair of surrogates. */
function wordStart(text: string, at: number): number {
  const space = text.slice(at, at + LEAD).search(/\s/);
  if (space >= 0) return at + space + 1;
  return /[\ud800-\udbff]/.test(text[at - 1] ?? '') ? at - 1 : at;
}

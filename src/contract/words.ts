/**
 * What people read, in their language. The English sentence is the key, so code reads as it speaks; other languages come
 * from one catalogue each (src/words). A page or a process has one language; the server sets it around each rendering.
 *
 * `t` and `plural` speak now. `sentence` and `counted` keep what is to be said until somebody reads it (`say`): what is
 * stored, thrown by the server, or stands in a table that is made before the language is known.
 */

/**
 * English sentences, and what they are in another language; plurals under `one|other`. In browsers the `shortKey` of a
 * sentence stands for it: the sentence itself is in the code already.
 */
export type Catalogue = Readonly<Record<string, string>>;
/** What stands in a `{place}`: text as it is, a number, or something that is put into words when it is read. */
export type Value =
  | string
  | number
  /** A kept sentence or word. */
  | { readonly say: string }
  /** Several, as the language joins them. */
  | { readonly list: readonly Value[] }
  /** A day in epoch milliseconds. */
  | { readonly day: number }
  /** So many bytes, as "1.5 GB" of 1,000 MB each. */
  | { readonly bytes: number };
export type Values = Readonly<Record<string, Value>>;

const ENGLISH: Catalogue = {};
let language = 'en';
let catalogue = ENGLISH;

/** Of the language that is spoken now, for `Intl`: such as `en-US` or `de`. English of no region is written as here. */
export const locale = (): string => (language === 'en' ? 'en-GB' : language);

/** The sentence with its `{values}` filled in. Numbers are written the way the language writes them. */
export function t(sentence: string, values: Values = {}): string {
  return fill(translated(sentence), values);
}

/** `plural(2, '{n} person', '{n} people')`: the form for a number, which is `{n}` in it. */
export function plural(n: number, one: string, other: string, values: Values = {}): string {
  const forms = translated(`${one}|${other}`).split('|');
  const form = new Intl.PluralRules(locale()).select(n) === 'one' ? forms[0] : forms[1];
  return fill(form ?? other, { n, ...values });
}

/** "Ada, Ben and Mina". */
export function listed(values: readonly Value[]): string {
  return new Intl.ListFormat(locale(), { type: 'conjunction' }).format(values.map(write));
}

/** Begins a kept sentence that is more than its key. No key, and no name that people type, has control characters. */
const KEPT = '\u001f';

/** A sentence for later: its key as it is, or with its values. The same text in every language, for `say`. */
export function sentence(key: string, values?: Values): string {
  return values === undefined ? key : KEPT + JSON.stringify({ key, values });
}

/** As `plural`, for later. */
export function counted(n: number, one: string, other: string, values: Values = {}): string {
  return KEPT + JSON.stringify({ n, one, other, values });
}

/**
 * A kept sentence in words. Any other text stays as it is, unless it is one of the catalogue's own sentences; what only looks like
 * a kept one says nothing, since whoever reads a history must get past it.
 */
export function say(kept: string): string {
  if (!kept.startsWith(KEPT)) return translated(kept);
  try {
    const { key, n, one, other, values }: KeptSentence = JSON.parse(kept.slice(KEPT.length));
    return key === undefined ? plural(n ?? 0, one ?? '', other ?? '', values) : t(key, values);
  } catch {
    return '';
  }
}

interface KeptSentence {
  readonly key?: string;
  readonly n?: number;
  readonly one?: string;
  readonly other?: string;
  readonly values?: Values;
}

/** From now on, for a page or a process. */
export function setLanguage(next: string, words: Catalogue = ENGLISH): void {
  language = next;
  catalogue = words;
}

/** While `render` runs, which must not wait for anything. */
export function speak<T>(next: string, words: Catalogue, render: () => T): T {
  const before = { language, catalogue };
  setLanguage(next, words);
  try {
    return render();
  } finally {
    setLanguage(before.language, before.catalogue);
  }
}

function translated(key: string): string {
  if (catalogue === ENGLISH) return key;
  const name = Object.hasOwn(catalogue, key) ? key : shortKey(key);
  return Object.hasOwn(catalogue, name) ? (catalogue[name] ?? key) : key;
}

/** FNV-1a of 32 bits over the UTF-16 code units, in base 36. The build refuses two sentences of one key. */
export function shortKey(sentence: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < sentence.length; at++) hash = Math.imul(hash ^ sentence.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** @param sentence in the language that is spoken now, with `{places}` */
function fill(sentence: string, values: Values): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? whole : write(value);
  });
}

function write(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return new Intl.NumberFormat(locale()).format(value);
  if ('say' in value) return say(value.say);
  if ('list' in value) return listed(value.list);
  if ('bytes' in value) return bytesWritten(value.bytes);
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'long' }).format(value.day);
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** "1.4 MB": of 1,000 bytes, as systems write it, and at most one digit behind the point. */
export function bytesWritten(bytes: number): string {
  let left = bytes;
  let step = 0;
  // 999.5 would be written as 1,000.
  while (left >= 999.5 && step < UNITS.length - 1) {
    left /= 1000;
    step += 1;
  }
  const style = {
    style: 'unit',
    unit: UNITS[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
  } as const;
  return new Intl.NumberFormat(locale(), { ...style, maximumFractionDigits: step < 2 ? 0 : 1 }).format(left);
}

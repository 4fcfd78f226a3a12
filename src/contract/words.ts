/**
 * What people read, in their language. The English sentence is the key, so code reads as it speaks; other languages come
 * from one catalogue each (src/words). A page or a process has one language; the server sets it around each rendering.
 */

/** English sentences, and what they are in another language; plurals under `one|other`. */
export type Catalogue = Readonly<Record<string, string>>;
export type Values = Readonly<Record<string, string | number>>;

const ENGLISH: Catalogue = {};
let language = 'en';
let catalogue = ENGLISH;

/** Of the language that is spoken now, for `Intl`: such as `en` or `de`. */
export const locale = (): string => language;

/** The sentence with its `{values}` filled in. Numbers are written the way the language writes them. */
export function t(sentence: string, values: Values = {}): string {
  return fill(catalogue[sentence] ?? sentence, values);
}

/** `plural(2, '{n} person', '{n} people')`: the form for a number, which is `{n}` in it. */
export function plural(n: number, one: string, other: string, values: Values = {}): string {
  const forms = (catalogue[`${one}|${other}`] ?? `${one}|${other}`).split('|');
  const form = new Intl.PluralRules(language).select(n) === 'one' ? forms[0] : forms[1];
  return fill(form ?? other, { n, ...values });
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

function fill(sentence: string, values: Values): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value;
  });
}

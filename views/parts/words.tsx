/** Sentences as markup: `t` of contract/words.ts is for attributes, these are for what stands between tags. */
import { escapeHtml } from '@kitajs/html';
import { t, type Values } from '../../src/contract/words.ts';

/** The sentence in the reader's language, escaped, with its values. */
export function text(sentence: string, values: Values = {}): JSX.Element {
  return escapeHtml(t(sentence, values));
}

/** A sentence around elements: `markup('Ask {who}.', { who: <b safe>{name}</b> })`. */
export function markup(sentence: string, elements: Readonly<Record<string, JSX.Element>>): JSX.Element {
  return escapeHtml(t(sentence)).replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(elements, name) ? String(elements[name]) : whole,
  );
}

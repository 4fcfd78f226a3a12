/** What a formatting key does to a text: Markdown signs around the selection, or before each of its lines. Pure. */

export type Format = 'bold' | 'italic' | 'strike' | 'code' | 'bullets' | 'numbers' | 'quote' | 'link';

/** A text and what is selected in it, in UTF-16 units. */
export interface Selected {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Replaces `from`..`to` by `text`, and selects `start`..`end` afterwards. */
export interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const SIGNS: Readonly<Partial<Record<Format, string>>> = { bold: '**', italic: '_', strike: '~~', code: '`' };
const LINE_SIGN = /^(?:[-*+] |\d+\. |> )/u;

/** The same key twice gives back what was there. */
export function format(selected: Selected, kind: Format): Replacement {
  const sign = SIGNS[kind];
  const chosen = selected.text.slice(selected.from, selected.to);
  if (kind === 'code' && chosen.includes('\n')) return fence(selected);
  if (sign) return around(selected, sign);
  return kind === 'link' ? link(selected) : lines(selected, kind);
}

function around({ text, from, to }: Selected, sign: string): Replacement {
  const chosen = text.slice(from, to);
  const { length } = sign;
  if (chosen.length >= 2 * length && chosen.startsWith(sign) && chosen.endsWith(sign))
    return { from, to, text: chosen.slice(length, -length), start: from, end: to - 2 * length };
  if (isWrapped(text, from, to, sign))
    return { from: from - length, to: to + length, text: chosen, start: from - length, end: to - length };
  return { from, to, text: sign + chosen + sign, start: from + length, end: to + length };
}

function isWrapped(text: string, from: number, to: number, sign: string): boolean {
  return text.slice(0, from).endsWith(sign) && text.slice(to).startsWith(sign);
}

function fence({ text, from, to }: Selected): Replacement {
  const before = from === 0 || text[from - 1] === '\n' ? '```\n' : '\n```\n';
  const chosen = text.slice(from, to).replace(/\n$/, '');
  const start = from + before.length;
  return { from, to, text: `${before}${chosen}\n\`\`\`\n`, start, end: start + chosen.length };
}

function link({ text, from, to }: Selected): Replacement {
  const chosen = text.slice(from, to);
  const start = from + chosen.length + 3;
  return { from, to, text: `[${chosen}](https://)`, start, end: start + 'https://'.length };
}

function lines({ text, from, to }: Selected, kind: Format): Replacement {
  const begin = text.lastIndexOf('\n', from - 1) + 1;
  const next = text.indexOf('\n', to);
  const end = next < 0 ? text.length : next;
  const all = text.slice(begin, end).split('\n');
  const bare = all.map((line) => line.replace(LINE_SIGN, ''));
  const signed = bare.map((line, index) => signOf(kind, index) + line);
  const replaced = (signed.join('\n') === all.join('\n') ? bare : signed).join('\n');
  const caret = begin + replaced.length;
  return { from: begin, to: end, text: replaced, start: from === to ? caret : begin, end: caret };
}

function signOf(kind: Format, index: number): string {
  if (kind === 'quote') return '> ';
  return kind === 'numbers' ? `${index + 1}. ` : '- ';
}

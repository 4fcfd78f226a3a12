/**
 * People named in a text: `@username` as the log of identities has it, or `@everyone`. Not inside code, and not in the middle of a
 * word, so that addresses stay what they are. Drawing, completion and counting go by this one module.
 */

/** Names everybody who can read the conversation. */
export const EVERYONE = 'everyone';

/** One name in a text: from `@` to its end, in UTF-16 units. */
export interface Mention {
  readonly start: number;
  readonly end: number;
  /** Lower case, without `@`. */
  readonly username: string;
}

/** Before and after a name stands nothing that a word or an address is made of. A full stop ends a sentence, not a name. */
const NAME =
  /(?<![\p{L}\p{N}_@./+-])@([a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?)(?![\p{L}\p{N}_@]|[.-][\p{L}\p{N}_])/giu;
/** What may stand between `@` and the caret while a name is being typed. */
const TYPED = /(?<![\p{L}\p{N}_@./+-])@([\p{L}\p{N}._-]{0,32})$/u;

/** Every name in a text, in order. */
export function findMentions(text: string): readonly Mention[] {
  if (!text.includes('@')) return [];
  const code = codeIn(text);
  const found: Mention[] = [];
  let at = 0;
  for (const match of text.matchAll(NAME)) {
    const { index: start } = match;
    while ((code[at]?.end ?? Number.POSITIVE_INFINITY) <= start) at++;
    if ((code[at]?.start ?? Number.POSITIVE_INFINITY) <= start) continue;
    found.push({ start, end: start + match[0].length, username: (match[1] ?? '').toLowerCase() });
  }
  return found;
}

/** Whether a text names this person, or everybody. */
export const names = (text: string, username: string): boolean =>
  findMentions(text).some((each) => each.username === username || each.username === EVERYONE);

/** The name that is being typed before the caret, and where its `@` stands; null for none. */
export function mentionBefore(
  text: string,
  caret: number,
): { readonly start: number; readonly typed: string } | null {
  const match = TYPED.exec(text.slice(0, caret));
  if (match === null || codeIn(text.slice(0, caret)).some(({ end }) => match.index < end)) return null;
  return { start: match.index, typed: (match[1] ?? '').toLowerCase() };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Blocks of code, to the end of the text for one that is not closed, and spans of code in the lines between. */
function codeIn(text: string): readonly Span[] {
  const spans: Span[] = [];
  let fence: string | null = null;
  let blockStart = 0;
  let proseStart = 0;
  let at = 0;
  for (const line of text.split('\n')) {
    const mark = FENCE.exec(line)?.[1] ?? null;
    if (fence === null && mark !== null) {
      spans.push(...spansIn(text, proseStart, at));
      fence = mark;
      blockStart = at;
    } else if (fence !== null && mark?.startsWith(fence) && line.trim() === mark) {
      spans.push({ start: blockStart, end: at + line.length });
      fence = null;
      proseStart = at + line.length;
    }
    at += line.length + 1;
  }
  if (fence === null) spans.push(...spansIn(text, proseStart, text.length));
  else spans.push({ start: blockStart, end: text.length });
  return spans;
}

/** `code` between runs of the same number of backticks; a run without its like is text. One pass, however many there are. */
function spansIn(text: string, from: number, to: number): readonly Span[] {
  const runs = [...text.slice(from, to).matchAll(/`+/g)];
  /** For each run, the next one of its length. */
  const next: number[] = [];
  const seen = new Map<number, number>();
  for (let i = runs.length - 1; i >= 0; i--) {
    const length = runs[i]?.[0].length ?? 0;
    next[i] = seen.get(length) ?? -1;
    seen.set(length, i);
  }
  const spans: Span[] = [];
  for (let i = 0; i < runs.length; i++) {
    const open = runs[i];
    const close = runs[next[i] ?? -1];
    if (open === undefined || close === undefined) continue;
    spans.push({ start: from + open.index, end: from + close.index + close[0].length });
    i = next[i] ?? i;
  }
  return spans;
}

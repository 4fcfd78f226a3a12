/**
 * What a text is made of, by lines: code between fences, quotes, lists, headings, and paragraphs whose line breaks stay.
 * Each level of nesting reads its lines once, and there are few levels.
 */
import { readInline } from './inline.ts';
import { type Block, type Budget, type Item, MAX_NESTING, newBudget } from './tree.ts';

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`~]{0,64})$/;
const HEADING = /^ {0,3}#{1,6}[ \t]+(?=\S)/;
const QUOTE = /^ {0,3}> ?/;
/** Three digits at most: "1986. A good year" is a sentence. */
const ITEM = /^( {0,3})(?:([-*+])|(\d{1,3})[.)])[ \t]+(?=\S)/;

export type IsPerson = (name: string) => boolean;

/** Reads a message. @param isPerson whether this lowercase name may be mentioned here */
export function readText(text: string, isPerson: IsPerson, budget: Budget = newBudget()): readonly Block[] {
  return readLines(text.replace(/\r\n?/g, '\n').split('\n'), 0, { isPerson, budget });
}

interface Reading {
  readonly isPerson: IsPerson;
  readonly budget: Budget;
}

function readLines(lines: readonly string[], depth: number, reading: Reading): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    if (reading.budget.elements <= 0) {
      blocks.push({ kind: 'paragraph', children: [{ kind: 'text', text: lines.slice(at).join('\n') }] });
      return blocks;
    }
    const line = lines[at] ?? '';
    reading.budget.steps += 1 + line.length;
    const nested = depth < MAX_NESTING;
    const item = nested ? ITEM.exec(line) : null;
    if (line.trim() === '') at++;
    else if (FENCE.test(line)) at = readFence(lines, at, blocks, reading);
    else if (nested && QUOTE.test(line)) at = readQuote(lines, at, blocks, depth, reading);
    else if (item) at = readList(lines, at, blocks, depth, reading);
    else if (HEADING.test(line)) {
      blocks.push({ kind: 'heading', children: inline(line.replace(HEADING, ''), reading) });
      at++;
    } else at = readParagraph(lines, at, blocks, depth, reading);
  }
  return blocks;
}

function inline(text: string, { isPerson, budget }: Reading) {
  budget.elements--;
  return readInline(text, isPerson, budget);
}

/** Until a fence of the same sign and at least the same length, or the end. */
function readFence(lines: readonly string[], from: number, blocks: Block[], { budget }: Reading): number {
  const [, fence = '', about = ''] = FENCE.exec(lines[from] ?? '') ?? [];
  const isEnd = (line: string) => {
    const bare = line.trim();
    return bare.length >= fence.length && bare === (fence[0] ?? '').repeat(bare.length);
  };
  let end = from + 1;
  for (; end < lines.length && !isEnd(lines[end] ?? ''); end++) budget.steps += 1 + (lines[end] ?? '').length;
  budget.elements--;
  blocks.push({ kind: 'code', language: about.trim(), text: lines.slice(from + 1, end).join('\n') });
  return end + 1;
}

function readQuote(
  lines: readonly string[],
  from: number,
  blocks: Block[],
  depth: number,
  reading: Reading,
): number {
  let end = from;
  while (end < lines.length && QUOTE.test(lines[end] ?? '')) end++;
  const inner = lines.slice(from, end).map((line) => line.replace(QUOTE, ''));
  reading.budget.elements--;
  blocks.push({ kind: 'quote', children: readLines(inner, depth + 1, reading) });
  return end;
}

function readList(
  lines: readonly string[],
  from: number,
  blocks: Block[],
  depth: number,
  reading: Reading,
): number {
  const sign = signOf(ITEM.exec(lines[from] ?? ''));
  const items: Item[] = [];
  let at = from;
  for (;;) {
    const item = ITEM.exec(lines[at] ?? '');
    if (!item || signOf(item) !== sign || reading.budget.elements <= 0) break;
    const width = item[0].length;
    const indent = (item[1] ?? '').length;
    const inner = [(lines[at] ?? '').slice(width)];
    // What is further in than the sign belongs to the item.
    for (at++; at < lines.length; at++) {
      const line = lines[at] ?? '';
      const space = line.length - line.trimStart().length;
      if (line.trim() === '' || space < Math.min(width, indent + 2)) break;
      inner.push(line.slice(Math.min(space, width)));
    }
    reading.budget.elements--;
    items.push({ number: item[3] ?? null, blocks: readLines(inner, depth + 1, reading) });
    if ((lines[at] ?? '').trim() === '' && signOf(ITEM.exec(lines[at + 1] ?? '')) === sign) at++;
  }
  blocks.push({ kind: 'list', items });
  return at;
}

/** The sign of a list: another one begins another list. */
function signOf(item: RegExpExecArray | null): string {
  if (!item) return '';
  return item[2] ?? '1';
}

function readParagraph(
  lines: readonly string[],
  from: number,
  blocks: Block[],
  depth: number,
  reading: Reading,
): number {
  let end = from + 1;
  for (; end < lines.length; end++) {
    const line = lines[end] ?? '';
    if (line.trim() === '' || FENCE.test(line) || HEADING.test(line)) break;
    if (depth < MAX_NESTING && (QUOTE.test(line) || ITEM.test(line))) break;
    reading.budget.steps += 1 + line.length;
  }
  blocks.push({ kind: 'paragraph', children: inline(lines.slice(from, end).join('\n'), reading) });
  return end;
}

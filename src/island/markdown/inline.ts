/**
 * Marks inside a line: `**bold**`, `*italics*`, `~~struck~~`, `` `code` ``, `[words](address)`, addresses and `@names`.
 * One pass with a bounded stack of open marks: the work grows with the length of the text alone, whatever it is made of.
 */
import { findMentions, type Mention } from '../../client/messages/mentions.ts';
import { Ahead } from './ahead.ts';
import { MAX_ADDRESS, readAddress, trimAddress } from './links.ts';
import { type Budget, type Inline, MAX_OPEN } from './tree.ts';

/** A mark that waits for its other half, and what was read since. */
interface Frame {
  /** `*`, `_`, `~` or `[`. */
  readonly sign: string;
  readonly width: number;
  readonly children: Inline[];
}

const ESCAPABLE = /[!-/:-@[-`{-~]/;
/** As long as `MAX_ADDRESS`. */
const ADDRESS = /https?:\/\/[^\s<>"]{1,2040}/iy;
const isLetter = (sign: string | undefined): boolean => sign !== undefined && /[a-z0-9]/i.test(sign);
const isSpace = (sign: string | undefined): boolean => sign === undefined || /\s/u.test(sign);

/** Reads marks. @param isPerson whether this lowercase name is somebody's, or everybody's */
export function readInline(text: string, isPerson: (name: string) => boolean, budget: Budget): Inline[] {
  return new Reader(text, isPerson, budget).read();
}

class Reader {
  readonly #text: string;
  readonly #isPerson: (name: string) => boolean;
  readonly #budget: Budget;
  readonly #ahead: Ahead;
  readonly #all: Inline[] = [];
  readonly #open: Frame[] = [];
  /** Names by where they begin. */
  #mentions: ReadonlyMap<number, Mention> | null = null;
  #at = 0;
  /** Where the words that stay as they are begin. */
  #plain = 0;

  constructor(text: string, isPerson: (name: string) => boolean, budget: Budget) {
    this.#text = text;
    this.#isPerson = isPerson;
    this.#budget = budget;
    this.#ahead = new Ahead(text, budget);
  }

  read(): Inline[] {
    while (this.#at < this.#text.length) {
      this.#budget.steps++;
      if (this.#budget.elements <= 0 || !this.#takeMark()) this.#at++;
    }
    this.#keepPlain();
    while (this.#open.length > 0) this.#abandon();
    return this.#all;
  }

  /** Takes what begins here, when it is a mark, and goes on behind it. */
  #takeMark(): boolean {
    const sign = this.#text[this.#at];
    if (sign === '\\') return this.#takeEscape();
    if (sign === '`') return this.#takeCode();
    if (sign === '*' || sign === '_' || sign === '~') return this.#takeRun(sign);
    if (sign === '[') return this.#begin('[', 1);
    if (sign === ']') return this.#takeLink();
    if (sign === 'h' || sign === 'H') return this.#takeAddress();
    return sign === '@' && this.#takeMention();
  }

  #takeEscape(): boolean {
    if (!ESCAPABLE.test(this.#text[this.#at + 1] ?? '')) return false;
    this.#keepPlain();
    this.#plain = this.#at + 1;
    this.#at += 2;
    return true;
  }

  #takeCode(): boolean {
    const width = this.#runOf('`');
    const from = this.#at + width;
    const end = this.#ahead.ticks(width, from);
    if (end === null) {
      this.#at = from;
      return true;
    }
    const words = this.#text.slice(from, end);
    // A space at each side is there so that code may begin and end with a backtick.
    const padded = words.startsWith(' ') && words.endsWith(' ') && words.trim() !== '';
    this.#add({ kind: 'code', text: padded ? words.slice(1, -1) : words }, end + width);
    return true;
  }

  #takeRun(sign: string): boolean {
    const run = this.#runOf(sign);
    let left = run;
    const before = this.#text[this.#at - 1];
    const after = this.#text[this.#at + run];
    // Inside a word a single sign is one of a name or a sum; doubled ones stand in the middle of a word in Chinese.
    const single = run === 1;
    const closes = !isSpace(before) && !(single && isLetter(after));
    const opens = !isSpace(after) && !(single && isLetter(before));
    if (run > 3) left = 0;
    while (closes && left > 0) {
      const width = this.#close(sign, left);
      if (width === 0) break;
      left -= width;
    }
    while (opens && left > 0) {
      const width = Math.min(left, 2);
      if ((sign === '~' && width === 1) || !this.#begin(sign, width)) break;
      left -= width;
    }
    this.#at += left || (run > 3 ? run : 0);
    return true;
  }

  /** Ends the last mark of this sign that is open; gives how wide it is, 0 when there is none. */
  #close(sign: string, most: number): number {
    const place = this.#open.findLastIndex((frame) => frame.sign === sign && frame.width <= most);
    const frame = this.#open[place];
    if (!frame) return 0;
    this.#keepPlain();
    while (this.#open.length > place + 1) this.#abandon();
    const kind = sign === '~' ? 'strike' : frame.width === 2 ? 'strong' : 'emphasis';
    this.#open.pop();
    this.#add({ kind, children: frame.children }, this.#at + frame.width);
    return frame.width;
  }

  /** `](address)` behind `[words`. */
  #takeLink(): boolean {
    const place = this.#open.findLastIndex(({ sign }) => sign === '[');
    const frame = this.#open[place];
    if (!frame || this.#text[this.#at + 1] !== '(') return false;
    const from = this.#at + 2;
    const end = this.#ahead.next(')', from);
    const href =
      end - from > MAX_ADDRESS || end === this.#text.length || this.#ahead.next(' ', from) < end
        ? null
        : readAddress(this.#text.slice(from, end));
    if (href === null) return false;
    this.#keepPlain();
    while (this.#open.length > place + 1) this.#abandon();
    this.#open.pop();
    const children = withoutLinks(frame.children);
    this.#add(
      { kind: 'link', href, children: children.length > 0 ? children : [{ kind: 'text', text: href }] },
      end + 1,
    );
    return true;
  }

  #takeAddress(): boolean {
    if (isLetter(this.#text[this.#at - 1])) return false;
    ADDRESS.lastIndex = this.#at;
    const found = ADDRESS.exec(this.#text)?.[0];
    if (found === undefined) return false;
    this.#budget.steps += found.length;
    const words = trimAddress(found);
    const href = readAddress(words);
    // What is none is not looked at again from its middle.
    if (href === null) this.#at += found.length;
    else
      this.#add({ kind: 'link', href, children: [{ kind: 'text', text: words }] }, this.#at + words.length);
    return true;
  }

  #takeMention(): boolean {
    this.#mentions ??= new Map(findMentions(this.#text).map((mention) => [mention.start, mention]));
    const mention = this.#mentions.get(this.#at);
    if (!mention || !this.#isPerson(mention.username)) return false;
    this.#add({ kind: 'mention', name: this.#text.slice(mention.start + 1, mention.end) }, mention.end);
    return true;
  }

  #begin(sign: string, width: number): boolean {
    if (this.#open.length >= MAX_OPEN) return false;
    this.#keepPlain();
    this.#open.push({ sign, width, children: [] });
    this.#go(this.#at + width);
    return true;
  }

  /** What was begun last has no end: its sign is text. */
  #abandon(): void {
    const frame = this.#open.pop();
    if (!frame) return;
    const children = this.#children;
    children.push({ kind: 'text', text: frame.sign.repeat(frame.width) });
    for (const child of frame.children) children.push(child);
    this.#budget.steps += frame.children.length;
  }

  get #children(): Inline[] {
    return this.#open.at(-1)?.children ?? this.#all;
  }

  #add(node: Inline, next: number): void {
    this.#keepPlain();
    this.#children.push(node);
    this.#budget.elements--;
    this.#go(next);
  }

  #keepPlain(): void {
    if (this.#plain < this.#at)
      this.#children.push({ kind: 'text', text: this.#text.slice(this.#plain, this.#at) });
    this.#plain = this.#at;
  }

  #go(next: number): void {
    this.#at = next;
    this.#plain = next;
  }

  #runOf(sign: string): number {
    let end = this.#at;
    while (this.#text[end] === sign) end++;
    this.#budget.steps += end - this.#at;
    return end - this.#at;
  }
}

/** A link holds no other link. */
function withoutLinks(nodes: readonly Inline[]): readonly Inline[] {
  return nodes.flatMap((node) => (node.kind === 'link' ? node.children : [node]));
}

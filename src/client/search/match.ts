/** Finding messages in segments: which say all of the words and pass the filters, the newest of them, and how many. */
import type { AccountId, ConversationId } from '../../contract/ids.ts';
import type { Entry } from './entry.ts';
import { rangeOf, type Segment, textAt } from './segment.ts';

/** What a message must be like. */
export interface Wanted {
  /** Folded; it says all of them. */
  readonly terms: readonly string[];
  /** In one of these, by one of these; null for any. */
  readonly conversations: readonly ConversationId[] | null;
  readonly accounts: readonly AccountId[] | null;
  /** Epoch milliseconds; `until` is exclusive. */
  readonly from: number;
  readonly until: number;
  /** Bits that must be set: HAS_LINK, HAS_FILE. */
  readonly has: number;
}

/** Calls back with the place of each message of the segment that is wanted, `hidden` ones left out. */
export function matchSegment(
  segment: Segment,
  wanted: Wanted,
  hidden: ReadonlySet<number>,
  found: (place: number) => void,
): void {
  const accounts = wanted.accounts && segment.accounts.map((account) => wanted.accounts?.includes(account));
  const [longest, ...others] = [...wanted.terms].sort((a, b) => b.length - a.length);
  const isWanted = (i: number): boolean => {
    const at = segment.sentAt[i] ?? 0;
    if (at < wanted.from || at >= wanted.until || hidden.has(i)) return false;
    if (((segment.has[i] ?? 0) & wanted.has) !== wanted.has) return false;
    if (accounts && !accounts[segment.account[i] ?? 0]) return false;
    if (others.length === 0) return true;
    const text = textAt(segment, i);
    return others.every((term) => text.includes(term));
  };
  for (const [from, to] of rangesOf(segment, wanted)) {
    if (longest === undefined) {
      for (let i = from; i < to; i++) if (isWanted(i)) found(i);
    } else matchRange(segment, longest, from, to, (i) => isWanted(i) && found(i));
  }
}

/** Where messages of the wanted conversations stand. */
function rangesOf(segment: Segment, { conversations }: Wanted): readonly (readonly [number, number])[] {
  if (conversations === null) return [[0, segment.size]];
  return segment.runs.flatMap(({ conversation }, run) =>
    conversations.includes(conversation) ? [rangeOf(segment, run)] : [],
  );
}

/** Places in a range whose text says the term. */
function matchRange(
  segment: Segment,
  term: string,
  from: number,
  to: number,
  found: (place: number) => void,
): void {
  const { ends } = segment;
  const start = from === 0 ? 0 : (ends[from - 1] ?? 0) + 1;
  // Cut off, or the search would run on into other conversations. No copy is made of it.
  const text = segment.text.slice(start, ends[to - 1]);
  let i = from;
  for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, (ends[i] ?? 0) - start)) {
    while ((ends[i] ?? 0) < start + at) i++;
    found(i);
  }
}

/** The same for one message alone. */
export function isMatch(entry: Entry, wanted: Wanted): boolean {
  return (
    entry.sentAt >= wanted.from &&
    entry.sentAt < wanted.until &&
    (entry.has & wanted.has) === wanted.has &&
    (wanted.accounts === null || wanted.accounts.includes(entry.account)) &&
    (wanted.conversations === null || wanted.conversations.includes(entry.conversation)) &&
    wanted.terms.every((term) => entry.text.includes(term))
  );
}

/** Keeps the latest of many, without holding on to all of them. */
export class Latest<T> {
  total = 0;
  #kept: { readonly at: number; readonly value: T }[] = [];
  /** What is as old as this is not among them. */
  #floor = Number.NEGATIVE_INFINITY;

  constructor(private readonly limit: number) {}

  /** @param make is called for what may be among them */
  add(at: number, make: () => T): void {
    this.total++;
    if (at <= this.#floor) return;
    this.#kept.push({ at, value: make() });
    if (this.#kept.length >= 2 * this.limit + 16) this.#prune();
  }

  /** The latest first. */
  values(): readonly T[] {
    this.#prune();
    return this.#kept.map(({ value }) => value);
  }

  #prune(): void {
    this.#kept.sort((a, b) => b.at - a.at);
    if (this.#kept.length <= this.limit) return;
    this.#kept.length = this.limit;
    this.#floor = this.#kept.at(-1)?.at ?? this.#floor;
  }
}

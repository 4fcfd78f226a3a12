/**
 * A few thousand messages as they are searched: their folded texts in one string, one line each, and beside it what
 * filters ask for. Scanning such strings finds any part of any word in any script, at a gigabyte a second.
 */
import type { AccountId, ConversationId } from '../../contract/ids.ts';
import type { Entry } from './entry.ts';

/** Messages in the order of their keys. */
export interface Segment {
  readonly size: number;
  /** Conversations in order, each with the place of its first message. */
  readonly runs: readonly { readonly conversation: ConversationId; readonly start: number }[];
  /** Orders of the messages one after the other, each filled up with spaces to `width`. */
  readonly orders: string;
  readonly width: number;
  readonly accounts: readonly AccountId[];
  /** Places in `accounts`. */
  readonly account: Uint32Array<ArrayBuffer>;
  readonly sentAt: Float64Array<ArrayBuffer>;
  readonly has: Uint8Array<ArrayBuffer>;
  readonly text: string;
  /** Where each line of `text` ends: the place of its line break. */
  readonly ends: Uint32Array;
}

/** @param entries in the order of their keys */
export function makeSegment(entries: readonly Entry[]): Segment {
  const accounts = [...new Set(entries.map(({ account }) => account))];
  const places = new Map(accounts.map((account, place) => [account, place]));
  const width = entries.reduce((most, { order }) => Math.max(most, order.length), 0);
  const text = entries.map((entry) => `${entry.text}\n`).join('');
  return {
    size: entries.length,
    runs: entries.flatMap(({ conversation }, start) =>
      conversation === entries[start - 1]?.conversation ? [] : [{ conversation, start }],
    ),
    orders: entries.map(({ order }) => order.padEnd(width)).join(''),
    width,
    accounts,
    account: Uint32Array.from(entries, ({ account }) => places.get(account) ?? 0),
    sentAt: Float64Array.from(entries, ({ sentAt }) => sentAt),
    has: Uint8Array.from(entries, ({ has }) => has),
    text,
    ends: lineEnds(text, entries.length),
  };
}

export function lineEnds(text: string, count: number): Uint32Array {
  const ends = new Uint32Array(count);
  let at = -1;
  for (let i = 0; i < count; i++) {
    at = text.indexOf('\n', at + 1);
    ends[i] = at;
  }
  return ends;
}

/** Everything in it again, in order. */
export function entriesOf(segment: Segment): readonly Entry[] {
  return segment.runs.flatMap(({ conversation }, run) => {
    const [from, to] = rangeOf(segment, run);
    return Array.from({ length: to - from }, (_, i) => entryAt(segment, conversation, from + i));
  });
}

function entryAt(segment: Segment, conversation: ConversationId, i: number): Entry {
  const account = segment.accounts[segment.account[i] ?? 0];
  if (account === undefined) throw new RangeError('A segment of the search index names nobody.');
  return {
    conversation,
    order: orderAt(segment, i),
    account,
    sentAt: segment.sentAt[i] ?? 0,
    has: segment.has[i] ?? 0,
    text: textAt(segment, i),
  };
}

/** Places of a run: from the first to the one after its last. */
export function rangeOf({ runs, size }: Segment, run: number): readonly [from: number, to: number] {
  return [runs[run]?.start ?? size, runs[run + 1]?.start ?? size];
}

export function textAt({ text, ends }: Segment, i: number): string {
  return text.slice(i === 0 ? 0 : (ends[i - 1] ?? 0) + 1, ends[i]);
}

export function orderAt({ orders, width }: Segment, i: number): string {
  return orders.slice(i * width, (i + 1) * width).trimEnd();
}

export function conversationAt({ runs }: Segment, i: number): ConversationId | null {
  return runs.findLast(({ start }) => start <= i)?.conversation ?? null;
}

/** The place of a message, or -1. */
export function placeOf(segment: Segment, conversation: ConversationId, order: string): number {
  const run = segment.runs.findIndex((each) => each.conversation === conversation);
  if (run < 0) return -1;
  let [low, high] = rangeOf(segment, run);
  const end = high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (orderAt(segment, middle) < order) low = middle + 1;
    else high = middle;
  }
  return low < end && orderAt(segment, low) === order ? low : -1;
}

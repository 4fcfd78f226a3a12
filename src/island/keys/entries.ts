/** What the switcher offers, and which of it somebody means by a few letters. Pure. */
import { fold } from '../fold.ts';

export interface Entry {
  /** Unique among all. */
  readonly id: string;
  readonly name: string;
  /** Something smaller beside the name: a username, how many people. */
  readonly detail: string;
  /** Unread messages. */
  readonly unread: number;
  /** What the tint of the avatar goes by; empty for a command, which has a sign instead. */
  readonly tint: string;
  /** Class of the sign of a command. */
  readonly icon: string;
  /** Epoch milliseconds; 0 for what was never used. */
  readonly usedAt: number;
  go(): void;
}

/** As many as are looked through at once. */
const MOST = 40;

/**
 * With nothing typed: the conversations used last, then the rest in the order it came. With something typed: what begins with
 * it, what has a word that begins with it, what has it anywhere; each newest first.
 */
export function matching(entries: readonly Entry[], typed: string): readonly Entry[] {
  const wanted = fold(typed.trim()).replace(/^@/, '');
  return entries
    .map((entry) => ({ entry, rank: rankOf(entry, wanted) }))
    .filter(({ rank }) => rank > 0)
    .toSorted((a, b) => b.rank - a.rank || b.entry.usedAt - a.entry.usedAt)
    .slice(0, MOST)
    .map(({ entry }) => entry);
}

/** 0 for what is not meant. */
function rankOf({ name, detail }: Entry, wanted: string): number {
  if (wanted === '') return 1;
  const [first, second] = [fold(name), fold(detail).replace(/^@/, '')];
  if (first.startsWith(wanted)) return 4;
  if (first.split(/[\s\-_.]+/u).some((word) => word.startsWith(wanted)) || second.startsWith(wanted))
    return 3;
  return first.includes(wanted) || second.includes(wanted) ? 2 : 0;
}

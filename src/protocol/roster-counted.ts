/**
 * Which new events of a verified chain count (PROTOCOL 7). A device that was removed from its account's list may have been
 * stolen, and whoever has it signs whatever they like, with any time; what it signed while it was its owner's was known before.
 */
import { equalBytes } from './hash.ts';
import { memberOf, type Roster } from './roster.ts';
import { ROSTER_ROLES, type RosterEvent } from './roster-event.ts';

/** One verified event that was not known. */
export interface NewRosterEvent {
  readonly event: RosterEvent;
  /** The roster after it. */
  readonly roster: Roster;
  /** The device that signed is on its account's list now, under the identity that the roster has. */
  readonly isCurrent: boolean;
}

/**
 * How many of these events count, from the first one on. An event of a current device counts by itself. One of a removed
 * device counts when an owner or admin has built on it with a current device: one who was it before, under the same identity.
 * Somebody whom the removed device brought in, promoted or gave another key is none.
 * @param before the roster that is known and counts; null when nothing is known, and then whoever built on it last vouches
 */
export function countedEvents(before: Roster | null, fresh: readonly NewRosterEvent[]): number {
  if (before === null) return fresh.findLastIndex(({ isCurrent }) => isCurrent) + 1;
  let counted = 0;
  let known = before;
  let previous = before;
  for (const [index, { event, roster, isCurrent }] of fresh.entries()) {
    if (isCurrent && (counted === index || mayVouch(known, previous, event.by))) {
      counted = index + 1;
      known = roster;
    }
    previous = roster;
  }
  return counted;
}

/** @param signedUnder the roster that the signature was verified with */
function mayVouch(known: Roster, signedUnder: Roster, account: Uint8Array): boolean {
  const then = memberOf(known, account);
  const now = memberOf(signedUnder, account);
  return (
    then !== null &&
    now !== null &&
    then.role <= ROSTER_ROLES.admin &&
    equalBytes(then.identity, now.identity)
  );
}

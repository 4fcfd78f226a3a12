/**
 * Which new events of a verified chain count (protocol/README 11). A device that was removed from its account's list may have been
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
 * @param before the roster that is known and counts
 */
export function countedEvents(before: Roster, fresh: readonly NewRosterEvent[]): number {
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

/**
 * The same for who knows nothing of the group yet: whoever brought them in, with a device that is current or was followed by one,
 * answers for everything up to there. Neither a name on a removed device brings somebody in, nor the word of others about it.
 * @param self account that looks, 16 B; for one that was never in it everything counts
 */
export function countedAtFirst(self: Uint8Array, chain: readonly NewRosterEvent[]): number {
  const isIn = (index: number) => {
    const at = chain[index];
    return at !== undefined && memberOf(at.roster, self) !== null;
  };
  const entry = chain.findLastIndex((_, index) => isIn(index) && !isIn(index - 1));
  const inviter = chain[entry]?.event.by;
  if (inviter === undefined) return chain.length;
  const vouched = chain.findIndex(
    ({ event, isCurrent }, index) => index >= entry && isCurrent && equalBytes(event.by, inviter),
  );
  const known = chain[vouched]?.roster;
  return known === undefined ? 0 : vouched + 1 + countedEvents(known, chain.slice(vouched + 1));
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

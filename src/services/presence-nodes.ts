/** Who is here on other nodes, as each of them says. A node that is gone takes its people along. */
import type { AccountId } from '../contract/ids.ts';
import type { PresenceState } from '../contract/presence.ts';
import type { HerePerson } from '../realtime/hub.ts';

export class PresenceNodes {
  readonly #nodes = new Map<string, Map<AccountId, PresenceState>>();

  /** Takes what a node says; gives whose state there is another one now. */
  hear(node: string, whole: boolean, people: readonly HerePerson[]): readonly AccountId[] {
    const known = this.#nodes.get(node) ?? new Map<AccountId, PresenceState>();
    this.#nodes.set(node, known);
    const before = new Map(known);
    if (whole) known.clear();
    for (const [account, state] of people)
      if (state === 'offline') known.delete(account);
      else known.set(account, state);
    const touched = new Set([...(whole ? before.keys() : []), ...people.map(([account]) => account)]);
    return [...touched].filter((account) => before.get(account) !== known.get(account));
  }

  /** Gives who was there. */
  drop(node: string): readonly AccountId[] {
    const known = this.#nodes.get(node);
    this.#nodes.delete(node);
    return [...(known?.keys() ?? [])];
  }

  forget(account: AccountId): void {
    for (const known of this.#nodes.values()) known.delete(account);
  }

  /** How somebody is there where they are most. */
  stateOf(account: AccountId): PresenceState {
    let state: PresenceState = 'offline';
    for (const known of this.#nodes.values()) state = most(state, known.get(account) ?? 'offline');
    return state;
  }
}

/** Of two states of one person the one that others are told. */
export function most(a: PresenceState, b: PresenceState): PresenceState {
  if (a === 'online' || b === 'online') return 'online';
  return a === 'away' || b === 'away' ? 'away' : 'offline';
}

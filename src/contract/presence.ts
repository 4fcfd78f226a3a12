/**
 * Who is here, and who is writing: the server's word, for those who share a conversation, while policy and person allow it.
 * What somebody says about themselves (their status) is sealed and none of the server's business.
 */
import type { AccountId, ConversationId } from './ids.ts';

/** `away`: connected, and nobody has looked for a while. */
export const PRESENCE_STATES = ['online', 'away', 'offline'] as const;
export type PresenceState = (typeof PRESENCE_STATES)[number];

export interface PresenceRecord {
  readonly account: AccountId;
  readonly state: PresenceState;
  /** Since when, epoch milliseconds; of `offline` when they were last seen, 0 for not known. */
  readonly at: number;
}

/** GET /api/v1/presence; PUT PresenceChoice answers the same. */
export interface PresenceSettings {
  /** Whether others see when one is here; one sees others only then. */
  readonly shown: boolean;
  /** What the workspace allows at all. */
  readonly allowed: { readonly presence: boolean; readonly typing: boolean };
}
export interface PresenceChoice {
  readonly shown: boolean;
}

/** What a page or a bot says of itself over its socket; whoever says nothing is told nothing. */
export type PresenceFrame =
  | { readonly do: 'presence'; readonly state: 'online' | 'away' }
  | { readonly do: 'typing'; readonly conversation: ConversationId };

/** A device says that it is writing at most this often, in milliseconds. */
export const TYPING_EVERY_MS = 3000;
/** Without another word, somebody has stopped writing after so long. */
export const TYPING_SHOWN_MS = 6000;
/** Nobody touched a page for so long: away. */
export const AWAY_AFTER_MS = 5 * 60_000;

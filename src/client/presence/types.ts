/** Who is here, who writes, and what people say of themselves. */
import type { AccountId, ConversationId } from '../../contract/ids.ts';
import type { PresenceSettings, PresenceState } from '../../contract/presence.ts';

/** The server's word. */
export interface PresenceView {
  readonly state: PresenceState;
  /** Since when, epoch milliseconds; of `offline` when they were last seen, 0 for not known. */
  readonly at: number;
}

/** A person's own words, sealed. */
export interface StatusView {
  readonly emoji: string;
  readonly text: string;
  /** Epoch milliseconds; null for one that ends with the next. */
  readonly until: number | null;
}

export interface PresenceChoices extends PresenceSettings {
  /** Whether this person lets others see that they are writing. */
  readonly typing: boolean;
}

/** Reached by `engine.presence()`, which fetches its code on demand; it takes part from the first `setActive` on. */
export interface Presence {
  /** Whether somebody is looking at this place just now. Without a word of it nobody is told anything. */
  setActive(active: boolean): void;
  /** Somebody is writing there; told at most every few seconds, and where policy and person allow it. */
  typing(conversation: ConversationId): void;
  /** Null while nothing is known of them. */
  of(account: AccountId): PresenceView | null;
  /** Who is writing there just now. */
  writers(conversation: ConversationId): readonly AccountId[];
  /** Of anybody, oneself included; null for none, and for one that is over. */
  status(account: AccountId): Promise<StatusView | null>;
  /** Throws Error with one sentence for one that is too long. */
  setStatus(status: StatusView | null): Promise<void>;
  /** Throws TransportFailed or TransportRefused, as `choose` does. */
  choices(): Promise<PresenceChoices>;
  choose(choice: { readonly shown?: boolean; readonly typing?: boolean }): Promise<PresenceChoices>;
}

/** What they say of themselves reaches so many people at most, those one wrote with last first. */
export const STATUS_PEOPLE = 200;
/** Characters of a status. */
export const MAX_STATUS_LENGTH = 80;

/**
 * The hub port: typed events to whichever sockets a device or an account holds, on this node or another one, and news that every node
 * hears. Events carry data, never HTML; the node that holds the socket renders. Losing an event is never losing a message: delivery is
 * from the store.
 */
import type { AccountId, BodyId, ConversationId, DeviceId } from '../contract/ids.ts';
import type { PresenceRecord, PresenceState } from '../contract/presence.ts';
import type { Delivery } from '../contract/relay.ts';

export type HubEvent =
  | { readonly type: 'envelope'; readonly device: DeviceId; readonly delivery: Delivery }
  /**
   * As `envelope`, where there are other nodes: what it is comes from the store, where ciphertext stays and the order is sure. A line
   * fetches what it has not pushed up to `seq`; `class` is 1 when one of several is.
   */
  | { readonly type: 'waiting'; readonly device: DeviceId; readonly seq: number; readonly class: number }
  /** A device of `account` has acknowledged the sender's message. `device` is the sender's. */
  | {
      readonly type: 'delivered';
      readonly device: DeviceId;
      readonly id: BodyId;
      readonly by: { readonly account: AccountId; readonly device: DeviceId };
    }
  | { readonly type: 'expired'; readonly device: DeviceId; readonly id: BodyId; readonly recipient: DeviceId }
  | { readonly type: 'prekeys'; readonly device: DeviceId; readonly remaining: number }
  | { readonly type: 'conversation'; readonly account: AccountId; readonly id: ConversationId }
  /** The device list of `changed` is a new one; told to `account`. */
  | { readonly type: 'devices'; readonly account: AccountId; readonly changed: AccountId }
  /** How others are, who share a conversation with `account`. */
  | { readonly type: 'presence'; readonly account: AccountId; readonly people: readonly PresenceRecord[] }
  /** `by` is writing there; told to `account`. */
  | {
      readonly type: 'typing';
      readonly account: AccountId;
      readonly conversation: ConversationId;
      readonly by: AccountId;
    }
  /** This account has another role: its sockets close, and what comes back has it. */
  | { readonly type: 'role-changed'; readonly account: AccountId }
  /** Somebody signed in from a new place; where it was, and who may know of it, is asked of `services/places`. */
  | { readonly type: 'new-place'; readonly account: AccountId; readonly id: string }
  /** These sessions have another secret: their sockets close, and come back with it. Hashes of session ids. */
  | { readonly type: 'session-moved'; readonly account: AccountId; readonly sessions: readonly string[] }
  /** These sessions ended: their sockets close now. Hashes of session ids. */
  | { readonly type: 'signed-out'; readonly account: AccountId; readonly sessions: readonly string[] };

/** What other nodes have to hear, whoever is connected to them: what they remember of it is void. */
export type News =
  /** Devices, identity or state of this account. */
  | { readonly type: 'devices'; readonly account: AccountId }
  | { readonly type: 'members'; readonly conversation: ConversationId }
  | { readonly type: 'policies' }
  /** Hashes of session ids that ended, moved, or whose holder is another one now. */
  | { readonly type: 'sessions'; readonly sessions: readonly string[] }
  /** How the people with sockets at the teller are: all of them, or those that are another way now. */
  | { readonly type: 'here'; readonly whole: boolean; readonly people: readonly HerePerson[] }
  /** Everybody says who is here, as a whole. */
  | { readonly type: 'who' }
  /** Nobody sees this account any more, wherever its sockets are. */
  | { readonly type: 'unseen'; readonly account: AccountId }
  /** What was taken of the rate limits: name of the limit, whose (a keyed hash), how many. */
  | {
      readonly type: 'taken';
      readonly takes: readonly (readonly [limit: string, who: string, count: number])[];
    }
  /** The teller has ended, or is not heard of any more. */
  | { readonly type: 'gone' };

export type HerePerson = readonly [account: AccountId, state: PresenceState];

/** To the other nodes: there is none, they are reached, they are not. */
export type Way = 'none' | 'open' | 'away';

export interface Listener {
  readonly account: AccountId;
  /** Null while the session has no device yet. */
  readonly device: DeviceId | null;
  readonly session: string;
  readonly handle: (event: HubEvent) => void;
  /** Called once, perhaps within `subscribe`: no event is missed from now on, as far as the way to the other nodes is open. */
  readonly ready?: () => void;
}

export interface Hub {
  publish(event: HubEvent): void;
  /** To the sockets of this node alone. */
  publishHere(event: HubEvent): void;
  /** To all other nodes; nothing where there are none. */
  tell(news: News): void;
  /** Calls back for what other nodes tell, in the order in which each of them told it. @param handle also given a node's random name */
  onNews(handle: (news: News, node: string) => void): void;
  /**
   * Calls back when events and news may have been missed: once the way to the other nodes is back, and again and again while it is not.
   * What is remembered is void then, and what waits in the store is looked for.
   */
  onMissed(handle: () => void): void;
  /** Gives the function that ends the subscription; `ready` of the listener says from when on it hears everything. */
  subscribe(listener: Listener): () => void;
  /** Calls back for every event of this node that no socket was there for, on any node. */
  onUnheard(handle: (event: HubEvent) => void): void;
  /** Whether a socket of this device is open, on any node. */
  hears(device: DeviceId): Promise<boolean>;
  /** Open sockets of this node, for metrics and tests. */
  readonly size: number;
  readonly way: Way;
  /** Ends the way to other nodes. */
  close(): Promise<void>;
}

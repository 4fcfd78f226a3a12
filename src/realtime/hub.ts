/**
 * The hub port: typed events to whichever sockets a device or an account holds. Events carry data, never HTML; the
 * node that holds the socket renders. Losing an event is never losing a message: delivery is from the store.
 */
import type { AccountId, BodyId, ConversationId, DeviceId } from '../contract/ids.ts';
import type { PresenceRecord } from '../contract/presence.ts';
import type { Delivery } from '../contract/relay.ts';

export type HubEvent =
  | { readonly type: 'envelope'; readonly device: DeviceId; readonly delivery: Delivery }
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
  /** Somebody signed in from a new place; told to the others of `account`. */
  | {
      readonly type: 'new-place';
      readonly account: AccountId;
      readonly id: string;
      readonly agent: string;
      readonly address: string;
      /** Epoch milliseconds. */
      readonly at: number;
      /** Of the session that was opened there, which is not told. */
      readonly session: string;
    }
  /** These sessions have another secret: their sockets close, and come back with it. Hashes of session ids. */
  | { readonly type: 'session-moved'; readonly account: AccountId; readonly sessions: readonly string[] }
  /** These sessions ended: their sockets close now. Hashes of session ids. */
  | { readonly type: 'signed-out'; readonly account: AccountId; readonly sessions: readonly string[] };

export interface Listener {
  readonly account: AccountId;
  /** Null while the session has no device yet. */
  readonly device: DeviceId | null;
  readonly session: string;
  readonly handle: (event: HubEvent) => void;
}

export interface Hub {
  publish(event: HubEvent): void;
  /** Gives the function that ends the subscription. */
  subscribe(listener: Listener): () => void;
  /** Calls back for every event that no socket was there for. */
  onUnheard(handle: (event: HubEvent) => void): void;
  /** Whether a socket of this device is open. */
  hears(device: DeviceId): boolean;
  /** Open sockets, for metrics and tests. */
  readonly size: number;
}

/** The relay: posts, deliveries, acknowledgements, and what travels over the socket `sotto.json.v1`. */
import type { Base64 } from './bytes.ts';
import type { ErrorBody, WrongDevicesBody } from './errors.ts';
import type { AccountId, BodyId, ConversationId, DeviceId } from './ids.ts';
import type { PresenceFrame, PresenceRecord } from './presence.ts';

/** The WebSocket subprotocol of the command line and of bots. The browser's page asks for none and gets HTML. */
export const SOCKET_PROTOCOL = 'sotto.json.v1';
/** Both sides send something at least this often; silence for twice as long closes the socket. */
export const HEARTBEAT_MS = 25_000;

/** Close code for a socket whose session ended: reconnecting is of no use before signing in again. */
export const SOCKET_SIGNED_OUT = 4401;
/** Close code of a server that ends, and as a rule begins anew (registered: Service Restart). */
export const SOCKET_RESTARTING = 1012;
/** Envelopes that one acknowledgement names at most, and messages that one question about statuses does. */
export const MAX_SEQS = 1000;
export const MAX_STATUSES = 200;

/**
 * Media type of POST /api/v1/messages: a binary post (src/contract/post.ts), which is the body, then one
 * envelope for each recipient device.
 */
export const POST_MEDIA_TYPE = 'application/octet-stream';

/** The relay has it on its disk. */
export interface Accepted {
  readonly id: BodyId;
  /** Relay's clock, epoch milliseconds. */
  readonly acceptedAt: number;
  /** Envelopes stored. */
  readonly recipients: number;
}

/** One envelope on its way to one device, with the body it opens. */
export interface Delivery {
  /** The relay's order for this device; acknowledge by it. */
  readonly seq: number;
  readonly id: BodyId;
  readonly class: 1 | 2;
  /** 64 zeros for class 2. */
  readonly conversation: ConversationId;
  readonly sender: { readonly account: AccountId; readonly device: DeviceId };
  readonly acceptedAt: number;
  /** How often the relay has handed it out, this time included. */
  readonly attempts: number;
  readonly body: Base64;
  readonly envelope: Base64;
}

/** GET /api/v1/envelopes?after=SEQ: what waits for this device, oldest first. */
export interface Pending {
  readonly envelopes: readonly Delivery[];
  readonly more: boolean;
}

/** POST /api/v1/acknowledgements: these are on the device's disk, opened or not. */
export interface Acknowledgement {
  readonly seqs: readonly number[];
}

/** POST /api/v1/statuses: what became of one's own messages. */
export interface StatusRequest {
  readonly ids: readonly BodyId[];
}
export interface MessageStatus {
  readonly id: BodyId;
  /** Devices of other people that acknowledged. */
  readonly delivered: readonly DeviceId[];
  /** Devices whose envelope expired unfetched: to be sealed again when they are back. */
  readonly expired: readonly DeviceId[];
  readonly pending: number;
}

/** GET /api/v1/conversations */
export interface ConversationRecord {
  readonly id: ConversationId;
  readonly kind: 'direct' | 'group';
  /** Of a group: what the server read in its roster; clients go by the roster itself. Empty when one was in it once. */
  readonly members: readonly AccountId[];
  /** Of the newest roster event; 0 for a direct conversation. */
  readonly epoch: number;
  /** Epoch milliseconds of the last class 1 body, or of creation. */
  readonly lastActivity: number;
}

/**
 * POST /api/v1/conversations: every member's list shows it at once. The id of a direct one is implied by the two accounts;
 * that of a group is the hash of its first event.
 */
export type ConversationRequest =
  | { readonly kind: 'direct'; readonly people: readonly AccountId[] }
  | { readonly kind: 'group'; readonly event: Base64 };

/** POST /api/v1/conversations/ID/roster: the next signed event. 409 Conflict when another one took its place. */
export interface RosterAppend {
  readonly event: Base64;
}

/**
 * GET /api/v1/conversations/ID/roster?after=EPOCH (-1 for all): signed events in order, at most ROSTER_EVENTS_PER_PAGE. For
 * members; for everybody while it is open; for who was a member, as far as the event that ended it.
 */
export interface RosterRecord {
  readonly events: readonly Base64[];
  /** The certificate that each event names, and the AIK that signed it; each once. */
  readonly signers: readonly { readonly certificate: Base64; readonly aik: Base64 }[];
  readonly more: boolean;
}

/** GET /api/v1/conversations/open: what anybody of the workspace may come into. */
export interface OpenConversation {
  readonly id: ConversationId;
  readonly title: string;
  readonly members: number;
}

/** What the server says over the socket: JSON, one object a frame. */
export type ServerFrame =
  | { readonly event: 'hello'; readonly release: string; readonly now: number }
  | ({ readonly event: 'envelope' } & Delivery)
  | {
      readonly event: 'delivered';
      readonly id: BodyId;
      readonly account: AccountId;
      readonly device: DeviceId;
    }
  | { readonly event: 'expired'; readonly id: BodyId; readonly device: DeviceId }
  | { readonly event: 'conversation'; readonly id: ConversationId }
  | { readonly event: 'devices'; readonly account: AccountId }
  | { readonly event: 'prekeys'; readonly remaining: number }
  | { readonly event: 'accepted'; readonly ref: number; readonly accepted: Accepted }
  | {
      readonly event: 'refused';
      readonly ref: number;
      readonly status: number;
      readonly error: ErrorBody | WrongDevicesBody;
    }
  | { readonly event: 'presence'; readonly people: readonly PresenceRecord[] }
  | { readonly event: 'typing'; readonly conversation: ConversationId; readonly account: AccountId }
  | { readonly event: 'pong' };

/** What a client says over the socket. `post` is a binary post in base64url; `ref` comes back in the answer. */
export type ClientFrame =
  | { readonly do: 'send'; readonly ref: number; readonly post: Base64 }
  | { readonly do: 'acknowledge'; readonly seqs: readonly number[] }
  | PresenceFrame
  | { readonly do: 'ping' };

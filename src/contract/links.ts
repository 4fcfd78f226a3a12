/**
 * Adding a device by approval on another one (protocol/README 10, "Approving a device"): the JSON of /api/v1/links. The
 * server hands on what it cannot read or change; records are those of src/protocol/link-request.ts and
 * link-transfer.ts.
 */
import type { DeviceUpload } from './accounts.ts';
import type { Base64 } from './bytes.ts';

/** How long a request waits for its answer, and the answer for the place: 10 minutes in milliseconds. */
export const LINK_LIFETIME_MS = 10 * 60_000;
/** Requests that the server keeps at once, of everybody together. */
export const MAX_OPEN_LINKS = 2000;
/** How often a place asks for its answer, in milliseconds. */
export const LINK_POLL_MS = 1500;

/** `answered`: approved, not yet taken. `done`: the place is a device. `cancelled` by either side. */
export type LinkState = 'waiting' | 'answered' | 'done' | 'cancelled';

export const LINK_PATHS = {
  /** POST LinkStart -> 201 LinkStarted. Needs no session. */
  links: '/api/v1/links',
  /** POST LinkToken -> LinkStatus; 410 when it is over. Needs no session. */
  state: '/api/v1/links/state',
  /** POST LinkToken -> -. Needs no session. */
  cancel: '/api/v1/links/cancel',
  /** POST LinkComplete -> 201 SignedIn, in a session bound to the new device. Needs no session. */
  complete: '/api/v1/links/complete',
  /** POST LinkFind -> LinkFound. A session with a device. */
  find: '/api/v1/links/find',
  /** POST LinkAnswer -> -. A session with a device. */
  answer: '/api/v1/links/answer',
  /** POST LinkName -> LinkOutcome, of a request that this account has answered. */
  outcome: '/api/v1/links/outcome',
  /** POST LinkName -> -: takes an answer back that was not used yet. */
  withdraw: '/api/v1/links/withdraw',
} as const;

export interface LinkStart {
  readonly request: Base64; // record 18
}
export interface LinkStarted {
  /** What the place asks with; 32 bytes. */
  readonly token: Base64;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}
export interface LinkToken {
  readonly token: Base64;
}
export interface LinkStatus {
  readonly state: LinkState;
  /** Record 21, once there is one. */
  readonly answer: Base64 | null;
}
/** The device as it publishes itself once it was approved. */
export interface LinkComplete extends DeviceUpload, LinkToken {}

/** Five characters of the code: the others stay with the person. */
export interface LinkFind {
  readonly finder: string;
}
export interface LinkFound {
  readonly request: Base64;
  /** Epoch milliseconds, by the server's clock. */
  readonly createdAt: number;
  readonly expiresAt: number;
}
/** Names a request: H of it, 32 bytes. */
export interface LinkName {
  readonly request: Base64;
}
/** The approval: good for this request and this certificate, once. */
export interface LinkAnswer extends LinkName {
  readonly certificateHash: Base64; // 32 bytes
  readonly answer: Base64; // record 21
}
export interface LinkOutcome {
  readonly state: LinkState;
}

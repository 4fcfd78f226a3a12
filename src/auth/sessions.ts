/** What a session is to the rest of the server. */
import type { Role, SessionRecord } from '../contract/accounts.ts';
import type { AccountId, DeviceId } from '../contract/ids.ts';
import type { Tx } from '../store/db.ts';

export interface Session {
  /** SHA-256 of the cookie's value, hexadecimal: what the store, the hub and lists know it by. */
  readonly id: string;
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  /** Null until a device has proved itself in this session. */
  readonly device: DeviceId | null;
  /** 32 bytes that a device signs to take this session. */
  readonly challenge: Uint8Array;
}

/** A session that acts for a device. */
export interface DeviceSession extends Session {
  readonly device: DeviceId;
}

/** Where a request comes from. */
export interface Caller {
  readonly address: string;
  readonly agent: string;
}

/** A new session and the secret that goes into the cookie. */
export interface OpenedSession {
  readonly session: Session;
  readonly token: string;
}

export interface Sessions {
  /** The session of a cookie's value, or null. From a cache of seconds that revocation clears. */
  validate(token: string): Promise<Session | null>;
  /** Opens a session inside the caller's transaction. */
  open(tx: Tx, account: AccountId, device: DeviceId | null, caller: Caller): Promise<OpenedSession>;
  /** Ends a session and opens its successor, bound to a device, in the caller's transaction; call `ended` after it. */
  rotate(tx: Tx, session: Session, device: DeviceId, caller: Caller): Promise<OpenedSession>;
  /** Newest first, for the list that a person sees. */
  list(session: Session): Promise<readonly SessionRecord[]>;
  /** Ends one session of this account by its id; NotFound when it has none of that id. */
  end(account: AccountId, id: string): Promise<void>;
  /** Ends every session of the account. */
  endAll(account: AccountId): Promise<void>;
  /** Tells caches and sockets that these sessions were deleted; after the transaction that deleted them. */
  ended(account: AccountId, ids: readonly string[]): void;
  /** Deletes what has expired; run by a job. */
  expire(): Promise<void>;
}

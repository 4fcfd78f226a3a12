/** What a session is, and the port of whoever opens and ends them. */
import type { Role, SessionRecord } from '../contract/accounts.ts';
import type { AccountId, DeviceId } from '../contract/ids.ts';
import type { NewPlace } from '../services/places.ts';
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
  /** When somebody last showed in it who they are, by password, passkey or code: epoch milliseconds. */
  readonly verifiedAt: number;
  /** Whether a passkey, a second factor or a device of theirs was shown in it, and not a password or a code alone. */
  readonly strong: boolean;
  /** The workspace wants a second factor and this session has shown none: it may do what leads to one, and nothing else. */
  readonly weak: boolean;
}

/** How somebody came to a session. */
export type Way = 'password' | 'recovery' | 'passkey' | 'link' | 'registration' | 'restart';
/** The way, and whether more than a password or a code was shown on it. */
export interface Entry {
  readonly way: Way;
  readonly strong: boolean;
}

/** A session that acts for a device. */
export interface DeviceSession extends Session {
  readonly device: DeviceId;
}

/** Where a request comes from. */
export interface Caller {
  readonly address: string;
  readonly agent: string;
  /** What the address is counted by; the address itself when it is missing. */
  readonly network?: string;
  /** SHA-256 of the cookie that a browser is known by, hexadecimal. */
  readonly browser?: string;
}

/** A new session and the secret that goes into the cookie. */
export interface OpenedSession {
  readonly session: Session;
  readonly token: string;
  /** Told to the person's other sessions once the transaction has ended. */
  readonly newPlace?: NewPlace | null;
}

export interface Sessions {
  /** The session of a cookie's value, or null. From a cache of seconds that revocation clears. */
  validate(token: string): Promise<Session | null>;
  /** Opens a session inside the caller's transaction; Forbidden for a disabled account. */
  open(
    tx: Tx,
    account: AccountId,
    device: DeviceId | null,
    caller: Caller,
    entry: Entry,
  ): Promise<OpenedSession>;
  /** Ends a session and opens its successor, bound to a device, in the caller's transaction; call `ended` after it. */
  rotate(tx: Tx, session: Session, device: DeviceId, caller: Caller): Promise<OpenedSession>;
  /**
   * Its holder has shown who they are: the session goes on under another secret, in the caller's transaction; call `moved`
   * after it. NotSignedIn when it ended meanwhile.
   * @param verifiedAt as it was, where what was shown is right and not enough
   */
  confirm(tx: Tx, session: Session, strong: boolean, verifiedAt?: number): Promise<OpenedSession>;
  /** Last used first, for the list that a person sees. */
  list(session: Session): Promise<readonly SessionRecord[]>;
  /** Ends one session of this account by its id; NotFound when it has none of that id. */
  end(account: AccountId, id: string): Promise<void>;
  /** Ends every session of the account. */
  endAll(account: AccountId): Promise<void>;
  /** Ends every session of the account but this one. */
  endOthers(session: Session): Promise<void>;
  /** The same in the caller's transaction, without a row of the audit; gives their ids for `ended`. */
  dropOthers(tx: Tx, account: AccountId, kept: string): Promise<readonly string[]>;
  /** Tells caches and sockets that these sessions were deleted; after the transaction that deleted them. */
  ended(account: AccountId, ids: readonly string[]): void;
  /** Tells caches that a session has another secret; its sockets come back with it. */
  moved(account: AccountId, from: string): void;
  /** Tells caches and sockets that the holder of these sessions has another role; after the transaction that gave it. */
  changed(account: AccountId, ids: readonly string[]): void;
  /** The Set-Cookie header that hands out this token, or takes the cookie back. */
  cookie(token: string | null): string;
  /** Deletes what has expired; run by a job. */
  expire(): Promise<void>;
}

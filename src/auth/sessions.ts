/** Sessions: opened, looked up from a cache of seconds, rotated, ended. */
import type { Role, SessionRecord } from '../contract/accounts.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { AccountId, DeviceId } from '../contract/ids.ts';
import type { Ports } from '../deps.ts';
import { Recent } from '../services/recent.ts';
import { Refusal } from '../services/refusal.ts';
import type { Tx } from '../store/db.ts';
import * as store from '../store/sessions.ts';
import { luciaWithin, openLucia, sessionId } from './lucia.ts';

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
  /** Opens a session inside the caller's transaction; Forbidden for a disabled account. */
  open(tx: Tx, account: AccountId, device: DeviceId | null, caller: Caller): Promise<OpenedSession>;
  /** Ends a session and opens its successor, bound to a device, in the caller's transaction; call `ended` after it. */
  rotate(tx: Tx, session: Session, device: DeviceId, caller: Caller): Promise<OpenedSession>;
  /** Last used first, for the list that a person sees. */
  list(session: Session): Promise<readonly SessionRecord[]>;
  /** Ends one session of this account by its id; NotFound when it has none of that id. */
  end(account: AccountId, id: string): Promise<void>;
  /** Ends every session of the account. */
  endAll(account: AccountId): Promise<void>;
  /** Tells caches and sockets that these sessions were deleted; after the transaction that deleted them. */
  ended(account: AccountId, ids: readonly string[]): void;
  /** The Set-Cookie header that hands out this token, or takes the cookie back. */
  cookie(token: string | null): string;
  /** Deletes what has expired; run by a job. */
  expire(): Promise<void>;
}

/** So that a message does not cost a query; the admin commands' changes are seen this much later. */
const CACHE = { ttl: 10_000, max: 10_000 };
/** How often a session's last use is written down. */
const TOUCH_EVERY_MS = 60_000;
/** Characters of a browser's own description that are kept. */
const MAX_AGENT = 300;

interface Known {
  readonly session: Session;
  /** When its last use was written down, epoch milliseconds. */
  touchedAt: number;
}

/** @param origin decides name and attributes of the cookie; asked when a request comes, once the port is bound */
export function createSessions(ports: Ports, origin: () => string): Sessions {
  const { db, hub, log, clock, random } = ports;
  const cache = new Recent<string, Known>(clock, CACHE);
  let opened: ReturnType<typeof openLucia> | null = null;
  const lucia = () => {
    opened ??= openLucia(db, clock, origin());
    return opened;
  };

  const touch = (id: string, now: number) => {
    db.write((tx) => store.touchSession(tx, id, now)).catch((error: unknown) => {
      log.warn('last use of a session not written', { reason: String(error) });
    });
  };

  const open: Sessions['open'] = async (tx, account, device, caller) => {
    const person = await store.personOf(tx, account);
    if (!person) throw new Refusal('Forbidden', 'This account is disabled. Ask an admin of this workspace.');
    const token = toBase64(random(32));
    const challenge = random(32);
    const now = clock();
    await luciaWithin(tx, clock).createSession(
      account,
      {
        ...person,
        device,
        challenge,
        address: caller.address,
        agent: caller.agent.slice(0, MAX_AGENT),
        created_at: now,
        last_used_at: now,
        verified_at: now,
      },
      { sessionId: token },
    );
    return {
      token,
      session: { id: sessionId(token), account, ...person, device, challenge, verifiedAt: now },
    };
  };

  const ended: Sessions['ended'] = (account, ids) => {
    if (ids.length === 0) return;
    cache.forget(ids);
    hub.publish({ type: 'signed-out', account, sessions: ids });
  };

  return {
    async validate(token) {
      const id = sessionId(token);
      const now = clock();
      const known = cache.get(id);
      if (known) {
        if (now - known.touchedAt >= TOUCH_EVERY_MS) {
          known.touchedAt = now;
          touch(id, now);
        }
        return known.session;
      }
      const since = cache.generation;
      const { session: found } = await lucia().validateSession(token);
      if (!found) return null;
      const session: Session = {
        id,
        account: found.userId,
        username: found.username,
        name: found.name,
        role: found.role,
        device: found.device,
        challenge: found.challenge,
        verifiedAt: found.verified_at,
      };
      const due = now - found.last_used_at >= TOUCH_EVERY_MS;
      if (due) touch(id, now);
      cache.put(id, { session, touchedAt: due ? now : found.last_used_at }, since);
      return session;
    },

    open,

    async rotate(tx, session, device, caller) {
      // A session that ended meanwhile has no successor.
      if (!(await store.deleteSession(tx, session.id)))
        throw new Refusal('NotSignedIn', 'This session has ended. Sign in again.');
      return open(tx, session.account, device, caller);
    },

    async list(session) {
      const now = clock();
      const rows = await store.sessionsOf(db, session.account);
      return rows
        .filter((row) => row.expires_at > now)
        .map((row) => ({
          id: row.id,
          current: row.id === session.id,
          device: row.device,
          address: row.address,
          agent: row.agent,
          createdAt: row.created_at,
          lastUsedAt: row.last_used_at,
        }));
    },

    async end(account, id) {
      const found = await db.write((tx) => store.deleteSessionOf(tx, account, id));
      if (!found) throw new Refusal('NotFound', 'That session has ended already.');
      ended(account, [id]);
    },

    async endAll(account) {
      ended(account, await db.write((tx) => store.deleteSessionsOf(tx, account)));
    },

    ended,

    cookie(token) {
      const cookie = token === null ? lucia().createBlankSessionCookie() : lucia().createSessionCookie(token);
      return cookie.serialize();
    },

    async expire() {
      await lucia().deleteExpiredSessions();
    },
  };
}

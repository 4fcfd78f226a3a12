/**
 * The only import of `lucia` (3.2.2): expiry that slides, and the cookie. Ids reach the store as SHA-256 only. Listing
 * and revoking go through the store itself.
 */
import { type Adapter, type DatabaseSession, Lucia, TimeSpan } from 'lucia';
import type { AccountId } from '../contract/ids.ts';
import type { Db, Tx } from '../store/db.ts';
import * as store from '../store/sessions.ts';

declare module 'lucia' {
  interface Register {
    Lucia: Lucia<SessionFacts>;
    UserId: AccountId;
    DatabaseSessionAttributes: SessionFacts;
  }
}

/** What a session row says besides its id, account and end. */
export type SessionFacts = Omit<store.SessionAndPerson, 'id' | 'account' | 'expires_at'>;

const DAY_MS = 24 * 3600_000;

/** Whose clock, and after how many days without use a session is over. */
export interface Lifetime {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly days: number;
}

/** Where the adapter reads and writes: the whole database, or one transaction. */
interface Place {
  readonly find: (id: string) => Promise<store.SessionAndPerson | null>;
  readonly write: <T>(change: (tx: Tx) => Promise<T>) => Promise<T>;
}

/** Validates and ends sessions. `origin` decides the cookie: `__Host-sotto` over https, `sotto` otherwise. */
export function openLucia(db: Db, lifetime: Lifetime, origin: string): Lucia<SessionFacts> {
  return create(
    { find: (id) => store.sessionById(db, id), write: (change) => db.write(change) },
    lifetime,
    origin,
  );
}

/** Opens sessions inside a transaction. */
export function luciaWithin(tx: Tx, lifetime: Lifetime): Lucia<SessionFacts> {
  return create({ find: async () => null, write: (change) => change(tx) }, lifetime, '');
}

/** What the store knows a cookie's value by: SHA-256, 64 hex characters. */
export function sessionId(token: string): string {
  return new Bun.CryptoHasher('sha256').update(token).digest('hex');
}

function create(place: Place, lifetime: Lifetime, origin: string): Lucia<SessionFacts> {
  const secure = origin.startsWith('https:');
  return new Lucia(adapter(place, lifetime), {
    sessionExpiresIn: new TimeSpan(lifetime.days, 'd'),
    sessionCookie: {
      name: secure ? '__Host-sotto' : 'sotto',
      // The cookie outlives the session, so that it need not be set again each time the end slides.
      expires: false,
      attributes: { secure, sameSite: 'lax', path: '/' },
    },
    getSessionAttributes: (facts) => facts,
  });
}

function adapter(place: Place, { clock, days }: Lifetime): Adapter {
  // Lucia asks the machine's clock; what is stored follows ours.
  const stored = (end: Date) => end.getTime() - Date.now() + clock();
  const seen = (end: number) => new Date(end - clock() + Date.now());
  return {
    async getSessionAndUser(token) {
      const row = await place.find(sessionId(token));
      if (!row) return [null, null];
      const { id: _, account, expires_at, ...attributes } = row;
      const session: DatabaseSession = {
        id: token,
        userId: account,
        // A session from when they lasted longer ends by its last use.
        expiresAt: seen(Math.min(expires_at, row.last_used_at + days * DAY_MS)),
        attributes,
      };
      return [session, { id: account, attributes: {} }];
    },
    async setSession({ id, userId, expiresAt, attributes }) {
      await place.write((tx) =>
        store.insertSession(tx, {
          ...attributes,
          id: sessionId(id),
          account: userId,
          expires_at: stored(expiresAt),
        }),
      );
    },
    async updateSessionExpiration(token, expiresAt) {
      await place.write((tx) => store.extendSession(tx, sessionId(token), stored(expiresAt)));
    },
    async deleteSession(token) {
      await place.write((tx) => store.deleteSession(tx, sessionId(token)));
    },
    async deleteUserSessions(account) {
      await place.write((tx) => store.deleteSessionsOf(tx, account));
    },
    async deleteExpiredSessions() {
      await place.write((tx) => store.deleteExpiredSessions(tx, clock(), clock() - days * DAY_MS));
    },
    async getUserSessions() {
      throw new Error('sessions are listed by the store');
    },
  };
}

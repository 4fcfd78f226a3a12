/** Sessions: opened, looked up from a cache of seconds, rotated, ended. */
import { toBase64 } from '../contract/bytes.ts';
import type { AccountId, DeviceId } from '../contract/ids.ts';
import { DEFAULT_POLICIES, type PolicyValues } from '../contract/policies.ts';
import type { Ports } from '../deps.ts';
import type { Audit } from '../services/audit.ts';
import type { Places } from '../services/places.ts';
import type { Policies } from '../services/policies.ts';
import { Recent } from '../services/recent.ts';
import { Refusal } from '../services/refusal.ts';
import type { Tx } from '../store/db.ts';
import { moveNewPlace } from '../store/places.ts';
import * as store from '../store/sessions.ts';
import { luciaWithin, openLucia, sessionId } from './lucia.ts';
import type { Caller, OpenedSession, Session, Sessions } from './session.ts';

export type * from './session.ts';

/** So that a message does not cost a query; what nobody tells, such as the admin commands' changes, is seen this much later. */
const CACHE = { ttl: 10_000, max: 10_000 };
/** Sessions of one account at a time. */
export const MAX_SESSIONS = 50;
/** How often a session's last use is written down. */
const TOUCH_EVERY_MS = 60_000;
const DAY_MS = 24 * 3600_000;
/** Characters of a browser's own description that are kept. */
const MAX_AGENT = 300;

interface Known {
  readonly session: Session;
  /** When its last use was written down, epoch milliseconds. */
  touchedAt: number;
}

/** @param origin decides name and attributes of the cookie; asked when a request comes, once the port is bound */
export function createSessions(
  ports: Ports,
  deps: { readonly audit: Audit; readonly places: Places; readonly policies: Policies },
  origin: () => string,
): Sessions {
  const { db, hub, log, clock, random } = ports;
  const { audit, places, policies } = deps;
  const cache = new Recent<string, Known>(clock, CACHE);
  /** What the policies say of sessions; read once, since every change is told. */
  let rules: Promise<PolicyValues> | null = null;
  policies.onChange((now) => {
    rules = Promise.resolve(now);
    cache.clear();
  });
  hub.onNews((news) => {
    if (news.type === 'sessions') cache.forget(news.sessions);
  });
  hub.onMissed(() => cache.clear());
  const forget = (ids: readonly string[]) => {
    cache.forget(ids);
    hub.tell({ type: 'sessions', sessions: ids });
  };
  const readRules = () => {
    rules ??= policies.read().catch((error: unknown) => {
      rules = null;
      throw error;
    });
    return rules;
  };
  let opened: { readonly days: number; readonly lucia: ReturnType<typeof openLucia> } | null = null;
  const lucia = (days = opened?.days ?? DEFAULT_POLICIES.sessionDays) => {
    if (opened?.days !== days) opened = { days, lucia: openLucia(db, { clock, days }, origin()) };
    return opened.lucia;
  };
  const isWeak = (strong: boolean, { secondFactor }: PolicyValues) => secondFactor === 'required' && !strong;

  const touch = (id: string, now: number) => {
    db.write((tx) => store.touchSession(tx, id, now)).catch((error: unknown) => {
      log.warn('last use of a session not written', { reason: String(error) });
    });
  };

  /** Whoever signs in over and over ends what they used longest ago; its sockets end with the next heartbeat. */
  const endOldest = async (tx: Tx, account: AccountId): Promise<void> => {
    const over = await store.deleteSessionsBeyond(tx, account, MAX_SESSIONS);
    if (over.length === 0) return;
    await recordEnd(tx, account, over);
    forget(over);
  };

  const insert = async (
    tx: Tx,
    account: AccountId,
    device: DeviceId | null,
    caller: Caller,
    shown: { readonly verifiedAt: number; readonly strong: boolean },
  ): Promise<OpenedSession> => {
    const values = await readRules();
    const person = await store.personOf(tx, account);
    if (!person) throw new Refusal('Forbidden', 'This account is disabled. Ask an admin of this workspace.');
    const token = toBase64(random(32));
    const challenge = random(32);
    const now = clock();
    await luciaWithin(tx, { clock, days: values.sessionDays }).createSession(
      account,
      {
        ...person,
        device,
        challenge,
        address: caller.address,
        agent: caller.agent.slice(0, MAX_AGENT),
        created_at: now,
        last_used_at: now,
        verified_at: shown.verifiedAt,
        strong: shown.strong ? 1 : 0,
      },
      { sessionId: token },
    );
    await endOldest(tx, account);
    return {
      token,
      session: {
        id: sessionId(token),
        account,
        ...person,
        device,
        challenge,
        ...shown,
        weak: isWeak(shown.strong, values),
      },
    };
  };

  const open: Sessions['open'] = async (tx, account, device, caller, { way, strong }) => {
    const made = await insert(tx, account, device, caller, { verifiedAt: clock(), strong });
    const { session } = made;
    const { address } = caller;
    await audit.record(tx, {
      actor: account,
      action: 'session.opened',
      subject: session.id,
      detail: { way, address, device },
    });
    if (way === 'password' || way === 'recovery' || way === 'passkey')
      return { ...made, newPlace: await places.arrive(tx, session, caller) };
    await places.note(tx, account, caller);
    return made;
  };
  const recordEnd = (tx: Tx, account: AccountId, ids: readonly string[]) =>
    audit.recordAll(
      tx,
      ids.map((subject) => ({ actor: account, action: 'session.ended', subject })),
    );

  const ended: Sessions['ended'] = (account, ids) => {
    if (ids.length === 0) return;
    forget(ids);
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
      const values = await readRules();
      const { session: found } = await lucia(values.sessionDays).validateSession(token);
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
        strong: found.strong === 1,
        weak: isWeak(found.strong === 1, values),
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
      const { account, verifiedAt, strong } = session;
      const made = await insert(tx, account, device, caller, { verifiedAt, strong });
      await moveNewPlace(tx, session.id, made.session.id);
      return made;
    },

    async confirm(tx, session, strong, verifiedAt = clock()) {
      const token = toBase64(random(32));
      const id = sessionId(token);
      const shown = { verifiedAt, strong: strong || session.strong };
      if (!(await store.moveSession(tx, session.id, id, shown)))
        throw new Refusal('NotSignedIn', 'This session has ended. Sign in again.');
      return { token, session: { ...session, id, ...shown, weak: session.weak && !shown.strong } };
    },

    async list(session) {
      const now = clock();
      const [rows, { sessionDays }] = await Promise.all([store.sessionsOf(db, session.account), readRules()]);
      return rows
        .filter((row) => Math.min(row.expires_at, row.last_used_at + sessionDays * DAY_MS) > now)
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
      const found = await db.write(async (tx) => {
        const isThere = await store.deleteSessionOf(tx, account, id);
        if (isThere) await recordEnd(tx, account, [id]);
        return isThere;
      });
      if (!found) throw new Refusal('NotFound', 'That session has ended already.');
      ended(account, [id]);
    },

    async endAll(account) {
      const ids = await db.write(async (tx) => {
        const all = await store.deleteSessionsOf(tx, account);
        await recordEnd(tx, account, all);
        return all;
      });
      ended(account, ids);
    },

    async endOthers({ account, id }) {
      const ids = await db.write(async (tx) => {
        const others = await store.deleteOtherSessions(tx, account, id);
        await recordEnd(tx, account, others);
        return others;
      });
      ended(account, ids);
    },

    dropOthers: (tx, account, kept) => store.deleteOtherSessions(tx, account, kept),

    ended,

    moved(account, from) {
      forget([from]);
      hub.publish({ type: 'session-moved', account, sessions: [from] });
    },

    changed(account, ids) {
      forget(ids);
      hub.publish({ type: 'role-changed', account });
    },

    cookie(token) {
      const cookie = token === null ? lucia().createBlankSessionCookie() : lucia().createSessionCookie(token);
      return cookie.serialize();
    },

    async expire() {
      await lucia((await readRules()).sessionDays).deleteExpiredSessions();
    },
  };
}

/**
 * Who is here, as far as sockets show it. Held in memory; only when somebody was last seen is kept. Whoever is not seen, by
 * policy or by choice, sees nobody either. Losing any of it loses no message.
 */
import type { AccountId, ConversationId } from '../contract/ids.ts';
import type { PolicyValues } from '../contract/policies.ts';
import type { PresenceRecord, PresenceSettings, PresenceState } from '../contract/presence.ts';
import type { Ports } from '../deps.ts';
import { noteSeen, presenceAround, presenceOf, setShown } from '../store/presence.ts';
import type { Conversations } from './conversations.ts';
import type { Policies } from './policies.ts';

/** Changes are told together, at most this often, and leaving only after this long: a page that loads anew is no absence. */
const TOLD_EVERY_MS = 1000;
const LEAVING_MS = 10_000;

/** A socket whose page or bot takes part. */
export interface Seat {
  readonly account: AccountId;
  state: 'online' | 'away';
}

export interface Presence {
  /** Takes part from now on, or says another state. Tells the newcomer how the others are. */
  say(seat: Seat): Promise<void>;
  /** Who has come into a conversation hears how the people in it are, and they hear of them. */
  meet(seat: Seat): Promise<void>;
  leave(seat: Seat): void;
  /** Tells the other members; nothing where policy or membership do not allow it. */
  typing(account: AccountId, conversation: ConversationId): Promise<void>;
  settings(account: AccountId): Promise<PresenceSettings>;
  choose(account: AccountId, shown: boolean): Promise<PresenceSettings>;
}

interface Somebody {
  readonly seats: Set<Seat>;
  /** What others were told last. */
  told: PresenceState;
  at: number;
}

export function createPresence(
  { db, hub, clock, log }: Pick<Ports, 'db' | 'hub' | 'clock' | 'log'>,
  { conversations, policies }: { readonly conversations: Conversations; readonly policies: Policies },
  delays: { readonly told: number; readonly leaving: number } = { told: TOLD_EVERY_MS, leaving: LEAVING_MS },
): Presence {
  const here = new Map<AccountId, Somebody>();
  /** Whose state may be another one, and from when on it is looked at. */
  const changed = new Map<AccountId, number>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  policies.onChange((now: PolicyValues) => {
    if (now.presence) return;
    run(forget([...here.keys()]));
  });

  return {
    async say(seat) {
      const { account } = seat;
      if (!(await isShown(account))) return;
      const known = here.get(account) ?? { seats: new Set<Seat>(), told: 'offline', at: clock() };
      const isNew = !known.seats.has(seat);
      known.seats.add(seat);
      here.set(account, known);
      plan(account, 0);
      if (isNew) hub.publish({ type: 'presence', account, people: await around(account) });
    },

    async meet({ account }) {
      const known = here.get(account);
      if (!known || !(await isShown(account))) return;
      hub.publish({ type: 'presence', account, people: await around(account) });
    },

    leave(seat) {
      const known = here.get(seat.account);
      if (!known?.seats.delete(seat)) return;
      plan(seat.account, known.seats.size === 0 ? delays.leaving : 0);
    },

    async typing(account, conversation) {
      if (!(await policies.read()).typing) return;
      const members = (await conversations.membersOf(conversation)) ?? [];
      if (!members.some((member) => member.account === account)) return;
      for (const member of members)
        if (member.account !== account)
          hub.publish({ type: 'typing', account: member.account, conversation, by: account });
    },

    settings,

    async choose(account, shown) {
      await db.write((tx) => setShown(tx, account, shown));
      if (!shown) await forget([account]);
      return settings(account);
    },
  };

  async function settings(account: AccountId): Promise<PresenceSettings> {
    const { presence, typing } = await policies.read();
    return { shown: (await presenceOf(db, account)).shown === 1, allowed: { presence, typing } };
  }

  async function isShown(account: AccountId): Promise<boolean> {
    const { shown, allowed } = await settings(account);
    return shown && allowed.presence;
  }

  /** How those are whom this person may see. */
  async function around(account: AccountId): Promise<PresenceRecord[]> {
    const people: PresenceRecord[] = [];
    for (const row of await presenceAround(db, account)) {
      if (row.shown !== 1) continue;
      const known = here.get(row.account);
      if (known && known.told !== 'offline')
        people.push({ account: row.account, state: known.told, at: known.at });
      else if (row.last_seen > 0) people.push({ account: row.account, state: 'offline', at: row.last_seen });
    }
    return people;
  }

  function plan(account: AccountId, wait: number): void {
    const due = clock() + wait;
    changed.set(account, due);
    if (timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      run(tell());
    }, delays.told);
    timer.unref();
  }

  /** One frame for each person who is told something, whatever the number of those who came and went. */
  async function tell(): Promise<void> {
    const now = clock();
    const news = new Map<AccountId, PresenceRecord[]>();
    for (const [account, due] of [...changed]) {
      if (due > now) {
        plan(account, due - now);
        continue;
      }
      changed.delete(account);
      const known = here.get(account);
      if (!known) continue;
      const state = stateOf(known);
      if (state === known.told) continue;
      known.told = state;
      known.at = now;
      await spread(account, { account, state, at: now }, news);
      if (state === 'offline') here.delete(account);
      // Coming is noted too: a server that is killed still knows when somebody was here.
      if (state !== 'away') await db.write((tx) => noteSeen(tx, account, now));
    }
    for (const [account, people] of news) hub.publish({ type: 'presence', account, people });
  }

  async function spread(
    account: AccountId,
    record: PresenceRecord,
    news: Map<AccountId, PresenceRecord[]>,
  ): Promise<void> {
    for (const other of await presenceAround(db, account)) {
      if (!here.has(other.account)) continue;
      const told = news.get(other.account) ?? [];
      told.push(record);
      news.set(other.account, told);
    }
  }

  /** Nobody is told anything of these people any more, and they are told nothing. */
  async function forget(accounts: readonly AccountId[]): Promise<void> {
    const news = new Map<AccountId, PresenceRecord[]>();
    for (const account of accounts)
      if (here.has(account)) await spread(account, { account, state: 'offline', at: 0 }, news);
    for (const account of accounts) {
      changed.delete(account);
      here.delete(account);
    }
    for (const [account, people] of news) hub.publish({ type: 'presence', account, people });
  }

  /** What goes wrong is logged, and costs nobody a message. */
  function run(work: Promise<void>): void {
    work.catch((error) =>
      log.error('presence failed', { reason: error instanceof Error ? error.message : String(error) }),
    );
  }
}

function stateOf({ seats }: Somebody): PresenceState {
  if (seats.size === 0) return 'offline';
  return [...seats].some(({ state }) => state === 'online') ? 'online' : 'away';
}

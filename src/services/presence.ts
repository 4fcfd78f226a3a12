/**
 * Who is here, as far as sockets show it. Held in memory; only when somebody was last seen is kept. Whoever is not seen, by
 * policy or by choice, sees nobody either. Losing any of it loses no message. Each node tells the people of its own sockets; what it
 * knows of the others' sockets it hears from them.
 */
import type { AccountId, ConversationId } from '../contract/ids.ts';
import type { PolicyValues } from '../contract/policies.ts';
import type { PresenceRecord, PresenceSettings, PresenceState } from '../contract/presence.ts';
import type { Ports } from '../deps.ts';
import type { HerePerson } from '../realtime/hub.ts';
import { noteSeen, presenceAround, presenceOf, setShown } from '../store/presence.ts';
import type { Conversations } from './conversations.ts';
import type { Policies } from './policies.ts';
import { most, PresenceNodes } from './presence-nodes.ts';

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
  /** On this node. */
  readonly seats: Set<Seat>;
  /** What other nodes were told last of these. */
  own: PresenceState;
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
  const nodes = new PresenceNodes();
  /** Whose node has ended: it has not noted when they were here last. */
  const orphans = new Set<AccountId>();

  hub.onNews((news, node) => {
    switch (news.type) {
      case 'here':
        for (const account of nodes.hear(node, news.whole, news.people)) plan(account, 0);
        break;
      case 'gone':
        // Its people come back to another node.
        for (const account of nodes.drop(node)) {
          orphans.add(account);
          plan(account, delays.leaving);
        }
        break;
      case 'who':
        tellAll();
        break;
      case 'unseen':
        run(forget([news.account]));
        break;
    }
  });
  let isReached = false;
  hub.onMissed(() => {
    const wasReached = isReached;
    isReached = hub.way === 'open';
    if (wasReached || !isReached) return;
    tellAll();
    hub.tell({ type: 'who' });
  });

  policies.onChange((now: PolicyValues) => {
    if (now.presence) return;
    run(forget([...here.keys()]));
  });

  return {
    async say(seat) {
      const { account } = seat;
      if (!(await isShown(account))) return;
      const known = here.get(account) ?? somebody();
      const isNew = !known.seats.has(seat);
      known.seats.add(seat);
      here.set(account, known);
      plan(account, 0);
      if (isNew) hub.publishHere({ type: 'presence', account, people: await around(account) });
    },

    async meet({ account }) {
      const known = here.get(account);
      if (!known || !(await isShown(account))) return;
      hub.publishHere({ type: 'presence', account, people: await around(account) });
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
      if (!shown) {
        hub.tell({ type: 'unseen', account });
        await forget([account]);
      }
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
    const said: HerePerson[] = [];
    for (const [account, due] of [...changed]) {
      if (due > now) {
        plan(account, due - now);
        continue;
      }
      changed.delete(account);
      const isOrphan = orphans.delete(account);
      const elsewhere = nodes.stateOf(account);
      const known = here.get(account) ?? (elsewhere === 'offline' ? null : somebody());
      if (!known) continue;
      here.set(account, known);
      const own = stateOf(known);
      const isOwn = own !== known.own;
      if (isOwn) said.push([account, own]);
      known.own = own;
      const state = most(own, elsewhere);
      if (state === known.told) continue;
      known.told = state;
      known.at = now;
      await spread(account, { account, state, at: now }, news);
      if (state === 'offline' && known.seats.size === 0) here.delete(account);
      // Coming is noted too: a server that is killed still knows when somebody was here.
      if (state !== 'away' && (isOwn || isOrphan)) await db.write((tx) => noteSeen(tx, account, now));
    }
    if (said.length > 0) hub.tell({ type: 'here', whole: false, people: said });
    for (const [account, people] of news) hub.publishHere({ type: 'presence', account, people });
  }

  function somebody(): Somebody {
    return { seats: new Set(), own: 'offline', told: 'offline', at: clock() };
  }

  function tellAll(): void {
    const people = [...here].flatMap(([account, { own }]): HerePerson[] =>
      own === 'offline' ? [] : [[account, own]],
    );
    hub.tell({ type: 'here', whole: true, people });
  }

  async function spread(
    account: AccountId,
    record: PresenceRecord,
    news: Map<AccountId, PresenceRecord[]>,
  ): Promise<void> {
    for (const other of await presenceAround(db, account)) {
      if (!here.get(other.account)?.seats.size) continue;
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
      nodes.forget(account);
    }
    for (const [account, people] of news) hub.publishHere({ type: 'presence', account, people });
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

/**
 * Where people sign in from. A sign-in from a browser and a network that are both new to an account is told to its person
 * everywhere else, until they say that it was them, or end it. Until then no session from there has a say: neither about itself, nor
 * about others that somebody opened from one more place.
 */
import type { Caller, Session } from '../auth/sessions.ts';
import { toHex } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import type { Tx } from '../store/db.ts';
import * as store from '../store/places.ts';
import type { Audit } from './audit.ts';
import type { Mail } from './mail.ts';
import { Refusal } from './refusal.ts';

/** A sign-in from a new place, as its person sees it. */
export interface NewPlace {
  readonly id: string;
  readonly agent: string;
  readonly address: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface Places {
  /** Whether the account has signed in from this network or with this browser before. */
  isKnown(account: AccountId, caller: Caller): Promise<boolean>;
  /** Notes a sign-in; gives what to tell the others when it is from a new place. The first place of an account is none. */
  arrive(tx: Tx, session: Pick<Session, 'id' | 'account'>, caller: Caller): Promise<NewPlace | null>;
  /** Notes a place that the person's own device, or an invite, vouches for. */
  note(tx: Tx, account: AccountId, caller: Caller): Promise<void>;
  /** What this session is to be told of, newest first: not of itself, nor of its own network. */
  toldTo(session: Session, caller: Caller): Promise<readonly NewPlace[]>;
  /** It was the person; NotFound when it is over, or not for this session to say. */
  dismiss(session: Session, caller: Caller, id: string): Promise<void>;
  /** It was not: the place is forgotten again. Gives the sessions to end. NotFound as before. */
  disown(session: Session, caller: Caller, id: string): Promise<readonly string[]>;
  /** Forgets what nobody has said anything to; run by a job. */
  expire(): Promise<void>;
}

const DAY_MS = 24 * 3600_000;
/** A place where somebody has not signed in for so long is new again. */
export const PLACE_MS = 365 * DAY_MS;
/** Networks, and browsers, that are known of one account; the oldest go first. */
export const MAX_PLACES = 20;
/** Notices that one page shows. */
const MAX_TOLD = 20;
/** A sign-in from a new place is told for so long. */
export const NEW_PLACE_MS = 30 * DAY_MS;

const GONE = sentence('That was answered already.');

export function createPlaces(
  { db, clock, random }: Pick<Ports, 'db' | 'clock' | 'random'>,
  { audit, mail }: { readonly audit: Audit; readonly mail: Mail },
): Places {
  const note: Places['note'] = async (tx, account, caller) => {
    const now = clock();
    const keep = { max: MAX_PLACES, since: now - PLACE_MS };
    const { network, browser } = marksOf(caller);
    await store.notePlace(tx, { account, kind: 'network', mark: network }, now, keep);
    if (browser !== '') await store.notePlace(tx, { account, kind: 'browser', mark: browser }, now, keep);
  };
  /** What one session may see and answer: whoever signed in from there cannot hide it. */
  const isFor = (session: Session, caller: Caller) => (row: store.NewPlaceRow) =>
    row.session !== session.id && row.network !== marksOf(caller).network;
  /** Removes what is known of the network of a notice. */
  const take = async (tx: Tx, session: Session, caller: Caller, id: string) => {
    const row = await store.newPlace(tx, session.account, id);
    if (!row || !isFor(session, caller)(row) || (await store.isFromNewPlace(tx, session.account, session.id)))
      throw new Refusal('NotFound', GONE);
    return store.takeNewPlaces(tx, session.account, row.network);
  };

  return {
    isKnown: (account, caller) => store.isKnownPlace(db, account, marksOf(caller), clock() - PLACE_MS),
    note,

    async arrive(tx, { id: session, account }, caller) {
      const at = clock();
      const marks = marksOf(caller);
      const isFirst = !(await store.hasPlaces(tx, account));
      const since = at - NEW_PLACE_MS;
      const isKnown = isFirst || (await store.isPlaceOf(tx, account, marks, at - PLACE_MS, since));
      await note(tx, account, caller);
      if (isKnown) return null;
      const isTold = await store.isToldOf(tx, account, marks.network, since);
      const { address, agent } = caller;
      const place = { id: toHex(random(16)), agent, address, at };
      await store.insertNewPlace(tx, { ...place, ...marks, account, session });
      // Once is enough; the row says that this session is not to be believed either.
      if (isTold) return null;
      await audit.record(tx, {
        actor: account,
        action: 'session.new-place',
        subject: session,
        detail: { address, agent },
      });
      await mail.notify(tx, account, { kind: 'new-place', agent, address, at });
      return place;
    },

    async toldTo(session, caller) {
      const rows = await store.newPlacesOf(db, session.account, clock() - NEW_PLACE_MS);
      if (rows.some((row) => row.session === session.id)) return [];
      // Of several from one network the first, which stays the same when there are more.
      const byNetwork = new Map(rows.filter(isFor(session, caller)).map((row) => [row.network, row]));
      return [...byNetwork.values()]
        .slice(0, MAX_TOLD)
        .map(({ id, agent, address, at }) => ({ id, agent, address, at }));
    },

    async dismiss(session, caller, id) {
      await db.write((tx) => take(tx, session, caller, id));
    },

    disown: (session, caller, id) =>
      db.write(async (tx) => {
        const rows = await take(tx, session, caller, id);
        for (const row of rows) {
          await store.forgetPlace(tx, row.account, 'network', row.network);
          await store.forgetPlace(tx, row.account, 'browser', row.browser);
        }
        return rows.map((row) => row.session);
      }),

    async expire() {
      await db.write((tx) => store.deleteOldPlaces(tx, clock() - NEW_PLACE_MS));
    },
  };
}

const marksOf = ({ address, network = address, browser = '' }: Caller) => ({ network, browser });

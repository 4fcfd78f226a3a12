/** What may be read of groups: their signed events, how they stand, and which ones are open. */
import type { Session } from '../auth/sessions.ts';
import { accountId, toBase64 } from '../contract/bytes.ts';
import type { AccountId, ConversationId } from '../contract/ids.ts';
import { ROSTER_EVENTS_PER_PAGE } from '../contract/limits.ts';
import { may } from '../contract/permissions.ts';
import type { ConversationRecord, OpenConversation, RosterRecord } from '../contract/relay.ts';
import type { Ports } from '../deps.ts';
import { applyRosterEvent, beginRoster, type Roster } from '../protocol/roster.ts';
import { decodeRosterEvent } from '../protocol/roster-event.ts';
import { lastActivityOf } from '../store/conversations.ts';
import * as store from '../store/rosters.ts';
import { notFound } from './conversations.ts';
import { Recent } from './recent.ts';

/** Who reads. */
export type Reader = Pick<Session, 'account' | 'role'>;

export interface RosterReader {
  /**
   * Events after an epoch, -1 for all, one page of them. For members; for everybody but guests while it is open; for who was a
   * member as far as the event that ended it. NotFound otherwise, in the words for what does not exist.
   */
  read(reader: Reader, id: ConversationId, after: number): Promise<RosterRecord>;
  /** Open groups that the reader is not in and may come into, by title. */
  open(reader: Reader): Promise<readonly OpenConversation[]>;
  /** Epoch of the last event that the reader may read, or NEWEST. NotFound for none. */
  readableTo(reader: Reader, id: ConversationId): Promise<number>;
  /**
   * The roster after an epoch, or the newest one before it; null for anything that is no group. Events never change, so what
   * is known of them stays true.
   */
  rosterOf(id: ConversationId, last: number): Promise<Roster | null>;
  /** A group as its members see it, or for who was one as it was when they went. NotFound for others. */
  standingFor(reader: Reader, id: ConversationId): Promise<ConversationRecord>;
}

/** As the last epoch: whatever comes. */
export const NEWEST = Number.MAX_SAFE_INTEGER;
/** Rosters that are being changed now; the rest is read again from the first event. */
const CACHE = { ttl: 600_000, max: 100 };

export function createRosterReader({ db, clock }: Pick<Ports, 'db' | 'clock'>): RosterReader {
  const rosters = new Recent<ConversationId, Roster>(clock, CACHE);

  return {
    readableTo,
    rosterOf,

    async read(reader, id, after) {
      // What may be read is asked after the reading: an event that came in between is not shown to who went by it.
      const found = await store.rosterEvents(db, id, after, ROSTER_EVENTS_PER_PAGE + 1);
      const last = await readableTo(reader, id);
      const readable = found.filter(({ epoch }) => epoch <= last);
      const page = readable.slice(0, ROSTER_EVENTS_PER_PAGE);
      const hashes = new Map(page.map(({ certificate }) => [certificate.toHex(), certificate]));
      const signers = await store.rosterCertificates(db, [...hashes.values()]);
      return {
        events: page.map(({ event }) => toBase64(event)),
        signers: signers.map(({ certificate, aik }) => ({
          certificate: toBase64(certificate),
          aik: toBase64(aik),
        })),
        more: readable.length > page.length,
      };
    },

    async open({ account, role }) {
      if (!may(role, 'groups.make')) return [];
      return (await store.openGroups(db, account)).map(({ id, title, members }) => ({ id, title, members }));
    },

    async standingFor(reader, id) {
      const last = await readableTo(reader, id);
      const roster = await rosterOf(id, last);
      if (!roster) throw notFound();
      const lastActivity = last === NEWEST ? await lastActivityOf(db, id) : roster.time;
      return { id, kind: 'group', members: accountsOf(roster).sort(), epoch: roster.epoch, lastActivity };
    },
  };

  async function readableTo({ account, role }: Reader, id: ConversationId): Promise<number> {
    const access = await store.accessTo(db, account, id);
    const mayEnter = access?.is_open === 1 && may(role, 'groups.make');
    if (access && (mayEnter || access.is_member === 1)) return NEWEST;
    if (!access || access.ended === null) throw notFound();
    return access.ended;
  }

  async function rosterOf(id: ConversationId, last: number): Promise<Roster | null> {
    const known = rosters.get(id) ?? null;
    let roster = known && known.epoch <= last ? known : null;
    let rows: readonly store.RosterEventRow[];
    do {
      const next = await store.rosterEvents(db, id, roster?.epoch ?? -1, ROSTER_EVENTS_PER_PAGE);
      rows = next.filter(({ epoch }) => epoch <= last);
      for (const { event } of rows) {
        const decoded = decodeRosterEvent(event);
        roster = roster === null ? beginRoster(decoded) : applyRosterEvent(roster, decoded);
      }
    } while (rows.length === ROSTER_EVENTS_PER_PAGE);
    if (roster && roster.epoch >= (known?.epoch ?? 0)) rosters.put(id, roster, rosters.generation);
    return roster;
  }
}

/** The members of a roster, in no order; none without one. */
export const accountsOf = (roster: Roster | null): AccountId[] =>
  [...(roster?.members.values() ?? [])].map(({ account }) => accountId(account));

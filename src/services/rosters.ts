/** Groups and their membership (PROTOCOL 7): signed events, checked, kept in order, and handed out to who may read them. */
import type { DeviceSession } from '../auth/sessions.ts';
import { accountId, conversationId, toBase64 } from '../contract/bytes.ts';
import type { AccountId, ConversationId } from '../contract/ids.ts';
import { ROSTER_EVENTS_PER_PAGE } from '../contract/limits.ts';
import type { ConversationRecord, OpenConversation, RosterRecord } from '../contract/relay.ts';
import type { Ports } from '../deps.ts';
import { equalBytes } from '../protocol/hash.ts';
import { noble } from '../protocol/noble.ts';
import { applyRosterEvent, beginRoster, type Roster, type RosterMember } from '../protocol/roster.ts';
import { decodeRosterEvent, type HashedRosterEvent } from '../protocol/roster-event.ts';
import { accountById } from '../store/accounts.ts';
import { insertConversation, lastActivityOf } from '../store/conversations.ts';
import type { Tx } from '../store/db.ts';
import { deviceOf } from '../store/devices.ts';
import * as store from '../store/rosters.ts';
import { type Conversations, notFound } from './conversations.ts';
import { unknownDevice } from './devices.ts';
import { Recent } from './recent.ts';
import type { Recipients } from './recipients.ts';
import { Refusal } from './refusal.ts';
import {
  checkAuthor,
  checkConversation,
  checkOrder,
  checkPeople,
  checkTitle,
  type RosterAuthor,
  readRosterEvent,
  verifiedRoster,
} from './roster-checks.ts';

export interface Rosters {
  /**
   * A group by its signed first event; the same event again gives the same group. ValidationError (form, signature, another
   * author, an identity that is another one now, too large), NotFound and Forbidden for people who cannot be members.
   */
  create(session: DeviceSession, event: Uint8Array): Promise<ConversationRecord>;
  /**
   * The next signed event of a group; the same event again gives the same answer. As `create`, and: NotFound for who may not
   * read it, Forbidden for what its author may not do, Conflict when another event has its place.
   */
  append(session: DeviceSession, id: ConversationId, event: Uint8Array): Promise<ConversationRecord>;
  /**
   * Events after an epoch, -1 for all, one page of them. For members; for everybody while it is open; for who was a member
   * as far as the event that ended it. NotFound otherwise, in the words for what does not exist.
   */
  read(account: AccountId, id: ConversationId, after: number): Promise<RosterRecord>;
  /** Open groups that the account is not in, by title. */
  open(account: AccountId): Promise<readonly OpenConversation[]>;
}

/** As the last epoch: whatever comes. */
const NEWEST = Number.MAX_SAFE_INTEGER;
/** Rosters that are being changed now; the rest is read again from the first event. */
const CACHE = { ttl: 600_000, max: 100 };

export function createRosters(
  { db, hub, clock, random }: Pick<Ports, 'db' | 'hub' | 'clock' | 'random'>,
  services: {
    readonly devices: Pick<Recipients, 'recipientsOf'>;
    readonly conversations: Pick<Conversations, 'forget'>;
  },
): Rosters {
  const { devices, conversations } = services;
  const crypto = { provider: noble, random, clock };
  const rosters = new Recent<ConversationId, Roster>(clock, CACHE);

  return {
    async create(session, signed) {
      const decoded = readRosterEvent(signed);
      const id = conversationId(decoded.hash);
      const author = await authorOf(session);
      checkAuthor(decoded, author, clock());
      if (!(await inPlace(id, decoded))) {
        checkTitle(decoded.event);
        const roster = await verifiedRoster(crypto, signed, null, author);
        await checkPeople(db, devices, decoded.event, roster);
        await keep(id, decoded, signed, { author, before: null, roster });
      }
      return standingFor(session.account, id);
    },

    async append(session, id, signed) {
      const decoded = readRosterEvent(signed);
      checkConversation(decoded, id);
      const author = await authorOf(session);
      const last = await readableTo(session.account, id);
      checkAuthor(decoded, author, clock());
      if (decoded.event.epoch <= last && (await inPlace(id, decoded)))
        return standingFor(session.account, id);
      const before = last === NEWEST ? await rosterOf(id, last) : null;
      if (!before) throw notFound();
      if (decoded.event.epoch !== before.epoch + 1 || !equalBytes(decoded.event.previous, before.head))
        throw overtaken();
      checkOrder(decoded, before);
      checkTitle(decoded.event);
      const roster = await verifiedRoster(crypto, signed, before, author);
      await checkPeople(db, devices, decoded.event, roster);
      await keep(id, decoded, signed, { author, before, roster });
      return standingFor(session.account, id);
    },

    async read(account, id, after) {
      // What may be read is asked after the reading: an event that came in between is not shown to who went by it.
      const found = await store.rosterEvents(db, id, after, ROSTER_EVENTS_PER_PAGE + 1);
      const last = await readableTo(account, id);
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

    async open(account) {
      return (await store.openGroups(db, account)).map(({ id, title, members }) => ({ id, title, members }));
    },
  };

  async function authorOf(session: DeviceSession): Promise<RosterAuthor> {
    const [account, device] = await Promise.all([
      accountById(db, session.account),
      deviceOf(db, session.account, session.device),
    ]);
    if (!account || !device) throw unknownDevice();
    return { session, device, aik: account.aik };
  }

  /** Epoch of the last event that the account may read. NotFound for none. */
  async function readableTo(account: AccountId, id: ConversationId): Promise<number> {
    const access = await store.accessTo(db, account, id);
    if (access && (access.is_open === 1 || access.is_member === 1)) return NEWEST;
    if (!access || access.ended === null) throw notFound();
    return access.ended;
  }

  /** True when this very event has its place already; Conflict when another one has. */
  async function inPlace(id: ConversationId, { event, hash }: HashedRosterEvent): Promise<boolean> {
    const [row] = await store.rosterEvents(db, id, event.epoch - 1, 1);
    if (!row || row.epoch !== event.epoch) return false;
    if (!equalBytes(row.hash, hash)) throw overtaken();
    return true;
  }

  /**
   * The roster after an epoch, or the newest one; null for anything that is no group. Events never change, so what is known
   * of them stays true.
   */
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

  /** Stores an event and what follows from it, tells everybody whom it concerns. Conflict when its place was taken. */
  async function keep(
    id: ConversationId,
    { event, hash }: HashedRosterEvent,
    signed: Uint8Array,
    change: { readonly author: RosterAuthor; readonly before: Roster | null; readonly roster: Roster },
  ): Promise<void> {
    const { author, before, roster } = change;
    const { session, device, aik } = author;
    const { epoch } = event;
    const certificate = device.certificate_hash;
    const now = clock();
    const stored = await db.write(async (tx) => {
      if (!(await store.holdsCertificate(tx, session.account, session.device, certificate)))
        throw unknownDevice();
      if (before === null && !(await insertConversation(tx, id, 'group', now))) return false;
      await store.keepRosterCertificate(tx, { hash: certificate, certificate: device.certificate, aik });
      if (!(await store.insertRosterEvent(tx, { conversation: id, epoch, hash, certificate, event: signed })))
        throw overtaken();
      await moveMembers(tx, id, before, roster);
      const { open, title } = roster.policy;
      await store.updateGroup(tx, id, { epoch, is_open: open, title });
      return true;
    });
    if (!stored) return;
    conversations.forget(id);
    for (const account of new Set([...accountsOf(before), ...accountsOf(roster)]))
      hub.publish({ type: 'conversation', account, id });
  }

  /** A group as its members see it, or for who was one as it was when they went. */
  async function standingFor(account: AccountId, id: ConversationId): Promise<ConversationRecord> {
    const last = await readableTo(account, id);
    const roster = await rosterOf(id, last);
    if (!roster) throw notFound();
    const lastActivity = last === NEWEST ? await lastActivityOf(db, id) : roster.time;
    return { id, kind: 'group', members: accountsOf(roster).sort(), epoch: roster.epoch, lastActivity };
  }
}

/** Writes what differs between two rosters. */
async function moveMembers(tx: Tx, id: ConversationId, before: Roster | null, after: Roster): Promise<void> {
  for (const [key, member] of before?.members ?? [])
    if (!after.members.has(key)) await store.endMembership(tx, id, accountId(member.account), after.epoch);
  for (const [key, member] of after.members)
    if (!isSame(before?.members.get(key), member))
      await store.putMember(tx, id, {
        account: accountId(member.account),
        identity: member.identity,
        role: member.role,
      });
}

const isSame = (before: RosterMember | undefined, after: RosterMember): boolean =>
  before !== undefined && before.role === after.role && equalBytes(before.identity, after.identity);

const accountsOf = (roster: Roster | null): AccountId[] =>
  [...(roster?.members.values() ?? [])].map(({ account }) => accountId(account));

const overtaken = (): Refusal =>
  new Refusal('Conflict', 'The members of this group are other ones now. Look at them and try again.');

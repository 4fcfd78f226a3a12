/**
 * Changes of groups and their membership (protocol/README 11, "Membership"): signed events, checked and kept in order.
 */
import type { DeviceSession } from '../auth/sessions.ts';
import { accountId, conversationId } from '../contract/bytes.ts';
import type { ConversationId } from '../contract/ids.ts';
import type { ConversationRecord } from '../contract/relay.ts';
import type { Ports } from '../deps.ts';
import { runtime } from '../native/runtime.ts';
import { equalBytes } from '../protocol/hash.ts';
import type { Roster, RosterMember } from '../protocol/roster.ts';
import { type HashedRosterEvent, ROSTER_OPS } from '../protocol/roster-event.ts';
import { accountById } from '../store/accounts.ts';
import { insertConversation } from '../store/conversations.ts';
import type { Tx } from '../store/db.ts';
import { deviceOf } from '../store/devices.ts';
import * as store from '../store/rosters.ts';
import type { Audit } from './audit.ts';
import { type Conversations, notFound } from './conversations.ts';
import { unknownDevice } from './devices.ts';
import type { Policies } from './policies.ts';
import type { Recipients } from './recipients.ts';
import { Refusal } from './refusal.ts';
import {
  checkAuthor,
  checkConversation,
  checkOrder,
  checkPeople,
  checkSuite,
  checkTitle,
  type RosterAuthor,
  readRosterEvent,
  verifiedRoster,
} from './roster-checks.ts';
import { accountsOf, createRosterReader, NEWEST, type RosterReader } from './roster-reader.ts';

export interface Rosters extends Pick<RosterReader, 'read' | 'open'> {
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
}

export function createRosters(
  { db, hub, clock, random }: Pick<Ports, 'db' | 'hub' | 'clock' | 'random'>,
  services: {
    readonly devices: Pick<Recipients, 'recipientsOf'>;
    readonly conversations: Pick<Conversations, 'forget'>;
    readonly policies: Pick<Policies, 'read'>;
    readonly audit: Pick<Audit, 'record'>;
  },
): Rosters {
  const { devices, conversations, audit } = services;
  const crypto = { provider: runtime, random, clock };
  const reader = createRosterReader({ db, clock });

  return {
    read: reader.read,
    open: reader.open,

    async create(session, signed) {
      const decoded = readRosterEvent(signed);
      const id = conversationId(decoded.hash);
      const author = await authorOf(session);
      checkAuthor(decoded, author, clock());
      if (!(await inPlace(id, decoded))) {
        checkTitle(decoded.event);
        const roster = await verifiedRoster(crypto, signed, null, author);
        checkSuite(roster, (await services.policies.read()).suite);
        await checkPeople(db, devices, decoded.event, roster);
        await keep(id, decoded, signed, { author, before: null, roster });
      }
      return reader.standingFor(session, id);
    },

    async append(session, id, signed) {
      const decoded = readRosterEvent(signed);
      checkConversation(decoded, id);
      const author = await authorOf(session);
      const last = await reader.readableTo(session, id);
      checkAuthor(decoded, author, clock());
      if (decoded.event.epoch <= last && (await inPlace(id, decoded))) return reader.standingFor(session, id);
      const before = last === NEWEST ? await reader.rosterOf(id, last) : null;
      if (!before) throw notFound();
      if (decoded.event.epoch !== before.epoch + 1 || !equalBytes(decoded.event.previous, before.head))
        throw overtaken();
      checkOrder(decoded, before);
      checkTitle(decoded.event);
      const roster = await verifiedRoster(crypto, signed, before, author);
      await checkPeople(db, devices, decoded.event, roster);
      await keep(id, decoded, signed, { author, before, roster });
      return reader.standingFor(session, id);
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

  /** True when this very event has its place already; Conflict when another one has. */
  async function inPlace(id: ConversationId, { event, hash }: HashedRosterEvent): Promise<boolean> {
    const [row] = await store.rosterEvents(db, id, event.epoch - 1, 1);
    if (!row || row.epoch !== event.epoch) return false;
    if (!equalBytes(row.hash, hash)) throw overtaken();
    return true;
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
      await audit.record(tx, {
        actor: session.account,
        action: before === null ? 'conversation.made' : 'roster.changed',
        subject: id,
        detail: before === null ? { kind: 'group' } : { epoch, op: opName(event.op) },
      });
      return true;
    });
    if (!stored) return;
    conversations.forget(id);
    for (const account of new Set([...accountsOf(before), ...accountsOf(roster)]))
      hub.publish({ type: 'conversation', account, id });
  }
}

/** What an event does, as the protocol calls it. */
const opName = (op: number): string =>
  Object.entries(ROSTER_OPS).find(([, code]) => code === op)?.[0] ?? String(op);

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

const overtaken = (): Refusal =>
  new Refusal('Conflict', 'The members of this group are other ones now. Look at them and try again.');

/** The groups of a FakeRelay: their signed events in order, one at each place, as the contract has it. */
import type { DirectoryEntry } from '../../contract/accounts.ts';
import { accountId, conversationId, fromBase64, fromHex, toBase64 } from '../../contract/bytes.ts';
import type { AccountId, ConversationId } from '../../contract/ids.ts';
import { ROSTER_EVENTS_PER_PAGE } from '../../contract/limits.ts';
import type { ConversationRecord, OpenConversation, RosterRecord } from '../../contract/relay.ts';
import { decodeCertificate } from '../../protocol/certificate.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { equalBytes, hash } from '../../protocol/hash.ts';
import { applyRosterEvent, beginRoster, memberOf, type Roster } from '../../protocol/roster.ts';
import { decodeRosterEvent } from '../../protocol/roster-event.ts';
import { refused } from './refusals.ts';
import type { FakeRelay } from './relay.ts';

interface Group {
  readonly events: string[];
  /** After each event. */
  readonly rosters: Roster[];
}

const NOWHERE = () => refused(404, 'NotFound', 'There is no such conversation among yours.');

export class FakeRosters {
  readonly groups = new Map<ConversationId, Group>();
  /** Every certificate that was ever shown, by its hash in hexadecimal. */
  private readonly signers = new Map<string, RosterRecord['signers'][number]>();

  constructor(private readonly relay: FakeRelay) {}

  /** Remembers who may sign. */
  note(aik: string, certificates: readonly string[]): void {
    for (const certificate of certificates) {
      const hash = decodeCertificate(fromBase64(certificate)).hash.toHex();
      if (!this.signers.has(hash)) this.signers.set(hash, { certificate, aik });
    }
  }

  create(from: AccountId, event: string): ConversationRecord {
    const decoded = decodeRosterEvent(fromBase64(event));
    const id = conversationId(decoded.hash);
    const known = this.groups.get(id);
    if (known === undefined) {
      if (accountId(decoded.event.by) !== from) throw refused(403, 'Forbidden', 'Somebody else signed this.');
      const group: Group = { events: [event], rosters: [ruled(() => beginRoster(decoded))] };
      this.groups.set(id, group);
      this.keep(id, group, []);
    }
    return this.record(id);
  }

  append(from: AccountId, id: ConversationId, event: string): ConversationRecord {
    const group = this.groups.get(id);
    const head = group?.rosters.at(-1);
    if (group === undefined || head === undefined) throw NOWHERE();
    const decoded = decodeRosterEvent(fromBase64(event));
    const { epoch } = decoded.event;
    const same = group.rosters[epoch];
    if (same !== undefined && equalBytes(same.head, decoded.hash)) return this.record(id);
    if (epoch !== head.epoch + 1) throw refused(409, 'Conflict', 'The members are other ones now.');
    if (accountId(decoded.event.by) !== from) throw refused(403, 'Forbidden', 'Somebody else signed this.');
    const next = ruled(() => applyRosterEvent(head, decoded));
    group.events.push(event);
    group.rosters.push(next);
    this.keep(
      id,
      group,
      [...head.members.values()].map(({ account }) => accountId(account)),
    );
    return this.record(id);
  }

  /** What the relay makes of a group, for its own list and for everybody who listens. */
  private keep(id: ConversationId, { rosters }: Group, before: readonly AccountId[]): void {
    const roster = rosters.at(-1);
    if (roster === undefined) throw NOWHERE();
    const members = [...roster.members.values()].map(({ account }) => accountId(account)).sort();
    const lastActivity = this.relay.conversations.get(id)?.lastActivity ?? this.relay.clock();
    this.relay.conversations.set(id, { id, kind: 'group', members, epoch: roster.epoch, lastActivity });
    this.tell(id, new Set([...before, ...members]));
  }

  /** Tells the devices of these accounts that a conversation is another one now. */
  tell(id: ConversationId, accounts: ReadonlySet<AccountId>): void {
    for (const { account, listener } of this.relay.devices.values())
      if (accounts.has(account)) listener?.({ event: 'conversation', id });
  }

  private record(id: ConversationId): ConversationRecord {
    const record = this.relay.conversations.get(id);
    if (record === undefined) throw NOWHERE();
    return record;
  }

  page(from: AccountId, id: ConversationId, after: number): RosterRecord {
    const group = this.groups.get(id);
    if (group === undefined) throw NOWHERE();
    const last = this.lastFor(from, group);
    const events = group.events.slice(after + 1, Math.min(last + 1, after + 1 + ROSTER_EVENTS_PER_PAGE));
    const named = new Set(
      events.map((event) => decodeRosterEvent(fromBase64(event)).event.certificate.toHex()),
    );
    return this.relay.knobs.roster(from, id, {
      events,
      signers: [...named].flatMap((hash) => this.signers.get(hash) ?? []),
      more: after + events.length < last,
    });
  }

  /** Epoch of the last event that an account may see. */
  private lastFor(from: AccountId, { rosters }: Group): number {
    const head = rosters.at(-1);
    const account = fromHex(from);
    if (head === undefined) throw NOWHERE();
    if (head.policy.open === 1 || memberOf(head, account) !== null) return head.epoch;
    const left = rosters.findLastIndex((roster) => memberOf(roster, account) !== null);
    if (left < 0) throw NOWHERE();
    return left + 1;
  }

  open(from: AccountId): readonly OpenConversation[] {
    return [...this.groups].flatMap(([id, { rosters }]) => {
      const head = rosters.at(-1);
      if (head === undefined || head.policy.open !== 1 || memberOf(head, fromHex(from)) !== null) return [];
      return [{ id, title: head.policy.title, members: head.members.size }];
    });
  }

  /** Whether a roster names the identity that somebody has now; also for who is in no roster at all. */
  names(id: ConversationId, entry: DirectoryEntry | undefined): boolean {
    const head = this.groups.get(id)?.rosters.at(-1);
    const member = head === undefined || entry === undefined ? null : memberOf(head, fromHex(entry.account));
    return member === null || entry === undefined || equalBytes(member.identity, hash(fromBase64(entry.aik)));
  }

  /** Every event of a group, signed, as base64url. */
  eventsOf(id: ConversationId): readonly string[] {
    return this.groups.get(id)?.events ?? [];
  }

  /** Puts an event in its place without looking at it: what a hostile relay may do. */
  force(id: ConversationId, signed: Uint8Array, roster: Roster): void {
    const group = this.groups.get(id);
    if (group === undefined) throw NOWHERE();
    group.events.push(toBase64(signed));
    group.rosters.push(roster);
    this.keep(id, group, []);
  }
}

function ruled(work: () => Roster): Roster {
  try {
    return work();
  } catch (error) {
    if (isProtocolError(error)) throw refused(403, 'Forbidden', error.message);
    throw error;
  }
}

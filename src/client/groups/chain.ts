/**
 * A group's membership as this device has verified it: store `conversations`, `r/ID/EPOCH` is one signed event. Events are
 * only ever added, each after its signature has verified, so what is read here is decoded and not verified again.
 */
import { accountId, conversationId } from '../../contract/bytes.ts';
import {
  type AccountId,
  type ConversationId,
  type DeviceId,
  isAccountId,
  isDeviceId,
} from '../../contract/ids.ts';
import { equalBytes } from '../../protocol/hash.ts';
import { applyRosterEvent, beginRoster, type Roster, type RosterMember } from '../../protocol/roster.ts';
import {
  decodeRosterEvent,
  type HashedRosterEvent,
  ROSTER_OPS,
  ROSTER_ROLES,
  type RosterEvent,
  type RosterOp,
  type RosterPolicy,
} from '../../protocol/roster-event.ts';
import type { GroupRole } from '../engine-types.ts';
import { type Operation, type Reads, sortable } from '../operation.ts';
import { bytes, decodeStored, number, type Of, record, word } from '../stored.ts';

/** One verified event. */
export const StoredEvent = record({
  /** As it came: record and signature. */
  signed: bytes,
  /** The rosterHash of contents that go by it, 32 bytes. */
  hash: bytes,
  /** Its own time, epoch milliseconds. */
  time: number,
  account: word(isAccountId),
  device: word(isDeviceId),
});
export type StoredEvent = Of<typeof StoredEvent>;

const prefixOf = (id: ConversationId) => `r/${id}/`;
const eventKey = (id: ConversationId, epoch: number) => prefixOf(id) + sortable(epoch);

/** What is kept of one event for as long as the engine is open. */
export interface Link {
  readonly hash: string;
  readonly time: number;
  readonly op: RosterOp;
  readonly account: AccountId;
  readonly device: DeviceId;
}

/** Who was in a group after each of its events. */
export class Chain {
  private readonly epochs = new Map<string, number>();
  /** What each account became, by the epoch from which it was so; null for gone. */
  private readonly stays = new Map<
    AccountId,
    { readonly from: number; readonly member: RosterMember | null }[]
  >();

  private constructor(
    private newest: Roster,
    private readonly each: Link[],
  ) {}

  /** @throws ProtocolError E_FORMAT, E_ROSTER for events that no device has verified */
  static begin(stored: StoredEvent): Chain {
    const decoded = decodeRosterEvent(stored.signed);
    const chain = new Chain(beginRoster(decoded), []);
    chain.note(stored, decoded.event, new Map());
    return chain;
  }

  /** @throws ProtocolError E_FORMAT, E_ROSTER */
  add(stored: StoredEvent): void {
    const decoded = decodeRosterEvent(stored.signed);
    const before = this.newest.members;
    this.newest = applyRosterEvent(this.newest, decoded);
    this.note(stored, decoded.event, before);
  }

  private note(stored: StoredEvent, event: RosterEvent, before: Roster['members']): void {
    const { epoch, members } = this.newest;
    const hash = stored.hash.toHex();
    const { time, account, device } = stored;
    this.each.push({ hash, time, op: event.op, account, device });
    this.epochs.set(hash, epoch);
    for (const key of new Set([...before.keys(), ...members.keys()])) {
      const member = members.get(key) ?? null;
      if (member === (before.get(key) ?? null) || !isAccountId(key)) continue;
      const stays = this.stays.get(key) ?? [];
      stays.push({ from: epoch, member });
      this.stays.set(key, stays);
    }
  }

  /** The group after its newest event. */
  get head(): Roster {
    return this.newest;
  }
  /** By epoch. */
  get links(): readonly Link[] {
    return this.each;
  }

  /** Epoch of the event with this hash (32 bytes), or null. */
  epochOf(hash: Uint8Array): number | null {
    return this.epochs.get(hash.toHex()) ?? null;
  }

  /** The member that an account was after the event of that epoch, or null. */
  memberAt(epoch: number, account: AccountId): RosterMember | null {
    return this.stays.get(account)?.findLast(({ from }) => from <= epoch)?.member ?? null;
  }

  /** The member that an account is now, or null. */
  member(account: AccountId): RosterMember | null {
    return this.memberAt(this.newest.epoch, account);
  }

  /** Epoch of the event with which an account came in for the last time, or null for one that never did. */
  entryOf(account: AccountId): number | null {
    const stays = this.stays.get(account) ?? [];
    const at = stays.findLastIndex(
      ({ member }, i) => member !== null && (stays[i - 1]?.member ?? null) === null,
    );
    return stays[at]?.from ?? null;
  }

  /** Epoch from which a member has had the identity that they have now: they came in with it, or it was confirmed; null for nobody. */
  identitySince(account: AccountId): number | null {
    const own = this.member(account);
    if (own === null) return null;
    const stays = this.stays.get(account) ?? [];
    const other = stays.findLastIndex(
      ({ member }) => member === null || !equalBytes(member.identity, own.identity),
    );
    return stays[other + 1]?.from ?? null;
  }

  /** Epoch of the newest event that brought somebody in; 0 is the creation. */
  get lastAddition(): number {
    return Math.max(
      0,
      this.each.findLastIndex(({ op }) => ADDING.has(op)),
    );
  }
}
const ADDING: ReadonlySet<RosterOp> = new Set([
  ROSTER_OPS.create,
  ROSTER_OPS.add,
  ROSTER_OPS.join,
  ROSTER_OPS.rekey,
]);

/** Who is in a group now, in the order of their ids. */
export const accountsOf = (roster: Roster): readonly AccountId[] =>
  [...roster.members.values()].map(({ account }) => accountId(account)).sort();

const ROLES: Readonly<Record<number, GroupRole>> = {
  [ROSTER_ROLES.owner]: 'owner',
  [ROSTER_ROLES.admin]: 'admin',
  [ROSTER_ROLES.member]: 'member',
  [ROSTER_ROLES.guest]: 'guest',
};
/** A role by its name; null for nobody. */
export const roleOf = (member: RosterMember | null): GroupRole | null =>
  member === null ? null : (ROLES[member.role] ?? null);

const HISTORIES = ['none', 'fromInvitation', 'all'] as const;
/** What a policy lets members who come later read; what this release does not know is nothing. */
export const historyOf = ({ history }: RosterPolicy): (typeof HISTORIES)[number] =>
  HISTORIES[history] ?? 'none';

/** Owners and admins. */
export const mayLead = (member: RosterMember | null): boolean =>
  member !== null && member.role <= ROSTER_ROLES.admin;

/** Writes a verified event. */
export function writeEvent(op: Operation, { event, hash }: HashedRosterEvent, stored: StoredEvent): void {
  const id = event.epoch === 0 ? conversationId(hash) : conversationId(event.conversation);
  op.write('conversations', eventKey(id, event.epoch), StoredEvent, stored);
}

/** The verified event of an epoch, or null. */
export async function readEvent(
  reads: Reads,
  id: ConversationId,
  epoch: number,
): Promise<StoredEvent | null> {
  return decodeStored(StoredEvent, await reads.get('conversations', eventKey(id, epoch)));
}

const CHAINS = new WeakMap<object, Map<ConversationId, Chain>>();

/**
 * The chain of a group, or null for one that this device has verified nothing of. Kept in memory for as long as `owner`
 * lives, and brought up to what is stored. Not for an operation that has written events itself: what it is about to drop would
 * stay in memory.
 */
export async function loadChain(reads: Reads, owner: object, id: ConversationId): Promise<Chain | null> {
  const chains = CHAINS.get(owner) ?? new Map<ConversationId, Chain>();
  CHAINS.set(owner, chains);
  let chain = chains.get(id) ?? null;
  const prefix = prefixOf(id);
  const after = chain === null ? {} : { after: eventKey(id, chain.head.epoch) };
  for (const [, value] of await reads.list('conversations', { prefix, ...after })) {
    const stored = decodeStored(StoredEvent, value);
    if (chain === null) chain = Chain.begin(stored);
    // Two loads may cross: the other one has added it.
    else if (chain.epochOf(stored.hash) === null) chain.add(stored);
  }
  if (chain !== null) chains.set(id, chain);
  return chain;
}

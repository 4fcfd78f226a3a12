/**
 * Membership (PROTOCOL 7): who is in a conversation, by the chain of its events. A direct conversation has one event that
 * nobody signs or chooses, so both sides know its id.
 */
import { malformed, ProtocolError } from './errors.ts';
import { compareBytes, equalBytes, hash } from './hash.ts';
import { fixed, record } from './record.ts';
import {
  DEFAULT_POLICY,
  type HashedRosterEvent,
  MAX_ROSTER_MEMBERS,
  ROSTER_OPS,
  ROSTER_ROLES,
  type RosterEvent,
  type RosterPolicy,
  type RosterRole,
  type RosterSubject,
} from './roster-event.ts';
import { isLive } from './suite.ts';

/** The first and only event of a direct conversation: both accounts in bytewise order, unsigned. */
export const directGenesisRecord = record(8, 'direct conversation', {
  /** 16 B. */
  lower: fixed(16),
  /** 16 B. */
  higher: fixed(16),
});

/**
 * The id of the direct conversation of two accounts (16 B each), in either order: 32 B. It is its rosterHash too.
 * @throws E_FORMAT for twice the same account
 */
export function directConversationId(one: Uint8Array, other: Uint8Array): Uint8Array {
  const order = compareBytes(one, other);
  if (order === 0) throw malformed('a direct conversation has two accounts');
  const [lower, higher] = order < 0 ? [one, other] : [other, one];
  return hash(directGenesisRecord.encode({ lower, higher }));
}

/** Somebody in a conversation. */
export interface RosterMember {
  /** 16 B. */
  readonly account: Uint8Array;
  /** H of the AIK that an admin has signed for, 32 B. */
  readonly identity: Uint8Array;
  readonly role: RosterRole;
}

/** A conversation after an event. Plain data, never changed in place. */
export interface Roster {
  /** Hash of the first event, 32 B. */
  readonly conversation: Uint8Array;
  /** Of the newest event. */
  readonly epoch: number;
  /** Hash of the newest event, 32 B: what contents name as rosterHash. */
  readonly head: Uint8Array;
  /** Of the newest event, epoch ms. */
  readonly time: number;
  /** By the account's 32 hexadecimal characters. */
  readonly members: ReadonlyMap<string, RosterMember>;
  readonly policy: RosterPolicy;
}

const ZEROS = new Uint8Array(32);
const refuse = (why: string): ProtocolError => new ProtocolError('E_ROSTER', why);

/** The member of this account (16 B), or null. */
export const memberOf = (roster: Roster, account: Uint8Array): RosterMember | null =>
  roster.members.get(account.toHex()) ?? null;

/** The roster that a first event begins. Nothing is verified but the rules. @throws E_ROSTER */
export function beginRoster({ event, hash: head }: HashedRosterEvent): Roster {
  const { op, subjects, nonce } = event;
  if (op !== ROSTER_OPS.create || event.epoch !== 0) throw refuse('a conversation begins with its creation');
  if (!equalBytes(event.conversation, ZEROS) || !equalBytes(event.previous, ZEROS) || nonce === null)
    throw refuse('a first event names nothing before it');
  const owners = subjects.filter(({ role }) => role === ROSTER_ROLES.owner);
  const [owner] = owners;
  if (owners.length !== 1 || owner === undefined || !equalBytes(owner.account, event.by))
    throw refuse('who creates a conversation is its only owner');
  const policy = event.policy ?? DEFAULT_POLICY;
  checkSuite(policy);
  return {
    conversation: head,
    epoch: 0,
    head,
    time: event.time,
    members: withMembers(new Map(), subjects, null),
    policy,
  };
}

/**
 * The roster after the next event. The rules are checked here, the signature by `verifyRosterEvent`.
 * @throws E_ROSTER for an event that does not follow, or that its signer may not make; E_LIMIT above 200 members
 */
export function applyRosterEvent(roster: Roster, { event, hash: head }: HashedRosterEvent): Roster {
  if (!equalBytes(event.conversation, roster.conversation)) throw refuse('an event of another conversation');
  if (event.epoch !== roster.epoch + 1 || !equalBytes(event.previous, roster.head))
    throw refuse('an event that does not follow the newest one');
  if (event.time < roster.time) throw refuse('an event from before the newest one');
  if (event.nonce !== null) throw refuse('only a first event has a nonce');
  if ((event.op === ROSTER_OPS.policy) !== (event.policy !== null))
    throw refuse('a policy in another event, or none in its own');
  const next = { ...roster, epoch: event.epoch, head, time: event.time };
  return { ...next, ...changeOf(roster, event) };
}

function changeOf(roster: Roster, event: RosterEvent): Partial<Pick<Roster, 'members' | 'policy'>> {
  const { op, subjects } = event;
  const signer = memberOf(roster, event.by);
  if (op === ROSTER_OPS.join) return { members: joined(roster, event) };
  if (signer === null) throw refuse('somebody who is no member');
  if (op === ROSTER_OPS.leave) {
    if (subjects.length > 0) throw refuse('who leaves, leaves alone');
    return { members: without(roster, [signer]) };
  }
  if (signer.role > ROSTER_ROLES.admin) throw refuse('only owners and admins may do this');
  const named = subjects.map((subject) => ({ subject, member: memberOf(roster, subject.account) }));
  if (op === ROSTER_OPS.policy || op === ROSTER_OPS.confirm) {
    if (subjects.length > 0) throw refuse('an event about nobody that names somebody');
    return event.policy === null ? {} : { policy: nextPolicy(roster.policy, event.policy) };
  }
  if (subjects.length === 0) throw refuse('an event about somebody that names nobody');
  if (op === ROSTER_OPS.add) {
    if (named.some(({ member }) => member !== null)) throw refuse('somebody who is a member already');
    return { members: withMembers(roster.members, subjects, signer.role) };
  }
  const present = named.map(({ subject, member }) => {
    if (member === null) throw refuse('somebody who is no member');
    return { subject, member };
  });
  if (op === ROSTER_OPS.rekey)
    return { members: withMembers(roster.members, present.map(rekeyedBy(signer)), null) };
  for (const { subject, member } of present) {
    if (!mayChange(signer, member)) throw refuse('somebody whom the signer may not change');
    if (!equalBytes(subject.identity, member.identity)) throw refuse('another identity than the member has');
  }
  if (op === ROSTER_OPS.remove) {
    if (subjects.some(({ role }) => role !== 0)) throw refuse('a role for somebody who goes');
    return {
      members: without(
        roster,
        present.map(({ member }) => member),
      ),
    };
  }
  if (op === ROSTER_OPS.role) {
    const members = withMembers(roster.members, subjects, signer.role);
    if (hasOwner(roster.members) && !hasOwner(members))
      throw refuse('the last owner cannot become anything else before there is another one');
    return { members };
  }
  throw refuse('a second creation');
}

/**
 * A new identity for a member. Any admin may confirm anybody's: with one person who lost everything, a group must not stand
 * still. The role comes along only as far as the signer's own: an admin who names a key of their own as the owner's would
 * else be the owner.
 */
const rekeyedBy =
  (signer: RosterMember) =>
  ({
    subject,
    member,
  }: {
    readonly subject: RosterSubject;
    readonly member: RosterMember;
  }): RosterSubject => {
    if (subject.role !== 0) throw refuse('a role with a new identity');
    return { ...subject, role: Math.max(member.role, signer.role) };
  };

const hasOwner = (members: ReadonlyMap<string, RosterMember>): boolean =>
  [...members.values()].some(({ role }) => role === ROSTER_ROLES.owner);

/** Owners may change everybody, admins those who are neither owner nor admin; and everybody themselves. */
function mayChange(signer: RosterMember, member: RosterMember): boolean {
  return (
    signer.role === ROSTER_ROLES.owner ||
    member.role > signer.role ||
    equalBytes(signer.account, member.account)
  );
}

/** @param giver role of who gives roles, which bounds them; null when they are not given now */
function withMembers(
  members: ReadonlyMap<string, RosterMember>,
  subjects: readonly RosterSubject[],
  giver: RosterRole | null,
): ReadonlyMap<string, RosterMember> {
  const next = new Map(members);
  for (const { account, identity, role } of subjects) {
    if (!isRole(role)) throw refuse('a role that there is not');
    if (giver !== null && role < giver) throw refuse('a role above the one who gives it');
    next.set(account.toHex(), { account, identity, role });
  }
  if (next.size > MAX_ROSTER_MEMBERS)
    throw new ProtocolError('E_LIMIT', `more than ${MAX_ROSTER_MEMBERS} members`);
  return next;
}

const isRole = (role: number): role is RosterRole => Object.values<number>(ROSTER_ROLES).includes(role);

function without(roster: Roster, gone: readonly RosterMember[]): ReadonlyMap<string, RosterMember> {
  const next = new Map(roster.members);
  for (const { account } of gone) next.delete(account.toHex());
  return next;
}

function joined(roster: Roster, { by, subjects }: RosterEvent): ReadonlyMap<string, RosterMember> {
  const [subject] = subjects;
  if (roster.policy.open !== 1) throw refuse('this conversation is not open');
  if (subjects.length !== 1 || subject === undefined || !equalBytes(subject.account, by))
    throw refuse('who joins, joins alone');
  if (memberOf(roster, by) !== null) throw refuse('somebody who is a member already');
  if (subject.role !== ROSTER_ROLES.member) throw refuse('who joins is a member');
  return withMembers(roster.members, subjects, null);
}

/** A policy only raises the suite, and never says anew what the conversation follows. */
function nextPolicy(before: RosterPolicy, after: RosterPolicy): RosterPolicy {
  if (after.suite < before.suite) throw refuse('a lower suite than before');
  checkSuite(after);
  if (after.predecessor !== null) throw refuse('only a first event names a predecessor');
  return { ...after, predecessor: before.predecessor };
}

/** What is raised is never lowered again: a number that nobody can meet would end the conversation for good. */
function checkSuite({ suite }: RosterPolicy): void {
  if (!isLive(suite)) throw refuse('a suite that is not used here');
}

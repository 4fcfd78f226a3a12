/** What each kind of roster event changes, and who may make it (protocol/README 11, "Membership"). */
import { equalBytes } from './hash.ts';
import {
  ROSTER_OPS,
  ROSTER_ROLES,
  type RosterEvent,
  type RosterPolicy,
  type RosterSubject,
} from './roster-event.ts';
import { memberOf, type Roster, type RosterMember, refuse, withMembers, without } from './roster-members.ts';
import { isLive } from './suite.ts';

/** What an event that follows changes. @throws E_ROSTER for what its signer may not do; E_LIMIT above 200 members */
export function changeOf(roster: Roster, event: RosterEvent): Partial<Pick<Roster, 'members' | 'policy'>> {
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
export function checkSuite({ suite }: RosterPolicy): void {
  if (!isLive(suite)) throw refuse('a suite that is not used here');
}

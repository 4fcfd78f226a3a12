/**
 * Membership (protocol/README 11, "Membership"): who is in a conversation, by the chain of its events. A direct
 * conversation has one event that nobody signs or chooses, so both sides know its id.
 */
import { compareBytes, equalBytes, hash } from './hash.ts';
import { fixed, record } from './record.ts';
import { DEFAULT_POLICY, type HashedRosterEvent, ROSTER_OPS, ROSTER_ROLES } from './roster-event.ts';
import { type Roster, refuse, withMembers } from './roster-members.ts';
import { changeOf, checkSuite } from './roster-rules.ts';

export { memberOf, type Roster, type RosterMember } from './roster-members.ts';

/** The first and only event of a direct conversation: both accounts in bytewise order, unsigned. */
const directGenesisRecord = record(8, 'direct conversation', {
  /** 16 B. */
  lower: fixed(16),
  /** 16 B. */
  higher: fixed(16),
});

/**
 * The id of the direct conversation of two accounts (16 B each), in either order: 32 B. It is its rosterHash too. Twice the same
 * account is the conversation with oneself. @throws E_FORMAT for what is no account
 */
export function directConversationId(one: Uint8Array, other: Uint8Array): Uint8Array {
  const [lower, higher] = compareBytes(one, other) < 0 ? [one, other] : [other, one];
  return hash(directGenesisRecord.encode({ lower, higher }));
}

const ZEROS = new Uint8Array(32);

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

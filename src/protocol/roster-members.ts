/** Who is in a conversation after an event, as plain data. */
import { ProtocolError } from './errors.ts';
import {
  MAX_ROSTER_MEMBERS,
  ROSTER_ROLES,
  type RosterPolicy,
  type RosterRole,
  type RosterSubject,
} from './roster-event.ts';

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

/** The member of this account (16 B), or null. */
export const memberOf = (roster: Roster, account: Uint8Array): RosterMember | null =>
  roster.members.get(account.toHex()) ?? null;

/** A breach of the rules. */
export const refuse = (why: string): ProtocolError => new ProtocolError('E_ROSTER', why);

/**
 * Members with these put in, or over what stood there of them.
 * @param giver role of who gives roles, which bounds them; null when they are not given now
 * @throws E_ROSTER for a role that there is not, or above the giver's; E_LIMIT above 200 members
 */
export function withMembers(
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

/** Members without these. */
export function without(roster: Roster, gone: readonly RosterMember[]): ReadonlyMap<string, RosterMember> {
  const next = new Map(roster.members);
  for (const { account } of gone) next.delete(account.toHex());
  return next;
}

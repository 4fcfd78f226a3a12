/**
 * One event of a group's membership (protocol/README 11, "Membership"). Wire: record || HSig "roster" by the device
 * whose certificate the event names (3,373 B). Its hash covers the record alone.
 */
import { concat, Writer } from './codec.ts';
import { malformed } from './errors.ts';
import { hash } from './hash.ts';
import { SIGNATURE_BYTES, type Signer, signHybrid } from './identity.ts';
import type { Crypto } from './ports.ts';
import { bytes, fixed, list, optional, type RecordOf, record, text, u8, u16, u64 } from './record.ts';
import { SUITE_FLOOR } from './suite.ts';

/** `op` of an event. */
export const ROSTER_OPS = {
  /** The first event: its subjects are the first members, the signer as owner among them. */
  create: 1,
  add: 2,
  remove: 3,
  /** The signer goes. */
  leave: 4,
  role: 5,
  policy: 6,
  /** An admin confirms the new identity of members who lost theirs. */
  rekey: 7,
  /** The signer comes into an open conversation. */
  join: 8,
  /** An admin signs what stands before anew, when the device that signed it is gone. */
  confirm: 9,
} as const;
export type RosterOp = (typeof ROSTER_OPS)[keyof typeof ROSTER_OPS];

/** Roles in a conversation; smaller numbers may do more. 0 where an event says nothing of it. */
export const ROSTER_ROLES = { owner: 1, admin: 2, member: 3, guest: 4 } as const;
export type RosterRole = (typeof ROSTER_ROLES)[keyof typeof ROSTER_ROLES];

/** Members of a conversation, at most. */
export const MAX_ROSTER_MEMBERS = 200;
const SUBJECT_BYTES = 16 + 32 + 1;
const MAX_POLICY_BYTES = 1024;
/** Bytes of a signed event, at most: every field of its record full, each with 5 bytes of frame, then the signature. */
export const MAX_ROSTER_EVENT_BYTES =
  1 +
  10 * 5 +
  32 +
  8 +
  32 +
  1 +
  MAX_ROSTER_MEMBERS * SUBJECT_BYTES +
  16 +
  32 +
  8 +
  32 +
  MAX_POLICY_BYTES +
  SIGNATURE_BYTES;

/** Who an event is about. */
export interface RosterSubject {
  /** 16 B. */
  readonly account: Uint8Array;
  /** H of the account's AIK, 32 B. */
  readonly identity: Uint8Array;
  /** ROSTER_ROLES, or 0 where the op leaves the role as it is. */
  readonly role: number;
}

/** What members who come later may be given of what was written before. */
export const ROSTER_HISTORY = { none: 0, fromInvitation: 1, all: 2 } as const;

const policyRecord = record(22, 'roster policy', {
  /** 1: any account of the workspace may come in by itself. */
  open: u8,
  /** The name of an open conversation, which those who are not in it see, and so does the server; else empty. */
  title: text(256),
  /** ROSTER_HISTORY. */
  history: u8,
  /** Suite that members need at least; never lowered. */
  suite: u16,
  /** The conversation that this one follows when no admin was left there, 32 B. Only in the first event. */
  predecessor: optional(fixed(32)),
});
export type RosterPolicy = RecordOf<typeof policyRecord>;

/** The policy of a conversation that nobody has changed. */
export const DEFAULT_POLICY: RosterPolicy = {
  open: 0,
  title: '',
  history: ROSTER_HISTORY.none,
  suite: SUITE_FLOOR,
  predecessor: null,
};

const eventRecord = record(7, 'roster event', {
  /** 32 B; zeros in the first event, whose hash becomes the id. */
  conversation: fixed(32),
  /** Counts events from 0. */
  epoch: u64,
  /** Hash of the event before, 32 B; zeros in the first. */
  previous: fixed(32),
  op: u8,
  subjects: list(SUBJECT_BYTES, MAX_ROSTER_MEMBERS),
  /** Account that signs, 16 B. */
  by: fixed(16),
  /** H of the certificate of the device that signs, 32 B. */
  certificate: fixed(32),
  /** Signer's clock, epoch ms; never before the event before. */
  time: u64,
  /** 32 random bytes in the first event, so that two groups never share an id. */
  nonce: optional(fixed(32)),
  /** In `create` and `policy`. */
  policy: optional(bytes(MAX_POLICY_BYTES)),
});

/** One event, as it is read. */
export interface RosterEvent {
  readonly conversation: Uint8Array;
  readonly epoch: number;
  readonly previous: Uint8Array;
  readonly op: RosterOp;
  readonly subjects: readonly RosterSubject[];
  readonly by: Uint8Array;
  readonly certificate: Uint8Array;
  readonly time: number;
  readonly nonce: Uint8Array | null;
  readonly policy: RosterPolicy | null;
}

export interface HashedRosterEvent {
  readonly event: RosterEvent;
  /** H of the record without its signature, 32 B: the rosterHash of contents. */
  readonly hash: Uint8Array;
}

const isOp = (op: number): op is RosterOp => Object.values<number>(ROSTER_OPS).includes(op);

/** What holds for every event, whoever signs it. */
function checkShape({
  op,
  subjects,
  policy,
}: Pick<RosterEvent, 'subjects' | 'policy'> & { op: number }): void {
  if (!isOp(op)) throw malformed('an event of a kind that no Sotto makes');
  if (new Set(subjects.map(({ account }) => account.toHex())).size !== subjects.length)
    throw malformed('an event that names somebody twice');
  if (policy === null) return;
  if (policy.open > 1 || policy.history > ROSTER_HISTORY.all) throw malformed('a policy that no Sotto makes');
  if (policy.open === 0 && policy.title !== '')
    throw malformed('a name in the clear for a conversation that is not open');
}

/** The record of an event, without a signature. @throws E_FORMAT for what nobody would read either */
export function encodeRosterEvent(event: RosterEvent): Uint8Array {
  checkShape(event);
  return eventRecord.encode({
    ...event,
    subjects: event.subjects.map(({ account, identity, role }) =>
      new Writer().fixed(account, 16).fixed(identity, 32).u8(role).finish(),
    ),
    policy: event.policy === null ? null : policyRecord.encode(event.policy),
  });
}

/** Reads a signed event and verifies nothing but its form. @throws E_FORMAT */
export function decodeRosterEvent(signed: Uint8Array): HashedRosterEvent {
  const [encoded] = splitRosterEvent(signed);
  const { op, subjects, policy, ...rest } = eventRecord.decode(encoded);
  if (!isOp(op)) throw malformed('an event of a kind that no Sotto makes');
  const event: RosterEvent = {
    ...rest,
    op,
    subjects: subjects.map((each) => ({
      account: each.slice(0, 16),
      identity: each.slice(16, 48),
      role: each[48] ?? 0,
    })),
    policy: policy === null ? null : policyRecord.decode(policy),
  };
  checkShape(event);
  return { event, hash: hash(encoded) };
}

/** The record and the signature of a signed event. @throws E_FORMAT */
export function splitRosterEvent(signed: Uint8Array): readonly [encoded: Uint8Array, signature: Uint8Array] {
  const end = signed.length - SIGNATURE_BYTES;
  if (end <= 0) throw malformed('a roster event without its signature');
  if (signed.length > MAX_ROSTER_EVENT_BYTES) throw malformed('a roster event of too many bytes');
  return [signed.subarray(0, end), signed.subarray(end)];
}

/** Signs an event by a device. @param dik pair of the certificate that the event names @throws E_FORMAT */
export async function signRosterEvent(crypto: Crypto, dik: Signer, event: RosterEvent): Promise<Uint8Array> {
  const encoded = encodeRosterEvent(event);
  return concat(encoded, await signHybrid(crypto, dik, 'roster', encoded));
}

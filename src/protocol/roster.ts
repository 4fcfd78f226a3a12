/**
 * Membership (PROTOCOL 7): the chain of events that says who is in a conversation. A direct conversation has one event
 * that nobody signs or chooses, so both sides know its id.
 */
import { malformed } from './errors.ts';
import { compareBytes, hash } from './hash.ts';
import { bytes, fixed, optional, type RecordOf, record, u8, u64 } from './record.ts';

/** `op` of an event. */
export const ROSTER_OPS = {
  create: 1,
  add: 2,
  remove: 3,
  leave: 4,
  role: 5,
  policy: 6,
  rekey: 7,
} as const;
/** `role` of an event; 0 where it says nothing. */
export const ROSTER_ROLES = { owner: 1, admin: 2, member: 3, guest: 4 } as const;

/** One event of a group's chain; HSig "roster" by an admin's device covers the encoding. */
export const rosterEventRecord = record(7, 'roster event', {
  /** 32 B; zeros in the first event, whose hash becomes the id. */
  conversation: fixed(32),
  epoch: u64,
  /** Hash of the event before, 32 B; zeros in the first. */
  previous: fixed(32),
  /** ROSTER_OPS. */
  op: u8,
  /** Whom it is about, 16 B. */
  account: optional(fixed(16)),
  /** H of that account's AIK, 32 B. */
  identity: optional(fixed(32)),
  /** ROSTER_ROLES, or 0. */
  role: u8,
  /** Who signs: account and device, 16 B each. */
  by: fixed(16),
  device: fixed(16),
  /** Epoch ms. */
  time: u64,
  /** 32 random bytes in the first event, so that two groups never share an id. */
  nonce: optional(fixed(32)),
  /** What a policy event sets. */
  policy: bytes(1024),
});
export type RosterEvent = RecordOf<typeof rosterEventRecord>;

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

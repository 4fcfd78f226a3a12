/**
 * A session as bytes: `u8 version | record`. Unknown versions and anything malformed are E_FORMAT; what is encoded decodes
 * to the same session and back to the same bytes.
 */
import { concat, Reader, Writer } from './codec.ts';
import { malformed } from './errors.ts';
import { bytes, type Field, fixed, optional, type RecordCodec, record, u8, u16, u32, u64 } from './record.ts';
import type { ReceivingChain, Session } from './session-state.ts';

/** Version of the encoding. */
export const SESSION_VERSION = 1;
const MAX_BYTES = 1 << 20;

/** A field that holds another record. */
const nested = <T>(codec: RecordCodec<T>): Field<T> => ({
  max: MAX_BYTES,
  encode: (value) => codec.encode(value),
  decode: (encoded) => {
    if (encoded === null) throw malformed('a part of the session is absent');
    return codec.decode(encoded);
  },
});

/** A field that holds any number of one record, each length-prefixed. */
const many = <T>(codec: RecordCodec<T>): Field<readonly T[]> => ({
  max: MAX_BYTES,
  encode: (items) => items.reduce((writer, item) => writer.lp(codec.encode(item)), new Writer()).finish(),
  decode: (encoded) => {
    const reader = new Reader(encoded ?? new Uint8Array());
    const items: T[] = [];
    while (reader.left > 0) items.push(codec.decode(reader.lp(MAX_BYTES)));
    return items;
  },
});

const flag: Field<boolean> = {
  max: 1,
  encode: (value) => Uint8Array.of(value ? 1 : 0),
  decode: (encoded) => {
    const byte = u8.decode(encoded);
    if (byte > 1) throw malformed('a flag that is neither 0 nor 1');
    return byte === 1;
  },
};

const role: Field<Session['role']> = {
  max: 1,
  encode: (value) => Uint8Array.of(value === 'initiator' ? 1 : 2),
  decode: (encoded) => {
    const byte = u8.decode(encoded);
    if (byte !== 1 && byte !== 2) throw malformed('a role that is neither');
    return byte === 1 ? 'initiator' : 'responder';
  },
};

const skipped = record(112, 'skipped key', { n: u32, keys: fixed(64), at: u64 });
const seen = record(113, 'opened message', { n: u32, digest: fixed(32), proofKey: fixed(32) });
const receiving: RecordCodec<ReceivingChain> = record(114, 'receiving chain', {
  dh: fixed(32),
  pqe: u32,
  chainKey: bytes(32),
  next: u32,
  skipped: many(skipped),
  seen: many(seen),
});
const sending = record(115, 'sending chain', {
  dh: fixed(32),
  pqe: u32,
  chainKey: fixed(32),
  next: u32,
  pn: u32,
  startedAt: u64,
});
const pair = record(116, 'ratchet key pair', { secret: fixed(32), dh: fixed(32) });
const ratchet = record(117, 'ratchet', {
  rootKey: fixed(32),
  own: optional(nested(pair)),
  sending: optional(nested(sending)),
  stepDue: flag,
  peerDh: bytes(32),
  receiving: many(receiving),
});
const offered = record(118, 'offered epoch', { epoch: u32, seed: fixed(64), keyHash: fixed(32) });
const ready = record(119, 'ready epoch', { epoch: u32, secret: fixed(32) });
const answered = record(120, 'answered epoch', {
  epoch: u32,
  keyHash: fixed(32),
  ciphertext: fixed(1088),
  secret: fixed(32),
  sent: flag,
});
const pq = record(121, 'epochs', {
  epoch: u32,
  offered: optional(nested(offered)),
  ready: optional(nested(ready)),
  answered: optional(nested(answered)),
  traffic: u32,
  since: u64,
  advancedAt: u64,
  offeredAt: u64,
});
const init = record(122, 'handshake under way', {
  certificateA: fixed(32),
  certificateB: fixed(32),
  signedPrekeyId: u32,
  oneTimeId: optional(u32),
  ephemeral: fixed(32),
  ciphertext: fixed(1088),
  replaces: fixed(16),
});
const self = record(123, 'own end', { account: fixed(16), device: fixed(16) });
const peer = record(124, 'other end', { account: fixed(16), device: fixed(16), signingKeyHash: fixed(32) });
const session: RecordCodec<Session> = record(125, 'session', {
  suite: u16,
  role,
  sid: fixed(16),
  transcript: fixed(32),
  binding: fixed(32),
  self: nested(self),
  peer: nested(peer),
  createdAt: u64,
  verified: flag,
  archivedAt: optional(u64),
  usedOneTime: flag,
  replaces: fixed(16),
  init: optional(nested(init)),
  unansweredSince: optional(u64),
  reminderDue: flag,
  remindedAt: u64,
  ratchet: nested(ratchet),
  pq: nested(pq),
});

/** Encodes a session, versioned. It holds every secret of it: seal it at rest. @throws E_FORMAT */
export function encodeSession(value: Session): Uint8Array {
  return concat(Uint8Array.of(SESSION_VERSION), session.encode(value));
}

/** Decodes a session. @throws E_FORMAT, for an unknown version too */
export function decodeSession(encoded: Uint8Array): Session {
  if (encoded[0] !== SESSION_VERSION)
    throw malformed('a session of a version that this release does not know');
  return session.decode(encoded.subarray(1));
}

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { decodeSession, encodeSession, SESSION_VERSION } from './session-record.ts';
import type { Session } from './session-state.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const u32 = fc.nat(0xffff_ffff);
const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const chain = fc.record({
  dh: bytes(32),
  pqe: u32,
  chainKey: fc.oneof(bytes(0), bytes(32)),
  next: u32,
  skipped: fc.array(fc.record({ n: u32, keys: bytes(64), at: time }), { maxLength: 4 }),
  seen: fc.array(fc.record({ n: u32, digest: bytes(32), proofKey: bytes(32) }), { maxLength: 4 }),
});
const session: fc.Arbitrary<Session> = fc.record({
  suite: fc.nat(0xffff),
  role: fc.constantFrom('initiator' as const, 'responder' as const),
  sid: bytes(16),
  transcript: bytes(32),
  binding: bytes(32),
  self: fc.record({ account: bytes(16), device: bytes(16) }),
  peer: fc.record({ account: bytes(16), device: bytes(16), signingKeyHash: bytes(32) }),
  createdAt: time,
  verified: fc.boolean(),
  archivedAt: fc.option(time),
  usedOneTime: fc.boolean(),
  replaces: bytes(16),
  init: fc.option(
    fc.record({
      certificateA: bytes(32),
      certificateB: bytes(32),
      signedPrekeyId: u32,
      oneTimeId: fc.option(u32),
      ephemeral: bytes(32),
      ciphertext: bytes(1088),
      replaces: bytes(16),
    }),
  ),
  unansweredSince: fc.option(time),
  reminderDue: fc.boolean(),
  remindedAt: time,
  ratchet: fc.record({
    rootKey: bytes(32),
    own: fc.option(fc.record({ secret: bytes(32), dh: bytes(32) })),
    sending: fc.option(
      fc.record({ dh: bytes(32), pqe: u32, chainKey: bytes(32), next: u32, pn: u32, startedAt: time }),
    ),
    stepDue: fc.boolean(),
    peerDh: fc.oneof(bytes(0), bytes(32)),
    receiving: fc.array(chain, { maxLength: 6 }),
  }),
  pq: fc.record({
    epoch: u32,
    offered: fc.option(fc.record({ epoch: u32, seed: bytes(64), keyHash: bytes(32) })),
    ready: fc.option(fc.record({ epoch: u32, secret: bytes(32) })),
    answered: fc.option(
      fc.record({
        epoch: u32,
        keyHash: bytes(32),
        ciphertext: bytes(1088),
        secret: bytes(32),
        sent: fc.boolean(),
      }),
    ),
    traffic: u32,
    since: time,
    advancedAt: time,
    offeredAt: time,
  }),
});

test('a session decodes to itself, and its bytes are the only ones', () => {
  fc.assert(
    fc.property(session, (value) => {
      const encoded = encodeSession(value);
      expect(decodeSession(encoded)).toEqual(value);
      expect(encodeSession(decodeSession(encoded))).toEqual(encoded);
    }),
    { numRuns: 60 },
  );
});

test('an unknown version, bytes that are missing and bytes that are left over are E_FORMAT', () => {
  fc.assert(
    fc.property(session, fc.nat(), (value, at) => {
      const encoded = encodeSession(value);
      expect(() => decodeSession(encoded.with(0, SESSION_VERSION + 1))).toThrow('E_FORMAT');
      expect(() => decodeSession(encoded.subarray(0, at % encoded.length))).toThrow('E_FORMAT');
      expect(() => decodeSession(new Uint8Array([...encoded, 0]))).toThrow('E_FORMAT');
    }),
    { numRuns: 30 },
  );
});

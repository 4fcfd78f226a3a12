import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { concat } from './codec.ts';
import { hash } from './hash.ts';
import { SIGNATURE_BYTES } from './identity.ts';
import { directConversationId } from './roster.ts';
import {
  DEFAULT_POLICY,
  decodeRosterEvent,
  encodeRosterEvent,
  ROSTER_OPS,
  ROSTER_ROLES,
} from './roster-event.ts';

const sized = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('a direct conversation', () => {
  test('has one id, whoever begins it', () => {
    fc.assert(
      fc.property(sized(16), sized(16), (one, other) => {
        fc.pre(one.toHex() !== other.toHex());
        const id = directConversationId(one, other);
        expect(id.length).toBe(32);
        expect(directConversationId(other, one)).toEqual(id);
      }),
    );
  });

  test('has its own id for every pair', () => {
    const accounts = Array.from({ length: 12 }, (_, i) => new Uint8Array(16).fill(i));
    const ids = accounts.flatMap((one, i) =>
      accounts.slice(i + 1).map((other) => directConversationId(one, other).toHex()),
    );
    expect(new Set(ids).size).toBe(66);
  });

  test('is H of its record: type 8, then lp(1 || lower), lp(2 || higher)', () => {
    const [lower, higher] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
    const frame = (tag: number, value: Uint8Array) => concat(Uint8Array.of(0, 0, 0, 17, tag), value);
    expect(directConversationId(higher, lower)).toEqual(
      hash(concat(Uint8Array.of(8), frame(1, lower), frame(2, higher))),
    );
  });

  test('is not with oneself, nor with what is no account', () => {
    const one = new Uint8Array(16).fill(1);
    expect(() => directConversationId(one, one.slice())).toThrow('E_FORMAT');
    expect(() => directConversationId(one, new Uint8Array(15))).toThrow('E_FORMAT');
    expect(() => directConversationId(one, new Uint8Array(32))).toThrow('E_FORMAT');
  });
});

test('roster events come back as they went in', () => {
  const subject = fc.record({
    account: sized(16),
    identity: sized(32),
    role: fc.constantFrom(0, ...Object.values(ROSTER_ROLES)),
  });
  fc.assert(
    fc.property(
      fc.record({
        conversation: sized(32),
        epoch: fc.maxSafeNat(),
        previous: sized(32),
        op: fc.constantFrom(...Object.values(ROSTER_OPS)),
        subjects: fc.uniqueArray(subject, { maxLength: 4, selector: ({ account }) => account.toHex() }),
        by: sized(16),
        certificate: sized(32),
        time: fc.maxSafeNat(),
        nonce: fc.option(sized(32)),
        policy: fc.option(fc.constant({ ...DEFAULT_POLICY, title: 'Town square', open: 1 })),
      }),
      (event) => {
        const signed = concat(encodeRosterEvent(event), new Uint8Array(SIGNATURE_BYTES));
        const decoded = decodeRosterEvent(signed);
        expect(decoded.event).toEqual(event);
        expect(decoded.hash).toEqual(hash(encodeRosterEvent(event)));
      },
    ),
  );
});

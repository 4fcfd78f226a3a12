import { expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  BODY_HEADER_BYTES,
  type BodyHeader,
  decodeBodyHeader,
  encodeBodyHeader,
  MAX_BODY_BYTES,
  MIN_BODY_BYTES,
  makeBodyId,
} from './body-header.ts';
import { concat } from './codec.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const header: fc.Arbitrary<BodyHeader> = fc
  .record({
    suite: fc.nat(0xffff),
    conversation: bytes(32),
    account: bytes(16),
    device: bytes(16),
    bodyId: bytes(16),
  })
  .map((fields) => ({ ...fields, class: fields.conversation.every((byte) => byte === 0) ? 2 : 1 }));

test('a header is 120 bytes, whatever it says, and is read back from the front of a body', () => {
  fc.assert(
    fc.property(header, fc.integer({ min: MIN_BODY_BYTES, max: 2000 }), (value, length) => {
      const encoded = encodeBodyHeader(value);
      expect(encoded).toHaveLength(BODY_HEADER_BYTES);
      const body = concat(encoded, new Uint8Array(length - encoded.length));
      expect(decodeBodyHeader(body)).toEqual({ header: value, bytes: encoded });
    }),
  );
});

test('too short, too long, another version, class or conversation: E_FORMAT', () => {
  const zeros = new Uint8Array(32);
  const base = {
    suite: 2,
    account: new Uint8Array(16),
    device: new Uint8Array(16),
    bodyId: new Uint8Array(16),
  };
  const encoded = encodeBodyHeader({ ...base, class: 2, conversation: zeros });
  const body = concat(encoded, new Uint8Array(MIN_BODY_BYTES - encoded.length));
  expect(() => decodeBodyHeader(body)).not.toThrow();
  expect(() => decodeBodyHeader(body.subarray(1))).toThrow('E_FORMAT');
  expect(() => decodeBodyHeader(body.subarray(0, -1))).toThrow('E_FORMAT');
  expect(() => decodeBodyHeader(concat(body, new Uint8Array(MAX_BODY_BYTES)))).toThrow('E_FORMAT');
  // Record type, version, a field's tag, class.
  for (const at of [0, 6, 18, 19]) expect(() => decodeBodyHeader(body.with(at, 9))).toThrow('E_FORMAT');
  expect(() => encodeBodyHeader({ ...base, class: 1, conversation: zeros })).toThrow('E_FORMAT');
  expect(() => encodeBodyHeader({ ...base, class: 2, conversation: zeros.with(0, 1) })).toThrow('E_FORMAT');
});

test('ids begin with the second, so that they grow, and end with twelve random bytes', () => {
  let now = 1_700_000_000_999;
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const id = () => makeBodyId({ random, clock: () => now }).toHex();
  const [first, second] = [id(), id()];
  expect(first.slice(0, 8)).toBe((1_700_000_000).toString(16).padStart(8, '0'));
  expect(first.slice(0, 8)).toBe(second.slice(0, 8));
  expect(first).not.toBe(second);
  now += 1;
  expect(id() > first).toBe(true);
});

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { concat } from './codec.ts';
import {
  type EnvelopeHeader,
  encodeHeader,
  encodeInit,
  HEADER_BYTES,
  parseEnvelope,
  SEALED_BYTES,
} from './envelope.ts';
import { isSaltProven, openPart, proveSalt, sealPart } from './seal.ts';
import { simulatedCrypto } from './simulation/crypto.ts';
import { refusal } from './simulation/refused.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const u32 = fc.nat(0xffff_ffff);
const header = (type: 1 | 2): fc.Arbitrary<EnvelopeHeader> =>
  fc.record({
    suite: fc.constant(2),
    type: fc.constant(type),
    sid: bytes(16),
    dh: bytes(32),
    pn: u32,
    n: u32,
    pqe: u32,
    salt: bytes(16),
    bodyId: bytes(16),
  });
const init = fc.record({
  certificateA: bytes(32),
  certificateB: bytes(32),
  signedPrekeyId: u32,
  oneTimeId: fc.option(u32),
  ephemeral: bytes(32),
  ciphertext: bytes(1088),
  replaces: bytes(16),
});
const proof = fc.integer({ min: 1, max: 1024 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    index: fc.nat(size - 1),
    path: fc.array(bytes(32), { maxLength: 10 }),
  }),
);

test('an envelope is 96 bytes of header and 80 sealed, and is read back', () => {
  fc.assert(
    fc.property(header(1), bytes(SEALED_BYTES), (value, sealed) => {
      const headerBytes = encodeHeader(value);
      expect(headerBytes).toHaveLength(HEADER_BYTES);
      const wire = concat(headerBytes, sealed);
      expect(wire).toHaveLength(176);
      expect(parseEnvelope(wire)).toEqual({ header: value, headerBytes, init: null, sealed });
    }),
  );
});

test('a proof that is out of range is refused by its form alone [R41]', async () => {
  const [value, handshake] = [fc.sample(header(2), 1)[0], fc.sample(init, 1)[0]];
  if (value === undefined || handshake === undefined) throw new Error('no sample');
  const wire = (given: { index: number; size: number; path: Uint8Array[] }) =>
    concat(encodeHeader(value), encodeInit(handshake, given), new Uint8Array(SEALED_BYTES));
  const path = (length: number) => Array.from({ length }, () => new Uint8Array(32));
  expect(parseEnvelope(wire({ index: 1023, size: 1024, path: path(10) })).init?.proof.size).toBe(1024);
  for (const given of [
    { index: 0, size: 1025, path: path(10) },
    { index: 1024, size: 1024, path: path(10) },
    { index: 0, size: 0, path: [] },
    { index: 0, size: 1024, path: path(11) },
  ])
    expect(await refusal(Promise.resolve().then(() => parseEnvelope(wire(given))))).toBe('E_FORMAT');
});

test('a first envelope carries the handshake in between', () => {
  fc.assert(
    fc.property(header(2), init, proof, bytes(SEALED_BYTES), (value, fields, place, sealed) => {
      const wire = concat(encodeHeader(value), encodeInit(fields, place), sealed);
      expect(wire).toHaveLength(176 + 1214 + 32 * place.path.length);
      expect(parseEnvelope(wire).init).toEqual({ ...fields, proof: place });
      for (const cut of [1, 79, 80, 81, 200])
        expect(() => parseEnvelope(wire.subarray(0, -cut))).toThrow('E_FORMAT');
      expect(() => parseEnvelope(concat(wire, Uint8Array.of(0)))).toThrow('E_FORMAT');
    }),
  );
});

test('anything that is no envelope is refused by its form alone [R41]', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (random) => {
      if (random[0] === 2 && random[1] === 0 && random[2] === 2) return;
      expect(() => parseEnvelope(random)).toThrow(/^E_(FORMAT|SUITE)/);
    }),
  );
  const wire = concat(
    encodeHeader({
      suite: 2,
      type: 1,
      sid: new Uint8Array(16),
      dh: new Uint8Array(32),
      pn: 0,
      n: 0,
      pqe: 0,
      salt: new Uint8Array(16),
      bodyId: new Uint8Array(16),
    }),
    new Uint8Array(80),
  );
  expect(() => parseEnvelope(wire)).not.toThrow();
  expect(() => parseEnvelope(wire.with(0, 1))).toThrow('E_FORMAT');
  expect(() => parseEnvelope(wire.with(3, 3))).toThrow('E_FORMAT');
  expect(() => parseEnvelope(wire.with(3, 2))).toThrow('E_FORMAT');
  for (const suite of [0, 1, 3, 9]) expect(() => parseEnvelope(wire.with(2, suite))).toThrow('E_SUITE');
});

test('a sealed part under a header without its proof does not open', async () => {
  const crypto = simulatedCrypto('envelope', { now: 0 });
  const seal = {
    suite: 2,
    keys: crypto.random(64),
    binding: crypto.random(32),
    recipient: crypto.random(16),
  };
  const plain = crypto.random(64);
  const header = crypto.random(96);
  const proven = proveSalt(2, seal.keys.subarray(32), header);
  expect(await openPart(crypto, seal, proven, await sealPart(crypto, seal, proven, plain))).toEqual(plain);
  const unproven = await sealPart(crypto, seal, header, plain);
  expect(await refusal(openPart(crypto, seal, header, unproven))).toBe('E_AUTH');
});

test('a sealed part belongs to its header, its recipient and its session, whoever could prove another one [R5, R20]', async () => {
  const crypto = simulatedCrypto('bound', { now: 0 });
  const seal = {
    suite: 2,
    keys: crypto.random(64),
    binding: crypto.random(32),
    recipient: crypto.random(16),
  };
  const proofKey = seal.keys.subarray(32);
  const proven = proveSalt(2, proofKey, crypto.random(96));
  const sealed = await sealPart(crypto, seal, proven, crypto.random(64));
  for (let at = 0; at < 96; at += 7) {
    const other = proveSalt(2, proofKey, proven.with(at, (proven[at] ?? 0) ^ 1));
    if (at < 72 || at >= 80) expect(await refusal(openPart(crypto, seal, other, sealed))).toBe('E_AUTH');
  }
  for (const bent of [
    { ...seal, recipient: crypto.random(16) },
    { ...seal, binding: crypto.random(32) },
  ])
    expect(await refusal(openPart(crypto, bent, proven, sealed))).toBe('E_AUTH');
  expect(await openPart(crypto, seal, proven, sealed)).toHaveLength(64);
});

test('a proof covers every byte of the header, and only its own key makes it', () => {
  fc.assert(
    fc.property(header(1), bytes(32), bytes(32), fc.nat(95), (value, key, other, at) => {
      const proven = proveSalt(2, key, encodeHeader(value));
      expect(isSaltProven(2, key, proven)).toBe(true);
      expect(isSaltProven(2, key, proven.with(at, (proven[at] ?? 0) ^ 4))).toBe(false);
      expect(isSaltProven(2, other, proven)).toBe(other.every((byte, i) => byte === key[i]));
    }),
  );
});

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { concat, fromUtf8, lp, Reader, u16be, u32be, u64be, utf8, Writer } from './codec.ts';

const failing = (run: () => unknown): void => expect(run).toThrow('E_FORMAT');

describe('Writer and Reader', () => {
  const field = fc.oneof(
    fc.record({ kind: fc.constant('u8' as const), value: fc.nat(255) }),
    fc.record({ kind: fc.constant('u16' as const), value: fc.nat(65_535) }),
    fc.record({ kind: fc.constant('u32' as const), value: fc.nat(2 ** 32 - 1) }),
    fc.record({ kind: fc.constant('u64' as const), value: fc.maxSafeNat() }),
    fc.record({ kind: fc.constant('lp' as const), value: fc.uint8Array({ maxLength: 40 }) }),
    fc.record({ kind: fc.constant('fixed' as const), value: fc.uint8Array({ maxLength: 40 }) }),
  );

  test('give back any sequence of fields', () => {
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const writer = new Writer();
        for (const { kind, value } of fields) {
          if (kind === 'lp') writer.lp(value);
          else if (kind === 'fixed') writer.fixed(value, value.length);
          else writer[kind](value);
        }
        const reader = new Reader(writer.finish());
        for (const { kind, value } of fields) {
          if (kind === 'lp') expect(reader.lp(40)).toEqual(value);
          else if (kind === 'fixed') expect(reader.fixed(value.length)).toEqual(value);
          else expect(reader[kind]()).toBe(value);
        }
        reader.end();
      }),
    );
  });

  test('know where the bytes end', () => {
    for (const read of [
      (reader: Reader) => reader.u8(),
      (reader: Reader) => reader.u16(),
      (reader: Reader) => reader.u32(),
      (reader: Reader) => reader.u64(),
      (reader: Reader) => reader.fixed(1),
      (reader: Reader) => reader.lp(1),
    ])
      failing(() => read(new Reader(new Uint8Array())));
    failing(() => new Reader(Uint8Array.of(0, 0, 0, 2, 7)).lp(9));
    failing(() => new Reader(Uint8Array.of(1)).end());
    expect(new Reader(Uint8Array.of(1, 2)).rest()).toEqual(Uint8Array.of(1, 2));
  });

  test('refuse a length above the field’s limit before they read it', () => {
    failing(() => new Reader(Uint8Array.of(0xff, 0xff, 0xff, 0xff)).lp(1000));
    failing(() => new Reader(lp(new Uint8Array(11))).lp(10));
    expect(new Reader(lp(new Uint8Array(10))).lp(10).length).toBe(10);
  });

  test('refuse numbers that do not fit', () => {
    for (const wrong of [-1, 256, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      failing(() => new Writer().u8(wrong));
    failing(() => u16be(65_536));
    failing(() => u32be(2 ** 32));
    failing(() => u64be(2 ** 53));
    failing(() => new Reader(new Uint8Array(8).fill(0xff)).u64());
    failing(() => new Reader(Uint8Array.of(0, 32, 0, 0, 0, 0, 0, 0)).u64());
    expect(new Reader(u64be(2 ** 53 - 1)).u64()).toBe(2 ** 53 - 1);
    failing(() => new Writer().fixed(new Uint8Array(3), 4));
  });
});

test('numbers are big-endian and lengths stand in four bytes', () => {
  expect(u16be(0x0102)).toEqual(Uint8Array.of(1, 2));
  expect(u32be(0x01020304)).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(u64be(0x01020304)).toEqual(Uint8Array.of(0, 0, 0, 0, 1, 2, 3, 4));
  expect(lp(utf8('ab'))).toEqual(Uint8Array.of(0, 0, 0, 2, 0x61, 0x62));
  expect(concat(utf8('a'), new Uint8Array(), utf8('b'))).toEqual(utf8('ab'));
});

test('text is UTF-8 and nothing else', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(fromUtf8(utf8(text))).toBe(text)));
  expect(fromUtf8(utf8('\ufeffmark'))).toBe('\ufeffmark');
  for (const wrong of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]])
    failing(() => fromUtf8(Uint8Array.from(wrong)));
});

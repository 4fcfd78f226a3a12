import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { isDeviceId } from '../contract/ids.ts';
import {
  added,
  bytes,
  decodeStored,
  encodeStored,
  flag,
  list,
  nullable,
  number,
  oneOf,
  record,
  StoredError,
  text,
  word,
} from './stored.ts';

const shape = record({
  name: text,
  at: number,
  key: bytes,
  on: flag,
  kind: oneOf('text', 'notice'),
  maybe: nullable(text),
  many: list(record({ key: bytes })),
});

test('what is written is read back', () => {
  const values = fc.record({
    name: fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed()),
    at: fc.integer(),
    key: fc.uint8Array({ maxLength: 300 }),
    on: fc.boolean(),
    kind: fc.constantFrom('text' as const, 'notice' as const),
    maybe: fc.option(fc.string()),
    many: fc.array(fc.record({ key: fc.uint8Array({ maxLength: 20 }) })),
  });
  fc.assert(
    fc.property(values, (value) => {
      expect(decodeStored(shape, encodeStored(shape, value))).toEqual(value);
    }),
  );
});

test('a record of another shape, or no record, is refused where it is read', () => {
  const cases: [Parameters<typeof decodeStored<unknown>>[0], string][] = [
    [shape, '{}'],
    [shape, 'null'],
    [shape, '{"name":'],
    [text, '7'],
    [number, '"7"'],
    [flag, '"yes"'],
    [bytes, '7'],
    [list(text), '{"0":"a"}'],
    [oneOf('a', 'b'), '"c"'],
    [word(isDeviceId), '"not a device"'],
  ];
  for (const [each, json] of cases) {
    expect(() => decodeStored(each, new TextEncoder().encode(json))).toThrow(StoredError);
  }
  expect(decodeStored(shape, null)).toBeNull();
});

test('a field that older records lack has its fallback', () => {
  const older = encodeStored(record({ name: text }), { name: 'a' });
  const newer = record({ name: text, color: added(text, 'grey') });
  expect(decodeStored(newer, older)).toEqual({ name: 'a', color: 'grey' });
});

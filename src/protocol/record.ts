/**
 * Declarative records: a type byte, then the fields in their order, each `lp(tag || value)` with the field's position as
 * tag. The type keeps a record out of every other record's decoder [R3]; the tag keeps two fields from being swapped
 * [R2]. An absent field is lp of nothing. One encoding for each value: anything else is E_FORMAT.
 */
import { concat, fromUtf8, Reader, u16be, u32be, u64be, utf8, Writer } from './codec.ts';
import { malformed } from './errors.ts';

/** How one field's value becomes bytes. Null stands for an absent field. */
export interface Field<in In, out Out = In> {
  /** Bytes of the value, at most. */
  readonly max: number;
  readonly encode: (value: In) => Uint8Array | null;
  readonly decode: (bytes: Uint8Array | null) => Out;
}

type Values<F> = { readonly [K in keyof F]: F[K] extends Field<never, infer T> ? T : never };

export interface RecordCodec<T> {
  readonly type: number;
  readonly name: string;
  encode(value: T): Uint8Array<ArrayBuffer>;
  /** Byte fields are copies. @throws E_FORMAT */
  decode(bytes: Uint8Array): T;
}
/** The value that a record's codec takes and gives. */
export type RecordOf<C> = C extends RecordCodec<infer T> ? T : never;

function present(bytes: Uint8Array | null): Uint8Array {
  if (bytes === null) throw malformed('a field is absent');
  return bytes;
}

/** Exactly `length` bytes. */
export const fixed = (length: number): Field<Uint8Array> => ({
  max: length,
  encode: (value) => exact(value, length),
  decode: (bytes) => exact(present(bytes), length).slice(),
});

/** Up to `max` bytes. */
export const bytes = (max: number): Field<Uint8Array> => ({
  max,
  encode: (value) => atMost(value, max),
  decode: (value) => atMost(present(value), max).slice(),
});

/** UTF-8 text of at most `max` bytes. */
export const text = (max: number): Field<string> => ({
  max,
  encode: (value) => {
    const encoded = utf8(value);
    // A lone surrogate would come back as another character.
    if (fromUtf8(encoded) !== value) throw malformed('text is not well-formed');
    return atMost(encoded, max);
  },
  decode: (value) => fromUtf8(present(value)),
});

const integer = (
  size: number,
  write: (value: number) => Uint8Array,
  read: (reader: Reader) => number,
): Field<number> => ({
  max: size,
  encode: write,
  decode: (value) => read(new Reader(exact(present(value), size))),
});
/** A number in one byte. */
export const u8: Field<number> = integer(
  1,
  (value) => new Writer().u8(value).finish(),
  (reader) => reader.u8(),
);
/** One byte, 0 or 1 and nothing else. */
export const flag: Field<boolean> = {
  max: 1,
  encode: (value) => Uint8Array.of(value ? 1 : 0),
  decode: (value) => {
    const number = u8.decode(value);
    if (number > 1) throw malformed('neither yes nor no');
    return number === 1;
  },
};
/** A number in two bytes. */
export const u16: Field<number> = integer(2, u16be, (reader) => reader.u16());
/** A number in four bytes. */
export const u32: Field<number> = integer(4, u32be, (reader) => reader.u32());
/** A number in eight bytes, at most 2^53 - 1; times in epoch milliseconds. */
export const u64: Field<number> = integer(8, u64be, (reader) => reader.u64());

/** Up to `max` items of exactly `length` bytes each. */
export const list = (length: number, max: number): Field<readonly Uint8Array[]> => ({
  max: length * max,
  encode: (items) => {
    if (items.length > max) throw malformed(`${items.length} items where ${max} are the most`);
    return concat(...items.map((item) => exact(item, length)));
  },
  decode: (value) => {
    const all = present(value);
    if (all.length % length !== 0) throw malformed('a list that is no whole number of items');
    return Array.from({ length: all.length / length }, (_, i) => all.slice(i * length, (i + 1) * length));
  },
});

/** Up to `max` numbers of two bytes. */
export const u16List = (max: number): Field<readonly number[]> => {
  const items = list(2, max);
  return {
    max: items.max,
    encode: (values) => items.encode(values.map((value) => u16be(value))),
    decode: (value) => items.decode(value).map((item) => new Reader(item).u16()),
  };
};

/** The field, or null for an absent one. */
export const optional = <T>(field: Field<T>): Field<T | null> => ({
  max: field.max,
  encode: (value) => (value === null ? null : field.encode(value)),
  decode: (value) => (value === null ? null : field.decode(value)),
});

/** A record as the tests see all of them: its frame, and its value only through its own codec. */
export interface DeclaredRecord {
  readonly type: number;
  readonly name: string;
  readonly fields: readonly (readonly [name: string, field: Pick<Field<never, unknown>, 'max' | 'decode'>])[];
  /** Decodes and encodes again: the same bytes, or E_FORMAT. */
  readonly recode: (bytes: Uint8Array) => Uint8Array;
}
const declared = new Map<number, DeclaredRecord>();

/**
 * Declares a record.
 * @param type 1 to 255, used once in the whole protocol
 * @param name for error messages
 */
export function record<F extends Readonly<Record<string, Field<never, unknown>>>>(
  type: number,
  name: string,
  fields: F,
): RecordCodec<Values<F>> {
  if (declared.has(type)) throw new Error(`record type ${type} is taken`);
  // A field is written by the type of its own key; the walk over all of them only knows `Field`.
  const entries = Object.entries(fields) as unknown as (readonly [string, Field<unknown>])[];
  const codec: RecordCodec<Values<F>> = {
    type,
    name,
    encode(value) {
      const writer = new Writer().u8(type);
      const values = value as Readonly<Record<string, unknown>>;
      entries.forEach(([key, field], index) => {
        const encoded = field.encode(values[key]);
        writer.lp(encoded === null ? new Uint8Array() : concat(Uint8Array.of(index + 1), encoded));
      });
      return writer.finish();
    },
    decode(input) {
      const reader = new Reader(input);
      if (reader.u8() !== type) throw malformed(`not a ${name}`);
      const value: Record<string, unknown> = {};
      entries.forEach(([key, field], index) => {
        const framed = reader.lp(field.max + 1);
        if (framed.length > 0 && framed[0] !== index + 1)
          throw malformed(`${name}: another field where ${key} belongs`);
        const decoded = field.decode(framed.length === 0 ? null : framed.subarray(1));
        if (framed.length === 0 && field.encode(decoded) !== null)
          throw malformed(`${name}: ${key} may not be absent`);
        value[key] = decoded;
      });
      reader.end();
      return value as Values<F>;
    },
  };
  declared.set(type, {
    type,
    name,
    fields: entries,
    recode: (bytes) => codec.encode(codec.decode(bytes)),
  });
  return codec;
}

/** Every record declared by the files loaded so far: tests hold each against all the others. */
export const allRecords = (): readonly DeclaredRecord[] => [...declared.values()];

function exact(value: Uint8Array, length: number): Uint8Array {
  if (value.length !== length) throw malformed(`${value.length} bytes where ${length} belong`);
  return value;
}

function atMost(value: Uint8Array, max: number): Uint8Array {
  if (value.length > max) throw malformed(`${value.length} bytes where ${max} are the most`);
  return value;
}

/**
 * How the client writes its own records: JSON with bytes as base64url, checked field by field when read, so that a
 * record of another release fails in one place and not deep in the engine. Nothing here travels; the wire has its own
 * codecs in src/protocol.
 */
import { fromBase64, toBase64 } from '../contract/bytes.ts';

/** Turns one kind of value into JSON and back; `read` throws StoredError for anything else. */
export interface Shape<T> {
  write(value: T): unknown;
  read(json: unknown): T;
}
/** The value that a shape describes. */
export type Of<S> = S extends Shape<infer T> ? T : never;

/** A stored record is not what this release writes. */
export class StoredError extends Error {
  override readonly name = 'StoredError';
}

function expected(what: string): never {
  throw new StoredError(`A stored record is damaged: expected ${what}.`);
}

/** Any text. */
export const text: Shape<string> = {
  write: (value) => value,
  read: (json) => (typeof json === 'string' ? json : expected('text')),
};
/** Any finite number. */
export const number: Shape<number> = {
  write: (value) => value,
  read: (json) => (typeof json === 'number' ? json : expected('a number')),
};
/** True or false. */
export const flag: Shape<boolean> = {
  write: (value) => value,
  read: (json) => (typeof json === 'boolean' ? json : expected('true or false')),
};
/** Bytes, as base64url. */
export const bytes: Shape<Uint8Array> = {
  write: toBase64,
  read: (json) => (typeof json === 'string' ? fromBase64(json) : expected('bytes')),
};

/** Text that a check accepts, such as an id or one of a few words. */
export function word<T extends string>(accepts: (value: string) => value is T): Shape<T> {
  return {
    write: (value) => value,
    read: (json) => (typeof json === 'string' && accepts(json) ? json : expected('a known word')),
  };
}

/** One of these words. */
export function oneOf<const T extends readonly string[]>(...words: T): Shape<T[number]> {
  return word((value): value is T[number] => words.includes(value));
}

/** Any number of one shape. */
export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    write: (value) => value.map((each) => item.write(each)),
    read: (json) => (Array.isArray(json) ? json.map((each) => item.read(each)) : expected('a list')),
  };
}

/** A shape, or null. */
export function nullable<T>(inner: Shape<T>): Shape<T | null> {
  return {
    write: (value) => (value === null ? null : inner.write(value)),
    read: (json) => (json === null ? null : inner.read(json)),
  };
}

/** A field that older records lack. */
export function added<T>(inner: Shape<T>, fallback: T): Shape<T> {
  return { write: inner.write, read: (json) => (json === undefined ? fallback : inner.read(json)) };
}

type Fields<T> = { readonly [K in keyof T]: Shape<T[K]> };

/** A record of named fields; fields that it does not name are dropped when it is read. */
export function record<T extends object>(fields: Fields<T>): Shape<T> {
  const names = Object.keys(fields).filter((name): name is Extract<keyof T, string> => name in fields);
  return {
    write: (value) => Object.fromEntries(names.map((name) => [name, fields[name].write(value[name])])),
    read: (json) => {
      if (typeof json !== 'object' || json === null) return expected('a record');
      const out: Partial<T> = {};
      // Lists read tens of thousands of fields: a Map of each record took twice as long.
      for (const name of names)
        out[name] = fields[name].read(Object.hasOwn(json, name) ? Reflect.get(json, name) : undefined);
      return isWhole(out, names) ? out : expected('a record');
    },
  };
}

function isWhole<T extends object>(value: Partial<T>, names: readonly (keyof T)[]): value is T {
  return names.every((name) => name in value);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The bytes that go into storage. */
export function encodeStored<T>(shape: Shape<T>, value: T): Uint8Array {
  return encoder.encode(JSON.stringify(shape.write(value)));
}

/** The value of stored bytes, null for null; throws StoredError. */
export function decodeStored<T>(shape: Shape<T>, stored: Uint8Array): T;
export function decodeStored<T>(shape: Shape<T>, stored: Uint8Array | null): T | null;
export function decodeStored<T>(shape: Shape<T>, stored: Uint8Array | null): T | null {
  if (stored === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(stored));
  } catch {
    return expected('JSON');
  }
  return shape.read(json);
}

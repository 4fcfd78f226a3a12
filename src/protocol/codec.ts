/**
 * Bytes in and out (protocol/README 1): big-endian integers of fixed width and `lp(x) = u32be(len) || x`. A Reader
 * refuses what a Writer cannot have written, before anything is computed from it.
 */
import { malformed } from './errors.ts';

const TEXT = new TextEncoder();
const STRICT_TEXT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Concatenates. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** UTF-8 bytes of a text. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => TEXT.encode(text);

/** The text of UTF-8 bytes. @throws E_FORMAT for anything that is not UTF-8 */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return STRICT_TEXT.decode(bytes);
  } catch {
    throw malformed('text is not UTF-8');
  }
}

/** u16be(value), 2 B. */
export const u16be = (value: number): Uint8Array<ArrayBuffer> => new Writer().u16(value).finish();
/** u32be(value), 4 B. */
export const u32be = (value: number): Uint8Array<ArrayBuffer> => new Writer().u32(value).finish();
/** u64be(value), 8 B. */
export const u64be = (value: number): Uint8Array<ArrayBuffer> => new Writer().u64(value).finish();
/** lp(x), 4 B and x. */
export const lp = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Writer().lp(bytes).finish();

function checked(value: number, limit: number): number {
  if (!Number.isSafeInteger(value) || value < 0 || value > limit)
    throw malformed(`${value} does not fit its field`);
  return value;
}

/** Collects fields; the calls chain. */
export class Writer {
  readonly #parts: Uint8Array[] = [];

  #number(value: number, size: number): this {
    const bytes = new Uint8Array(size);
    let rest = checked(value, size > 6 ? Number.MAX_SAFE_INTEGER : 2 ** (8 * size) - 1);
    for (let i = size - 1; i >= 0; i--) {
      bytes[i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    this.#parts.push(bytes);
    return this;
  }

  u8(value: number): this {
    return this.#number(value, 1);
  }
  u16(value: number): this {
    return this.#number(value, 2);
  }
  u32(value: number): this {
    return this.#number(value, 4);
  }
  /** At most 2^53 - 1. */
  u64(value: number): this {
    return this.#number(value, 8);
  }
  /** Exactly `length` bytes. @throws E_FORMAT for any other number */
  fixed(bytes: Uint8Array, length: number): this {
    if (bytes.length !== length) throw malformed(`${bytes.length} bytes where ${length} belong`);
    this.#parts.push(bytes);
    return this;
  }
  lp(bytes: Uint8Array): this {
    this.u32(bytes.length);
    this.#parts.push(bytes);
    return this;
  }
  finish(): Uint8Array<ArrayBuffer> {
    return concat(...this.#parts);
  }
}

/** Reads fields in order; what it gives are views of the input. Every method throws E_FORMAT at the end of the bytes. */
export class Reader {
  #at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  /** Bytes not read yet. */
  get left(): number {
    return this.bytes.length - this.#at;
  }

  #number(size: number): number {
    let value = 0;
    for (const byte of this.fixed(size)) value = value * 256 + byte;
    if (!Number.isSafeInteger(value)) throw malformed('a number above 2^53 - 1');
    return value;
  }

  u8(): number {
    return this.#number(1);
  }
  u16(): number {
    return this.#number(2);
  }
  u32(): number {
    return this.#number(4);
  }
  u64(): number {
    return this.#number(8);
  }
  fixed(length: number): Uint8Array {
    if (length > this.left) throw malformed('it ends too early');
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }
  /** A length-prefixed field of at most `max` bytes. */
  lp(max: number): Uint8Array {
    const length = this.u32();
    if (length > max) throw malformed(`a field of ${length} bytes where ${max} are the most`);
    return this.fixed(length);
  }
  /** What is left, to the end. */
  rest(): Uint8Array {
    return this.fixed(this.left);
  }
  /** Nothing may be left over. */
  end(): void {
    if (this.left !== 0) throw malformed(`${this.left} bytes left over`);
  }
}

/**
 * The border: JSON that came over the wire, read field by field into values of the right type. What is wrong is
 * collected, so that a person sees every sentence at once.
 */

import { fromBase64 } from '../contract/bytes.ts';
import { MAX_REQUEST_BYTES, UNPRINTABLE } from '../contract/limits.ts';
import { sentence as kept } from '../contract/words.ts';
import { invalid } from '../services/refusal.ts';
import { Refusal } from './errors.ts';

/** Reads a JSON object. UnsupportedMediaType, TooLarge, or ValidationError. */
export async function readInput(request: Request): Promise<Input> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    throw new Refusal('UnsupportedMediaType', 'Send this as JSON, with the type application/json.');
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > MAX_REQUEST_BYTES)
    throw new Refusal(
      'TooLarge',
      kept('That is too large: at most {n} KiB can be sent at once.', { n: MAX_REQUEST_BYTES / 1024 }),
    );
  return new Input(parse(bytes));
}

function parse(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal('ValidationError', 'The request could not be read: it is not JSON.');
  }
}

interface TextRules {
  readonly min?: number;
  readonly max: number;
  readonly pattern?: RegExp;
  /** Case does not matter: kept in lower case. */
  readonly lower?: boolean;
  /** What to say when it does not fit. */
  readonly sentence?: string;
}

/** Of what is still one character when it is put together (NFC), at most: a letter with three marks, each of two units. */
const UNITS_PER_CHARACTER = 8;

interface NumberRules {
  readonly min: number;
  readonly max: number;
}

export class Input {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #problems: Record<string, string[]>;
  readonly #prefix: string;

  /** @param value parsed JSON; anything but an object is refused */
  constructor(value: unknown, parent?: { problems: Record<string, string[]>; name: string }) {
    if (!isObject(value)) {
      if (!parent)
        throw new Refusal('ValidationError', 'The request could not be read: it is not a JSON object.');
      this.#fields = {};
    } else this.#fields = value;
    this.#problems = parent?.problems ?? {};
    this.#prefix = parent ? `${parent.name}.` : '';
  }

  has(name: string): boolean {
    return (
      Object.hasOwn(this.#fields, name) && this.#fields[name] !== undefined && this.#fields[name] !== null
    );
  }

  /** A field as it came. */
  raw(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }

  /** Text of so many characters (code points), trimmed. */
  text(name: string, { min = 1, max, pattern, lower = false, sentence }: TextRules): string {
    const value = this.raw(name);
    if (typeof value !== 'string') return this.#missing(name, '');
    const typed = value.trim();
    // Before anything else: putting 60,000 marks of one letter in order takes seconds.
    if (typed.length > max * UNITS_PER_CHARACTER)
      return this.problem(name, kept('At most {max} characters.', { max }), '');
    const trimmed = typed.normalize('NFC');
    const text = lower ? trimmed.toLowerCase() : trimmed;
    const length = [...text].length;
    if (length < min)
      return this.problem(
        name,
        min === 1 ? kept('This is needed.') : kept('At least {min} characters.', { min }),
        '',
      );
    if (length > max) return this.problem(name, kept('At most {max} characters.', { max }), '');
    if (UNPRINTABLE.test(text))
      return this.problem(name, kept('This holds characters that cannot be shown.'), '');
    if (pattern && !pattern.test(text))
      return this.problem(name, sentence ?? kept('This cannot be right.'), '');
    return text;
  }

  /** Bytes from base64url: exactly so many, or between two numbers. */
  bytes(
    name: string,
    size: number | { readonly min: number; readonly max: number },
  ): Uint8Array<ArrayBuffer> {
    const { min, max } = typeof size === 'number' ? { min: size, max: size } : size;
    const value = this.raw(name);
    if (typeof value !== 'string') return this.#missing(name, new Uint8Array());
    if (value.length > Math.ceil((max * 4) / 3) + 2)
      return this.problem(name, kept('This is too long.'), new Uint8Array());
    const bytes = decode(value);
    if (!bytes) return this.problem(name, kept('This is not base64url.'), new Uint8Array());
    if (bytes.length < min || bytes.length > max)
      return this.problem(
        name,
        min === max
          ? kept('This has {n} bytes, not {max}.', { n: bytes.length, max })
          : kept('This has {n} bytes, not {min} to {max}.', { n: bytes.length, min, max }),
        bytes,
      );
    return bytes;
  }

  /** A whole number. */
  whole(name: string, { min, max }: NumberRules): number {
    const value = this.raw(name);
    if (typeof value !== 'number') return this.#missing(name, min);
    if (!Number.isSafeInteger(value) || value < min || value > max)
      return this.problem(name, kept('A whole number from {min} to {max}.', { min, max }), min);
    return value;
  }

  flag(name: string): boolean {
    const value = this.raw(name);
    return typeof value === 'boolean' ? value : this.#missing(name, false);
  }

  /** One of a few words; refused at once, as nobody types it. */
  choice<const T extends string>(name: string, choices: readonly T[]): T {
    const value = this.raw(name);
    const found = choices.find((choice) => choice === value);
    return found ?? this.#refuse(name, kept('One of {choices}.', { choices: choices.join(', ') }));
  }

  /** An id by its guard, such as isAccountId; refused at once, as nobody types it. */
  id<T extends string>(name: string, is: (value: string) => value is T): T {
    const value = this.raw(name);
    return typeof value === 'string' && is(value) ? value : this.#refuse(name, kept('This is not an id.'));
  }

  /** A list of ids. */
  ids<T extends string>(name: string, is: (value: string) => value is T, max: number): readonly T[] {
    const value = this.raw(name);
    if (!Array.isArray(value)) return this.#missing(name, []);
    if (value.length > max) return this.problem(name, kept('At most {max} at once.', { max }), []);
    const ids = value.filter((item): item is T => typeof item === 'string' && is(item));
    return ids.length === value.length ? ids : this.problem(name, kept('These are not all ids.'), []);
  }

  /** An object inside this one; its problems are named `name.field`. */
  object(name: string): Input {
    if (!isObject(this.raw(name))) this.#missing(name, null);
    return new Input(this.raw(name), { problems: this.#problems, name: `${this.#prefix}${name}` });
  }

  /** Objects in a list. */
  objects(name: string, max: number): readonly Input[] {
    const value = this.raw(name);
    if (!Array.isArray(value)) return this.#missing(name, []);
    if (value.length > max) return this.problem(name, kept('At most {max} at once.', { max }), []);
    return value.map(
      (item: unknown, index) =>
        new Input(isObject(item) ? item : {}, {
          problems: this.#problems,
          name: `${this.#prefix}${name}.${index}`,
        }),
    );
  }

  /** Notes what is wrong and gives something to go on with. */
  problem<T>(name: string, sentence: string, instead: T): T {
    const field = `${this.#prefix}${name}`;
    this.#problems[field] = [...(this.#problems[field] ?? []), sentence];
    return instead;
  }

  /** Throws ValidationError with every sentence when anything was wrong. */
  check(): void {
    const names = Object.keys(this.#problems);
    if (names.length === 0) return;
    const [only] = names;
    const sentence = only && names.length === 1 ? this.#problems[only]?.[0] : undefined;
    const fields = names.join(', ');
    throw invalid(
      this.#problems,
      sentence === undefined
        ? kept('Please check {fields}.', { fields })
        : kept('Please check {fields}: {sentence}', { fields, sentence: { say: sentence } }),
    );
  }

  #refuse(name: string, sentence: string): never {
    this.problem(name, sentence, null);
    this.check();
    throw new Error('a noted problem was not refused');
  }

  #missing<T>(name: string, instead: T): T {
    return this.problem(
      name,
      this.has(name) ? kept('This has the wrong type.') : kept('This is needed.'),
      instead,
    );
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function decode(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return fromBase64(text);
  } catch {
    return null;
  }
}

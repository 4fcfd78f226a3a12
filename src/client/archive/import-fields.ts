/** Fields of a record from a file, each checked; what is not known comes along as it is, within limits. */
import { MAX_UNKNOWN_DEPTH, MAX_UNKNOWN_FIELDS } from '../../contract/export.ts';
import { t } from '../../contract/words.ts';
import { type Extra, isExtra } from './extras.ts';
import type { RawRecord } from './import-json.ts';
import { ImportProblem, shown } from './import-problem.ts';

/** Of a field that this release does not know. */
const NAME = /^[A-Za-z][\w.-]{0,63}$/;
/** ISO 8601 with a zone, to the second or finer. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
/** Milliseconds; years have four digits. */
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

export class Fields {
  readonly #read = new Set<string>(['type']);

  constructor(private readonly record: RawRecord) {}

  #take(name: string): unknown {
    this.#read.add(name);
    const value = this.record.fields.get(name);
    return value === null ? undefined : value;
  }

  has(name: string): boolean {
    return (this.record.fields.get(name) ?? null) !== null;
  }

  /** @param expected in words, such as "text" */
  fail(name: string, expected: string): never {
    const line = this.record.line;
    const field = shown(name);
    throw new ImportProblem(
      this.has(name)
        ? t('Line {line}: “{field}” should be {expected}.', { line, field, expected })
        : t('Line {line}: “{field}” is missing; it should be {expected}.', { line, field, expected }),
    );
  }

  /** Well-formed text; empty only with a fallback. */
  text(name: string, most: number, fallback?: string): string {
    const value = this.#take(name) ?? fallback;
    if (typeof value !== 'string') return this.fail(name, t('text'));
    if (value.length > most) return this.fail(name, t('at most {n} characters', { n: most }));
    return value.toWellFormed();
  }

  id<T extends string>(name: string, is: (value: string) => value is T, digits: number): T {
    const value = this.#take(name);
    if (typeof value === 'string' && is(value)) return value;
    return this.fail(name, t('{n} hexadecimal digits', { n: digits }));
  }

  optionalId<T extends string>(name: string, is: (value: string) => value is T, digits: number): T | null {
    if (this.has(name)) return this.id(name, is, digits);
    this.#read.add(name);
    return null;
  }

  /** Epoch milliseconds. */
  time(name: string): number {
    const value = this.#take(name);
    const at = typeof value === 'string' && TIME.test(value) ? Date.parse(value) : Number.NaN;
    return at >= 0 && at <= LATEST ? at : this.fail(name, t('a time such as 2026-11-21T15:36:00.000Z'));
  }

  optionalTime(name: string): number | null {
    if (this.has(name)) return this.time(name);
    this.#read.add(name);
    return null;
  }

  /** Base64 of either alphabet. */
  bytes(name: string, value: unknown = this.#take(name)): Uint8Array {
    try {
      if (typeof value === 'string')
        return Uint8Array.fromBase64(value.replaceAll('+', '-').replaceAll('/', '_'), {
          alphabet: 'base64url',
          lastChunkHandling: 'loose',
        });
    } catch {
      // Said below.
    }
    return this.fail(name, t('bytes in base64'));
  }

  /** A list, empty where there is none. */
  list(name: string, most: number): readonly unknown[] {
    const value = this.#take(name) ?? [];
    if (!Array.isArray(value)) return this.fail(name, t('a list'));
    return value.length > most ? this.fail(name, t('a list of at most {n}', { n: most })) : value;
  }

  /** A record in the record, as a Map; null where there is none. */
  nested(name: string): ReadonlyMap<string, unknown> | null {
    const value = this.#take(name);
    if (value === undefined) return null;
    return isExtra(value) ? new Map(Object.entries(value)) : this.fail(name, t('a record'));
  }

  whole(name: string): number {
    const value = this.#take(name);
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : this.fail(name, t('a whole number'));
  }

  /** Fields that nobody has asked for, and those among `kept`. */
  extra(kept: readonly string[] = []): Extra {
    const entries = [...this.record.fields].filter(([name]) => !this.#read.has(name) || kept.includes(name));
    const { line } = this.record;
    for (const [name, value] of entries) {
      if (!NAME.test(name))
        throw new ImportProblem(
          t('Line {line}: a field cannot be called “{field}”.', { line, field: shown(name) }),
        );
      if (!isShallow(value, MAX_UNKNOWN_DEPTH))
        throw new ImportProblem(
          t('Line {line}: “{field}” is nested too deep.', { line, field: shown(name) }),
        );
    }
    const extra = Object.fromEntries(entries);
    if (JSON.stringify(extra).length > MAX_UNKNOWN_FIELDS)
      throw new ImportProblem(t('Line {line}: it has more unknown fields than can be kept.', { line }));
    return extra;
  }
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((each) => isShallow(each, depth - 1));
}

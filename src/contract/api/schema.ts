/**
 * JSON Schema (2020-12, as OpenAPI 3.1 has it) beside the TypeScript type that it describes: a schema that says something else than
 * its type does not compile.
 */
declare const described: unique symbol;

export interface Json {
  readonly [key: string]: unknown;
}
/** A schema of whatever type. With a name it stands once in the document, and others refer to it. */
export interface AnySchema {
  readonly json: Json;
  readonly name?: string;
}
export interface Schema<T> extends AnySchema {
  /** Both ways, so that neither a wider nor a narrower type fits. */
  readonly [described]?: (value: T) => T;
}
interface Optional<T> {
  readonly optional: Schema<T>;
}
type AnyField = AnySchema | { readonly optional: AnySchema };
type Fields<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K> ? Optional<Exclude<T[K], undefined>> : Schema<T[K]>;
};

/** How a schema stands inside another one. */
const inner = ({ json, name }: AnySchema): Json =>
  name === undefined ? json : { $ref: `#/components/schemas/${name}`, [NAMED]: { json, name } };
/** Leads from a reference to what it means; symbols are no part of JSON. */
export const NAMED = Symbol('named');

interface TextRules {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly about?: string;
}

export const text = ({ min, max, pattern, about }: TextRules = {}): Schema<string> => ({
  json: {
    type: 'string',
    ...(min === undefined ? {} : { minLength: min }),
    ...(max === undefined ? {} : { maxLength: max }),
    ...(pattern === undefined ? {} : { pattern: pattern.source }),
    ...(about === undefined ? {} : { description: about }),
  },
});

/** So many bytes in lowercase hexadecimal: an id. */
export const id = <T extends string>(bytes: number, about?: string): Schema<T> => ({
  json: {
    type: 'string',
    pattern: `^[0-9a-f]{${bytes * 2}}$`,
    ...(about === undefined ? {} : { description: about }),
  },
});

/** So many bytes, or between two numbers of them, in unpadded base64url. */
export function base64(size: number | { readonly min: number; readonly max: number }): Schema<string> {
  const { min, max } = typeof size === 'number' ? { min: size, max: size } : size;
  const letters = (bytes: number) => Math.ceil((bytes * 4) / 3);
  return {
    json: {
      type: 'string',
      pattern: '^[A-Za-z0-9_-]*$',
      minLength: letters(min),
      maxLength: letters(max),
      contentEncoding: 'base64url',
    },
  };
}

export const whole = (min = 0, max: number = Number.MAX_SAFE_INTEGER, about?: string): Schema<number> => ({
  json: {
    type: 'integer',
    minimum: min,
    maximum: max,
    ...(about === undefined ? {} : { description: about }),
  },
});
/** Epoch milliseconds. */
export const moment: Schema<number> = whole(0, Number.MAX_SAFE_INTEGER, 'Epoch milliseconds.');
export const flag: Schema<boolean> = { json: { type: 'boolean' } };

export const choice = <const T extends string | number>(values: readonly T[]): Schema<T> => ({
  json: { type: typeof values[0] === 'number' ? 'integer' : 'string', enum: values },
});

export const list = <T>(item: Schema<T>, max?: number): Schema<readonly T[]> => ({
  json: { type: 'array', items: inner(item), ...(max === undefined ? {} : { maxItems: max }) },
});

export const nullable = <T>(schema: Schema<T>): Schema<T | null> => ({
  json: { anyOf: [inner(schema), { type: 'null' }] },
});

export const either = <A, B>(a: Schema<A>, b: Schema<B>): Schema<A | B> => ({
  json: { anyOf: [inner(a), inner(b)] },
});

/** Whatever WebAuthn makes of it (W3C Web Authentication, JSON of its dictionaries): the browser reads and writes it. */
export const webauthn = <T>(about: string): Schema<T> => ({ json: { type: 'object', description: about } });

/** A map from names to values of one kind. */
export const mapOf = <T>(value: Schema<T>): Schema<Readonly<Record<string, T>>> => ({
  json: { type: 'object', additionalProperties: inner(value) },
});

export const optional = <T>(schema: Schema<T>): Optional<T> => ({ optional: schema });

/** Every field of T, each by its own schema. */
export function object<T>(fields: Fields<T>): Schema<T>;
export function object(fields: Readonly<Record<string, AnyField>>): AnySchema {
  const properties: Record<string, Json> = {};
  const required: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    if ('optional' in field) properties[name] = inner(field.optional);
    else {
      properties[name] = inner(field);
      required.push(name);
    }
  }
  return { json: { type: 'object', properties, required } };
}

/** The same under the name of its type. */
export const record = <T>(name: string, fields: Fields<T>): Schema<T> => ({ ...object(fields), name });
/** A schema under a name. */
export const named = <T>(name: string, schema: Schema<T>): Schema<T> => ({ ...schema, name });

/** For the document: a reference where it has a name. */
export const reference = inner;

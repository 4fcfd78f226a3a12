/** Values for the calls of the API, made from the schemas of the OpenAPI document: such as fit, and such as nearly do. */
import fc from 'fast-check';
import type { Json } from '../../src/contract/api/schema.ts';
import { resolved } from './schema.ts';

/** Letters beyond the smallest length, at most: what is large is tried on purpose. */
const MORE = 40;

/** Values that fit a schema. */
export function fitting(schema: Json): fc.Arbitrary<unknown> {
  if (typeof schema.$ref === 'string') return fitting(resolved(schema.$ref));
  if (Array.isArray(schema.anyOf)) return fc.oneof(...(schema.anyOf as Json[]).map(fitting));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer({
        min: Number(schema.minimum ?? 0),
        max: Math.min(Number(schema.maximum ?? 1e6), Number(schema.minimum ?? 0) + 2 ** 31),
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(fitting(schema.items as Json), {
        maxLength: Math.min(3, Number(schema.maxItems ?? 3)),
      });
    default:
      return object(schema);
  }
}

function object(schema: Json): fc.Arbitrary<unknown> {
  const properties = schema.properties as Readonly<Record<string, Json>> | undefined;
  if (properties === undefined)
    return fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }));
  const required = (schema.required ?? []) as string[];
  return fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, fitting(part)])),
    {
      requiredKeys: required,
    },
  );
}

function text(schema: Json): fc.Arbitrary<string> {
  const min = Number(schema.minLength ?? 0);
  const max = Math.min(Number(schema.maxLength ?? min + MORE), min + MORE);
  if (schema.contentEncoding === 'base64url')
    return fc
      .string({ unit: fc.constantFrom(...'ABCxyz019-_'), minLength: min, maxLength: max })
      .filter((letters) => letters.length % 4 !== 1);
  if (typeof schema.pattern === 'string') return fc.stringMatching(new RegExp(schema.pattern));
  return fc.string({ minLength: min, maxLength: max, unit: 'grapheme' });
}

/** What no schema has in mind: wrong types, extremes, other alphabets, keys of every object, depth. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 2 },
  {
    arbitrary: fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      1.5,
      1e308,
      2 ** 53,
      '',
      ' ',
      '\u0000',
      '\ud800',
      '\u202e\u2066',
      'a\u0301'.repeat(2000),
      'A'.repeat(200_000),
      '__proto__',
      'constructor',
      '../../etc/passwd',
      "' OR 1=1 --",
      '<script>alert(1)</script>',
      '0'.repeat(32),
      [],
      {},
      Array.from({ length: 5000 }, () => '0'.repeat(32)),
      nested(2000),
    ),
    weight: 3,
  },
);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let n = 0; n < depth; n++) value = [value];
  return value;
}

/** A body as it is sent: fitting, with one place that is another, with keys that objects have anyway, or nothing like it. */
export function bodies(schema: Json): fc.Arbitrary<string> {
  const fits = fitting(schema);
  return fc.oneof(
    fits.map((value) => JSON.stringify(value)),
    fc
      .tuple(fits, fc.nat(), hostile)
      .map(([value, at, other]) => JSON.stringify(withOther(value, at, other) ?? null)),
    fits.map((value) =>
      JSON.stringify(value).replace(
        /^\{/,
        '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},',
      ),
    ),
    hostile.map((value) => JSON.stringify(value) ?? 'null'),
    fc.constantFrom(
      '',
      '{',
      'null',
      '[]',
      '{}',
      '"',
      'NaN',
      '\ufeff{}',
      `${'['.repeat(50_000)}`,
      `${'{"a":'.repeat(20_000)}`,
    ),
  );
}

/** A copy in which one of its values, wherever it stands, is another. */
function withOther(value: unknown, at: number, other: unknown): unknown {
  const paths = placesIn(value);
  const path = paths[at % Math.max(1, paths.length)] ?? [];
  return put(value, path, other);
}

function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    ...(path.length > 0 ? [path] : []),
    ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key])),
  ];
}

function put(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other;
  if (Array.isArray(value))
    return value.map((inner: unknown, n) => (String(n) === key ? put(inner, rest, other) : inner));
  return Object.fromEntries(
    Object.entries(value ?? {}).map(([name, inner]: [string, unknown]) => [
      name,
      name === key ? put(inner, rest, other) : inner,
    ]),
  );
}

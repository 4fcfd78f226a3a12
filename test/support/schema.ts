/** Values against the OpenAPI document: the part of JSON Schema that it uses, and no field that it does not name. */
import type { Json } from '../../src/contract/api/schema.ts';
import { openApi } from '../../src/routes/openapi.ts';

export const DOCUMENT = openApi('http://localhost');

/** The first thing that is wrong with a value, with the way to it; null for one that fits. */
export function misfit(schema: Json, value: unknown, at = ''): string | null {
  if (typeof schema.$ref === 'string') return misfit(resolved(schema.$ref), value, at);
  if (Array.isArray(schema.anyOf)) {
    const all = (schema.anyOf as Json[]).map((part) => misfit(part, value, at));
    return all.includes(null) ? null : (all.find((wrong) => wrong !== null) ?? null);
  }
  if (Array.isArray(schema.enum))
    return schema.enum.includes(value) ? null : `${at}: ${JSON.stringify(value)} is none of the choices`;
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  if (!types.some((type) => isOf(type, value))) return `${at}: ${typeof value} and not ${types.join(' or ')}`;
  if (typeof value === 'string') return misfitText(schema, value, at);
  if (typeof value === 'number')
    return value < Number(schema.minimum ?? -Infinity) || value > Number(schema.maximum ?? Infinity)
      ? `${at}: ${value} is out of its range`
      : null;
  if (Array.isArray(value)) {
    if (value.length > Number(schema.maxItems ?? Infinity)) return `${at}: ${value.length} items`;
    return first(value.map((item, n) => () => misfit(schema.items as Json, item, `${at}[${n}]`)));
  }
  return typeof value === 'object' && value !== null ? misfitObject(schema, value, at) : null;
}

function misfitObject(schema: Json, value: object, at: string): string | null {
  const properties = schema.properties as Readonly<Record<string, Json>> | undefined;
  const others = schema.additionalProperties as Json | undefined;
  // WebAuthn's dictionaries are the browser's.
  if (properties === undefined && others === undefined) return null;
  const missing = ((schema.required ?? []) as string[]).find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return `${at}: ${missing} is missing`;
  return first(
    Object.entries(value).map(([name, inner]) => () => {
      const part = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : others;
      return part === undefined ? `${at}: ${name} is not described` : misfit(part, inner, `${at}.${name}`);
    }),
  );
}

function misfitText(schema: Json, value: string, at: string): string | null {
  const length = [...value].length;
  if (length < Number(schema.minLength ?? 0) || length > Number(schema.maxLength ?? Infinity))
    return `${at}: ${length} characters`;
  if (typeof schema.pattern === 'string' && !new RegExp(schema.pattern).test(value))
    return `${at}: ${value.slice(0, 60)} does not fit ${schema.pattern}`;
  return null;
}

function isOf(type: unknown, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isSafeInteger(value);
    default:
      return typeof value === type;
  }
}

const first = (checks: readonly (() => string | null)[]): string | null => {
  for (const check of checks) {
    const wrong = check();
    if (wrong !== null) return wrong;
  }
  return null;
};

/** What a reference of the document means. */
export const resolved = (ref: string): Json =>
  DOCUMENT.components.schemas[ref.slice(ref.lastIndexOf('/') + 1)] ?? {};

const PATTERNS = Object.entries(DOCUMENT.paths).map(([path, operations]) => ({
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  isPlain: !path.includes('{'),
  operations,
}));

/** The operation of a request; null for one that is not described. */
export function operationOf(method: string, path: string): Json | null {
  const [bare = ''] = path.split('?');
  const found = PATTERNS.filter(({ pattern }) => pattern.test(bare));
  const best = found.find(({ isPlain }) => isPlain) ?? found[0];
  return best?.operations[method.toLowerCase()] ?? null;
}

/** Throws when an answer is none that the document has for this call. */
export function checkAnswer(method: string, path: string, status: number, body: unknown): void {
  if (!path.startsWith('/api/v1/')) return;
  const operation = operationOf(method, path);
  if (operation === null) {
    // Asked on purpose where there is nothing.
    if (status < 400) throw new Error(`${method} ${path} is not in the OpenAPI document`);
    return;
  }
  // Nobody describes what must not be: a test that provokes it says so itself.
  if (status === 500) return;
  const responses = operation.responses as Readonly<Record<string, Json>>;
  const response = responses[String(status)];
  if (response === undefined)
    throw new Error(`${method} ${path} answered ${status}, which the OpenAPI document does not have`);
  const content = response.content as Readonly<Record<string, { readonly schema: Json }>> | undefined;
  const schema = content?.['application/json']?.schema;
  if (schema === undefined) return;
  const wrong = misfit(schema, body, 'answer');
  if (wrong !== null) throw new Error(`${method} ${path} answered ${status}: ${wrong}`);
}

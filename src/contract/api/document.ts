/** What the OpenAPI document (3.1) says of every call, made from the operations; routes/openapi.ts puts it together. */
import type { ErrorBody, ErrorName } from '../errors.ts';
import { RELEASE } from '../release.ts';
import { SCOPES, TOKEN_CALLS } from '../scopes.ts';
import type { Operation } from './operation.ts';
import { TAGS } from './operation.ts';
import { CALLS } from './operations.ts';
import { wrongDevices } from './relay.ts';
import {
  type AnySchema,
  choice,
  type Json,
  list,
  mapOf,
  NAMED,
  optional,
  record,
  reference,
  type Schema,
  text,
  whole,
} from './schema.ts';

const errorName: Schema<ErrorName> = choice([
  'ValidationError',
  'NotSignedIn',
  'Forbidden',
  'VerificationNeeded',
  'SecondFactorRequired',
  'NotFound',
  'Conflict',
  'WrongDevices',
  'Gone',
  'TooLarge',
  'UnsupportedMediaType',
  'UpgradeRequired',
  'RateLimitExceeded',
  'Internal',
  'Unavailable',
]);
const refusal = record<ErrorBody>('ErrorBody', {
  error: errorName,
  message: text({ about: 'One sentence for people, in the language of Accept-Language.' }),
  fields: optional(mapOf(list(text()))),
  retry_after: optional(whole(0, Number.MAX_SAFE_INTEGER, 'Seconds; Retry-After says the same.')),
});

const ABOUT =
  `Sotto's server keeps ciphertext. What this API hands in and out is sealed and opened by devices: a program
that reads and writes messages is a device with keys of its own, such as \`sotto client\`. A token (Settings > Tokens) lets a
program make calls in your name, with your device, for as little as its scopes say, and never changes keys, ways in, sessions or
tokens. Bytes are unpadded base64url, ids lowercase hexadecimal, times epoch milliseconds. Lists are bare arrays. Unknown fields
are ignored on both sides.`.replace(/\n/g, ' ');

/** What calls are refused with besides what they say themselves. */
const COMMON = {
  400: 'Something of it cannot be right; `fields` says what.',
  401: 'Not signed in, or the token is over.',
  403: 'Not with this session, role or token.',
  413: 'Larger than anything sent here can be.',
  415: 'Another media type than this call takes.',
  426: 'The client is of another release (header sotto-release).',
  429: 'Too often; Retry-After says when to go on.',
  503: 'The server can store nothing right now.',
} as const;

export interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> } & Json;
  readonly [key: string]: unknown;
}

/** A call as the document's maker takes it. */
export interface DescribedCall {
  readonly method: string;
  /** With `:parameters`. */
  readonly path: string;
  /** Everything of the operation but its parameters. */
  readonly detail: Json;
  readonly params: Readonly<Record<string, Json>>;
  readonly query: Readonly<Record<string, Json>>;
  /** Names of the query's that must be there. */
  readonly required: readonly string[];
}

/** Every call, and the schemas that they refer to by name. */
export function describedCalls(): {
  readonly calls: readonly DescribedCall[];
  readonly schemas: Readonly<Record<string, Json>>;
} {
  const schemas: Record<string, Json> = {};
  const use = (schema: AnySchema): Json => collect(reference(schema), schemas);
  const all = (of: Readonly<Record<string, AnySchema>> = {}) =>
    Object.fromEntries(Object.entries(of).map(([name, schema]) => [name, use(schema)]));
  const calls = CALLS.map(({ method, path, operation }) => ({
    method,
    path,
    detail: describe(method, path, operation, use),
    params: all(operation.path),
    query: all(operation.query),
    required: operation.required ?? [],
  }));
  return { calls, schemas };
}

/** The document around its paths. @param origin where this server is */
export const frame = (origin: string) => ({
  openapi: '3.1.0',
  info: { title: 'Sotto', version: RELEASE, description: ABOUT },
  servers: [{ url: origin }],
  tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
  securitySchemes: {
    session: {
      type: 'apiKey',
      in: 'cookie',
      name: origin.startsWith('https:') ? '__Host-sotto' : 'sotto',
      description: 'What signing in sets.',
    },
    token: {
      type: 'http',
      scheme: 'bearer',
      description: `\`Authorization: Bearer sotto_…\`. Scopes: ${Object.keys(SCOPES).join(', ')}.`,
    },
  },
});

/** Moves what references mean to the components, and leaves the references. */
function collect(value: Json, schemas: Record<string, Json>): Json {
  const meant = Reflect.get(value, NAMED) as (AnySchema & { readonly name: string }) | undefined;
  if (meant !== undefined) {
    if (!(meant.name in schemas)) {
      // Its place first, so that one that holds itself ends.
      schemas[meant.name] = {};
      schemas[meant.name] = collect(meant.json, schemas);
    }
    return { $ref: value.$ref };
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, walk(part, schemas)]));
}

function walk(part: unknown, schemas: Record<string, Json>): unknown {
  if (Array.isArray(part)) return part.map((item) => walk(item, schemas));
  return typeof part === 'object' && part !== null ? collect(part as Json, schemas) : part;
}

function describe(
  method: string,
  path: string,
  operation: Operation,
  use: (schema: AnySchema) => Json,
): Json {
  const { summary, tag, body, answers } = operation;
  const content = (schema: AnySchema) => ({ content: { 'application/json': { schema: use(schema) } } });
  const responses: Record<string, Json> = {};
  for (const [status, answer] of Object.entries(answers))
    responses[status] = {
      description: DONE[status] ?? 'Done.',
      ...(answer === null ? {} : answer === 'bytes' ? BYTES : content(answer)),
    };
  const named = method === 'POST' && path.endsWith('/messages') ? { 409: wrongDevices } : {};
  for (const [status, description] of Object.entries(refusalsOf(method, operation)))
    responses[status] = { description, ...content(Reflect.get(named, status) ?? refusal) };
  return {
    operationId: operationId(method, path),
    summary,
    tags: [tag],
    ...(accessOf(operation) === '' ? {} : { description: accessOf(operation) }),
    security: securityOf(`${method} ${path}`, operation),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, ...('bytes' in body ? BYTES : content(body)) } }),
    responses,
  };
}

const BYTES = { content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } };
const DONE: Readonly<Record<string, string>> = {
  101: 'Switching protocols.',
  201: 'Made.',
  204: 'Done, without a body.',
};

/** Status to what it means, of every refusal that this call can answer. */
export function refusalsOf(method: string, operation: Operation): Readonly<Record<string, string>> {
  const common: number[] = [400, 426, 429, 503];
  if (operation.access !== 'open') common.push(401, 403);
  else if (method !== 'GET') common.push(403);
  if (operation.body !== undefined) common.push(413, 415);
  const entries = Object.entries(COMMON).filter(([status]) => common.includes(Number(status)));
  return { ...Object.fromEntries(entries), ...operation.refusals };
}

/** Who may make this call, in words. */
export function accessOf({ access, needs }: Operation): string {
  const who = access === 'device' || access === 'fresh' ? 'A session that acts for a device.' : '';
  const fresh = access === 'fresh' ? 'Its holder showed who they are within the last 15 minutes.' : '';
  const role = needs === undefined ? '' : `The role must have the permission ${needs}.`;
  return [who, fresh, role].filter((sentence) => sentence !== '').join(' ');
}

function securityOf(call: string, { access }: Operation): readonly Json[] {
  if (access === 'open') return [];
  const scopes = TOKEN_CALLS[call];
  return [{ session: [] }, ...(scopes === undefined ? [] : [{ token: scopes }])];
}

/** `GET /api/v1/files/:id/chunks/:n` -> getFilesIdChunksN */
const operationId = (method: string, path: string): string =>
  method.toLowerCase() +
  path
    .replace('/api/v1/', '')
    .split(/[/:-]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

/** The relay's calls over `fetch`: one request for each, refusals and silence told apart. */

import { MAX_SEGMENT_BYTES, SEGMENT_MEDIA_TYPE } from '../contract/backup.ts';
import type { ErrorBody, ErrorName, WrongDevicesBody } from '../contract/errors.ts';
import { MAX_PART_BYTES } from '../contract/parcels.ts';
import { PATHS, parcelPath, partPath, rosterPath, segmentPath } from '../contract/paths.ts';
import { POST_MEDIA_TYPE } from '../contract/relay.ts';
import type { SpareBytes } from '../contract/spare-bytes.ts';
import { sentence } from '../contract/words.ts';
import * as answers from './answers.ts';
import { readBytes } from './http-bytes.ts';
import { httpFiles } from './http-files.ts';
import { onDemand } from './on-demand.ts';
import { type RelayTransport, TransportFailed, TransportRefused } from './ports.ts';
import type { Shape } from './stored.ts';

/** The part of `fetch` that is used here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpTransportOptions {
  /** The server's origin, such as `https://chat.example`; empty for the page's own. */
  readonly origin: string;
  /** `fetch` by default. */
  readonly fetch?: Fetch;
  /** Sent with every request: the command line's cookie. The browser adds its own. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Sees every answer before it is read: the command line's cookie jar. What it throws, the call throws. */
  readonly onResponse?: (response: Response) => void | Promise<void>;
  /** Milliseconds until a request counts as failed; 30,000 by default. */
  readonly timeout?: number;
  /** For chunks of files on their way; new memory for each by default. */
  readonly spare?: SpareBytes;
}

const TIMEOUT_MS = 30_000;
const NO_ANSWER = sentence('The server cannot be reached.');
const NOT_SOTTO = sentence('What answers there is not a Sotto server that this release understands.');

const SEGMENTS = `${PATHS.backup}/segments/`;

/** One request each: `asked` reads an answer, `told` wants none. */
export interface HttpCalls {
  readonly spare?: SpareBytes | undefined;
  asked<T>(shape: Shape<T>, method: string, path: string, body?: unknown): Promise<T>;
  told(method: string, path: string, body?: unknown, how?: HttpHow): Promise<void>;
  /** Bytes of at most `max`. */
  fetched(path: string, max: number, how?: HttpHow): Promise<Uint8Array>;
}

/** What is another way than usual. */
export interface HttpHow {
  /** Of a body of bytes. */
  readonly type?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  /** The call throws its reason, AbortError, once it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Given the headers of an answer that is no refusal. */
  readonly seen?: (headers: Headers) => void;
}

/**
 * Calls over HTTP. TransportRefused carries the server's own sentence; TransportFailed is everything after which
 * nobody knows whether the server acted: no connection, a timeout, a broken answer, a proxy's error page.
 */
export function httpCalls(options: HttpTransportOptions): HttpCalls {
  // Called as a bare function: a browser's fetch refuses any other `this`.
  const send: Fetch = options.fetch ?? ((url, init) => fetch(url, init));

  /** The answer's bytes, or its text. */
  const request = async <T>(
    read: (response: Response) => Promise<T>,
    method: string,
    path: string,
    body?: unknown,
    how: HttpHow = {},
  ): Promise<T> => {
    const raw = body instanceof Uint8Array || body instanceof Blob;
    const type = how.type ?? (path.startsWith(SEGMENTS) ? SEGMENT_MEDIA_TYPE : POST_MEDIA_TYPE);
    const timeout = AbortSignal.timeout(how.timeout ?? options.timeout ?? TIMEOUT_MS);
    let response: Response;
    let text = '';
    let answer: T | null = null;
    try {
      response = await send(options.origin + path, {
        method,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': raw ? type : 'application/json' }),
          ...options.headers?.(),
        },
        ...(body === undefined ? {} : { body: asBody(body) }),
        cache: 'no-store',
        credentials: 'same-origin',
        redirect: 'manual',
        signal: how.signal === undefined ? timeout : AbortSignal.any([how.signal, timeout]),
      });
      if (response.ok) {
        how.seen?.(response.headers);
        answer = await read(response);
      } else text = await response.text();
    } catch (cause) {
      how.signal?.throwIfAborted();
      throw new TransportFailed(NO_ANSWER, { cause });
    }
    await options.onResponse?.(response);
    if (answer !== null) return answer;
    throw refusal(response, text);
  };
  const asText = (response: Response) => response.text();
  const asked = async <T>(shape: Shape<T>, method: string, path: string, body?: unknown): Promise<T> => {
    const text = await request(asText, method, path, body);
    try {
      return shape.read(JSON.parse(text));
    } catch (cause) {
      throw new TransportFailed(NOT_SOTTO, { cause });
    }
  };
  const told: HttpCalls['told'] = async (method, path, body, how) => {
    await request(asText, method, path, body, how);
  };
  const fetched: HttpCalls['fetched'] = (path, max, how) =>
    request((response) => readBytes(response, max), 'GET', path, undefined, how);

  return { asked, told, fetched, spare: options.spare };
}

/** Bytes as they are; a Blob is read by the browser itself, and nothing of it here. */
function asBody(body: unknown): Uint8Array<ArrayBuffer> | Blob | string {
  if (body instanceof Uint8Array) return isUnshared(body) ? body : new Uint8Array(body);
  return body instanceof Blob ? body : JSON.stringify(body);
}

const isUnshared = (bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer;

/** The calls of an engine over HTTP. */
export function httpRelay(calls: HttpCalls): RelayTransport {
  const { asked, told, fetched } = calls;
  return {
    people: () => asked(answers.people, 'GET', PATHS.people),
    directory: (people) => asked(answers.directory, 'POST', PATHS.directory, { people }),
    log: (from) => asked(answers.logPage, 'GET', `${PATHS.log}?from=${from}`),
    policies: async () => (await asked(answers.workspacePolicies, 'GET', PATHS.workspace)).policies,
    logKey: async () => (await asked(answers.logKey, 'GET', PATHS.workspace)).logKey,
    claimPrekeys: (devices) => asked(answers.prekeyBundles, 'POST', PATHS.claimPrekeys, { devices }),
    prekeyStock: () => asked(answers.prekeyStock, 'GET', PATHS.prekeys),
    uploadPrekeys: (body) => told('POST', PATHS.prekeys, body),

    conversations: () => asked(answers.conversations, 'GET', PATHS.conversations),
    createConversation: (body) => asked(answers.conversation, 'POST', PATHS.conversations, body),
    roster: (id, after) => asked(answers.roster, 'GET', `${rosterPath(id)}?after=${after}`),
    appendRoster: (id, body) => asked(answers.conversation, 'POST', rosterPath(id), body),
    openConversations: () => asked(answers.openConversations, 'GET', PATHS.openConversations),
    post: (bytes) => asked(answers.accepted, 'POST', PATHS.messages, bytes),
    pending: (after) => asked(answers.pending, 'GET', `${PATHS.envelopes}?after=${after}`),
    acknowledge: (seqs) => told('POST', PATHS.acknowledgements, { seqs }),
    putParcelPart: ({ id }, n, to, sealed) => told('PUT', `${partPath(id, n)}?to=${to}`, sealed),
    parcelPart: (id, n) => fetched(partPath(id, n), MAX_PART_BYTES),
    removeParcel: (id) => told('DELETE', parcelPath(id)),
    files: httpFiles(calls),
    sharing: async () => (await onDemand(() => import('./files/sharing-transport.ts'))).httpSharing(calls),
    presence: () => asked(answers.presenceSettings, 'GET', PATHS.presence),
    choosePresence: (shown) => asked(answers.presenceSettings, 'PUT', PATHS.presence, { shown }),
    statuses: (ids) => asked(answers.statuses, 'POST', PATHS.statuses, { ids }),

    backup: () => asked(answers.backup, 'GET', PATHS.backup),
    updateBackup: (body) => told('PUT', PATHS.backup, body),
    turnBackupOff: () => told('DELETE', PATHS.backup),
    backupSegment: (id) => fetched(segmentPath(id), MAX_SEGMENT_BYTES),
    putBackupSegment: (id, sealed) => told('PUT', segmentPath(id), sealed),
  };
}

/** The error that an answer stands for: the server's reasoned no, or a failure when somebody else wrote it. */
function refusal(response: Response, text: string): TransportRefused | TransportFailed {
  const body = errorBody(text, Number(response.headers.get('retry-after')));
  if (body) return new TransportRefused(response.status, body);
  if (response.status >= 500) return new TransportFailed(NO_ANSWER);
  // A client's error without our shape: a proxy's limit, or another program. Redirects land here too.
  const status = STATUS_NAMES[response.status];
  return status
    ? new TransportRefused(response.status, { error: status, message: NOT_SOTTO })
    : new TransportFailed(NOT_SOTTO);
}

const STATUS_NAMES: Readonly<Record<number, ErrorName>> = {
  400: 'ValidationError',
  401: 'NotSignedIn',
  403: 'Forbidden',
  404: 'NotFound',
  413: 'TooLarge',
  429: 'RateLimitExceeded',
};

function errorBody(text: string, retryAfter: number): ErrorBody | WrongDevicesBody | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof json !== 'object' || json === null || !('error' in json) || !('message' in json)) return null;
  const { error, message } = json;
  if (typeof error !== 'string' || typeof message !== 'string' || !answers.isErrorName(error)) return null;
  const seconds =
    'retry_after' in json && typeof json.retry_after === 'number' ? json.retry_after : retryAfter;
  if (error === 'WrongDevices')
    return { error, message, expected: 'expected' in json ? recipients(json.expected) : [] };
  return {
    error,
    message,
    ...('fields' in json ? { fields: fieldErrors(json.fields) } : {}),
    ...(seconds > 0 ? { retry_after: seconds } : {}),
  };
}

function recipients(json: unknown): WrongDevicesBody['expected'] {
  if (!Array.isArray(json)) return [];
  return json.flatMap((each: unknown) =>
    typeof each === 'object' && each !== null && 'account' in each && 'device' in each
      ? [{ account: String(each.account), device: String(each.device) }]
      : [],
  );
}

function fieldErrors(json: unknown): NonNullable<ErrorBody['fields']> {
  if (typeof json !== 'object' || json === null) return {};
  return Object.fromEntries(
    Object.entries(json).map(([name, sentences]) => [
      name,
      Array.isArray(sentences) ? sentences.map(String) : [String(sentences)],
    ]),
  );
}

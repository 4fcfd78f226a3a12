/**
 * Chunks from where they lie, where the server gives addresses for them (contract/files.ts), and from the server whenever that does not
 * work. Nothing of whoever asks goes there: no cookie, no visit, no page. What comes is ciphertext that its reader compares with the
 * hashes of the manifest, as always.
 */
import {
  CHUNK_BYTES,
  CHUNK_OVERHEAD_BYTES,
  DIRECT_HEADER,
  DIRECT_MS,
  type DirectChunks,
  type FileId,
  MAX_CHUNKS,
  MOST_DIRECT,
} from '../../contract/files.ts';
import { fileDirectPath, fileHashesPath } from '../../contract/paths.ts';
import { readBytes } from '../http-bytes.ts';
import type { Fetch, HttpCalls } from '../http-relay.ts';
import { list, record, type Shape, text } from '../stored.ts';
import type { FileTransport } from './ports.ts';

const directChunks: Shape<DirectChunks> = record({ urls: list(text) });

/** What begins later than so many milliseconds after an address was given asks for another: it ends within its minute as a rule. */
const USED_MS = DIRECT_MS - 20_000;
/** A chunk that takes longer comes through the server. */
const TIMEOUT_MS = 30_000;
/** Where it did not work, it is not tried again for so long, whatever the file. */
const REST_MS = 10 * 60_000;
/** Chunks of which is known that they came from there; all are forgotten when there are more. */
const MOST_GIVEN = 4096;

interface Addresses {
  readonly first: number;
  readonly until: number;
  readonly urls: Promise<readonly string[]>;
}

export interface DirectTools {
  readonly calls: HttpCalls;
  /** To other origins. */
  readonly fetch: Fetch;
  /** Whether chunks may be fetched from this origin, which the server has named. */
  readonly isOpen: (origin: string) => boolean;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** The same calls, of which `hashes` hears whether chunks can be had directly, and `chunk` has them so. */
export function directFiles<T extends Pick<FileTransport, 'hashes' | 'chunk'>>(
  files: T,
  { calls, fetch, isOpen, clock }: DirectTools,
): T {
  /** Origins from which chunks of a file come. */
  const allowed = new Map<FileId, string>();
  const addresses = new Map<FileId, Addresses>();
  const given = new Set<string>();
  let restsUntil = 0;

  const addressOf = async (id: FileId, n: number): Promise<string | null> => {
    let known = addresses.get(id);
    if (known === undefined || n < known.first || n >= known.first + MOST_DIRECT || clock() >= known.until) {
      const urls = calls.asked(directChunks, 'GET', fileDirectPath(id, n)).then((answer) => answer.urls);
      known = { first: n, until: clock() + USED_MS, urls };
      addresses.set(id, known);
    }
    const urls = await known.urls;
    // It is not allowed any more.
    if (urls.length === 0) allowed.delete(id);
    return urls[n - known.first] ?? null;
  };

  const fetched = async (id: FileId, n: number, signal?: AbortSignal): Promise<Uint8Array | null> => {
    const origin = allowed.get(id);
    if (origin === undefined || clock() < restsUntil) return null;
    // It was not what it must be: the server may have better.
    const name = `${id}/${n}`;
    if (given.delete(name)) return null;
    try {
      const address = await addressOf(id, n);
      if (address === null || !isOf(address, origin)) return null;
      const timeout = AbortSignal.timeout(TIMEOUT_MS);
      const answer = await fetch(address, {
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      if (answer.status !== 200) throw new Error(String(answer.status));
      const bytes = await readBytes(answer, CHUNK_BYTES + CHUNK_OVERHEAD_BYTES);
      if (given.size >= MOST_GIVEN) given.clear();
      given.add(name);
      return bytes;
    } catch {
      signal?.throwIfAborted();
      addresses.delete(id);
      restsUntil = clock() + REST_MS;
      return null;
    }
  };

  return {
    ...files,
    hashes: (id: FileId) =>
      calls.fetched(fileHashesPath(id), MAX_CHUNKS * 32, {
        seen: (headers) => {
          const origin = headers.get(DIRECT_HEADER);
          if (origin !== null && isOpen(origin)) allowed.set(id, origin);
          else allowed.delete(id);
        },
      }),
    chunk: async (id: FileId, n: number, signal?: AbortSignal) =>
      (await fetched(id, n, signal)) ?? files.chunk(id, n, signal),
  };
}

/** The server chose it: an address of the origin that was asked about, with no name or password in it. */
function isOf(address: string, origin: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.origin === origin && url.username === '' && url.password === '';
}

/** Whether a program without a page may fetch from there: a web address, and no plain one where the server is encrypted. */
export const isOpenTo =
  (server: string) =>
  (origin: string): boolean =>
    origin.startsWith('https://') || (origin.startsWith('http://') && server.startsWith('http://'));

/**
 * Where bytes lie that are too large for the database: one object for each chunk of a file, under a key that the server makes and uses
 * once. Nothing here knows whose they are; what no row names is an orphan, found by `list`.
 */

import { CHUNK_BYTES, CHUNK_OVERHEAD_BYTES, DIRECT_MS } from '../contract/files.ts';

/** 16 random bytes in hexadecimal: never anything that came over the wire. */
export type BlobKey = string;
export const isBlobKey = (value: string): value is BlobKey => /^[0-9a-f]{32}$/.test(value);
export const blobKey = (bytes: Uint8Array): BlobKey => bytes.toHex();

/** A sealed chunk: nothing larger is put. */
export const MOST_BLOB_BYTES = CHUNK_BYTES + CHUNK_OVERHEAD_BYTES;

/** Seconds for which an address given by `direct` is good. */
export const DIRECT_SECONDS = DIRECT_MS / 1000;

export interface Blobs {
  /**
   * Keeps bytes under a key that was never used. Resolves when neither a crash nor the end of the power would lose them. Before that the key
   * is for nobody: what the end of the process cut off is never given out by `get`, and listed at most; after the power went, `get`
   * may give anything for it. Throws BlobsUnavailable when they cannot be kept.
   */
  put(key: BlobKey, bytes: Uint8Array): Promise<void>;
  /** The bytes, or null when there are none. Throws BlobsUnavailable when they cannot be read. */
  get(key: BlobKey): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Forgets them, and what a cut-off `put` left; nothing to forget is no error. */
  remove(key: BlobKey): Promise<void>;
  /** Keys after this one (null: from the first), in order, at most `limit`; what a cut-off `put` left is among them. */
  list(after: BlobKey | null, limit: number): Promise<readonly BlobKey[]>;
  /** Epoch milliseconds, by the clock of where they lie, at which they were put there; null when there are none. */
  written(key: BlobKey): Promise<number | null>;
  /**
   * An address at which whoever has it fetches these bytes, and nothing else, for DIRECT_SECONDS, without asking this server; null where
   * they come through this server alone. Nobody looks whether they are there.
   */
  direct(key: BlobKey): string | null;
  /** Bytes that still fit; null where nobody knows. */
  free(): Promise<number | null>;
}

/** Bytes cannot be kept or read (disk full, read-only, away): nothing was stored. The message is one word for why, and holds no secret. */
export class BlobsUnavailable extends Error {
  override readonly name = 'BlobsUnavailable';
}

/** Whether it is a system's word, such as ENOSPC; those of a store look otherwise. */
export const isDiskWord = (reason: string): boolean => /^E[A-Z0-9]+$/.test(reason);

/** Throws TypeError for what is no key. */
export function checkKey(key: string): BlobKey {
  if (!isBlobKey(key)) throw new TypeError('a blob has a key of 32 hexadecimal digits');
  return key;
}

/**
 * The bytes of files in step with the rows that name them. A blob is written before its row and removed after it, so that a crash
 * between the two leaves an orphan and never a row without bytes; `removeOrphans` finds those.
 */
import { type BlobKey, BlobsUnavailable, blobKey, isDiskWord } from '../blobs/blobs.ts';
import type { Ports } from '../deps.ts';
import { isBackupUnderway } from '../ops/backup/lease.ts';
import { unnamed } from '../store/file-lists.ts';
import { lastRestore } from '../store/set-back.ts';
import { Refusal } from './refusal.ts';

export interface BlobWrites {
  /** Keeps each of them under a new key, then runs `name`, whose transaction makes rows of all; gives what that gives. */
  write<T>(all: readonly Uint8Array[], name: (keys: readonly BlobKey[]) => Promise<T>): Promise<T>;
  /** Bytes by a key that a row names; null when they are not there. */
  read(key: BlobKey): Promise<Uint8Array<ArrayBuffer> | null>;
  /**
   * Forgets bytes that no row names any more; gives how many. What fails stays an orphan, for the next run, and so does everything
   * while a backup is made, whose rows may name it.
   */
  remove(keys: readonly BlobKey[]): Promise<number>;
  /** Removes what no row names and nobody can still be writing, on this node or another one; gives how many. */
  removeOrphans(): Promise<number>;
  /** Of the addresses that `direct` gives; null when it gives none. */
  readonly directOrigin: string | null;
  /** As the keeper's. */
  direct(key: BlobKey): string | null;
  /** Refuses what would leave the disk too full for messages. */
  checkRoom(bytes: number): Promise<void>;
}

/** Bytes that files leave free: messages, and the database that they stand in, need room too. */
const RESERVE_BYTES = 256 * 1024 * 1024;
/**
 * Bytes without a row are being written, or what a crash left: milliseconds after which they are the latter, whatever a clock is off by.
 * A row is committed seconds after its bytes.
 */
export const ORPHAN_AGE_MS = 60 * 60_000;
/**
 * Milliseconds after a restore for which nothing counts as an orphan: whoever went back too far goes back once more, to where rows name
 * those bytes, and a copy that was opened on trial may share them with the workspace that it is of.
 */
export const RESTORED_MS = 7 * 24 * 60 * 60_000;
/** Of nothing: keys are random. */
const NO_KEY = '0'.repeat(32);
/** Keys that are looked at together. */
const PAGE = 500;

const noRoom = () =>
  new Refusal(
    'Unavailable',
    'The server has no room for files right now. Nothing was lost; tell whoever runs it, and try again later.',
  );

const away = () =>
  new Refusal(
    'Unavailable',
    'The server cannot reach its files right now. Nothing was lost; try again in a moment, and tell whoever runs it if it stays so.',
  );

export function createBlobWrites({
  db,
  blobs,
  clock,
  log,
  random,
}: Pick<Ports, 'db' | 'blobs' | 'clock' | 'log' | 'random'>): BlobWrites {
  const remove: BlobWrites['remove'] = async (keys) => {
    let removed = 0;
    if (keys.length === 0 || (await isBackupUnderway(db, clock()))) return removed;
    for (const key of keys) {
      try {
        await blobs.remove(key);
        removed++;
      } catch (error) {
        if (!(error instanceof BlobsUnavailable)) throw error;
        log.warn('blob not removed', { reason: error.message });
      }
    }
    return removed;
  };

  return {
    async write(all, name) {
      const keyed = all.map((bytes) => ({ key: blobKey(random(16)), bytes }));
      const keys = keyed.map(({ key }) => key);
      const puts = await Promise.allSettled(
        keyed.map(({ key, bytes }) => available(() => blobs.put(key, bytes), true)),
      );
      const failed = puts.find(({ status }) => status === 'rejected');
      try {
        if (failed?.status === 'rejected') throw failed.reason;
        return await name(keys);
      } catch (error) {
        // After any other error the rows may be there: the orphans' run looks.
        if (error instanceof Refusal) await remove(keys);
        throw error;
      }
    },

    directOrigin: URL.parse(blobs.direct(NO_KEY) ?? '')?.origin ?? null,
    direct: (key) => blobs.direct(key),
    read: (key) => available(() => blobs.get(key)),
    remove,

    async removeOrphans() {
      let removed = 0;
      const restored = await lastRestore(db);
      if (restored !== null && clock() - restored < RESTORED_MS) return removed;
      let after: BlobKey | null = null;
      for (;;) {
        const page: readonly BlobKey[] = await blobs.list(after, PAGE);
        removed += await remove(await settled(await unnamed(db, page)));
        after = page.at(-1) ?? null;
        if (after === null || page.length < PAGE) return removed;
      }
    },

    async checkRoom(bytes) {
      const free = await blobs.free();
      if (free !== null && free - bytes < RESERVE_BYTES) throw noRoom();
    },
  };

  /** Those of them that no node can still be writing. */
  async function settled(keys: readonly BlobKey[]): Promise<readonly BlobKey[]> {
    const old: BlobKey[] = [];
    for (const key of keys) {
      const at = await blobs.written(key);
      if (at !== null && at <= clock() - ORPHAN_AGE_MS) old.push(key);
    }
    return old;
  }

  async function available<T>(act: () => Promise<T>, isPut = false): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof BlobsUnavailable)) throw error;
      log.error('blobs unavailable', { reason: error.message });
      throw isPut && isDiskWord(error.message) ? noRoom() : away();
    }
  }
}

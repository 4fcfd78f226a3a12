/** Whether the disk takes what it is given: database and files, watched from outside, measured, and said in the log once each time. */
import { type Blobs, BlobsUnavailable } from '../blobs/blobs.ts';
import { type Db, DbUnavailable } from '../store/db.ts';
import type { Log } from './log.ts';
import type { Meter } from './meter.ts';
import { served } from './serving.ts';

export type StoreName = 'database' | 'files';

/** What a store refused last, until it takes something again. */
export interface Refused {
  readonly store: StoreName;
  /** When it began: epoch milliseconds. */
  readonly since: number;
  /** The system's own word for it, such as ENOSPC. */
  readonly reason: string;
}

export interface Stores {
  watchDb(db: Db): Db;
  watchBlobs(blobs: Blobs): Blobs;
  /** What cannot be stored now. */
  refused(): readonly Refused[];
  /** Changes that are not on the disk yet. */
  readonly waiting: number;
}

/** On a disk that is nearly full, what is small still fits: it counts as well again after so long without a refusal. */
const QUIET_MS = 10_000;

export function createStores({
  log,
  meter,
  clock,
}: {
  readonly log: Log;
  readonly meter: Meter;
  readonly clock: () => number;
}): Stores {
  const refused = new Map<StoreName, Refused & { lastAt: number }>();
  let waiting = 0;

  const took = (store: StoreName) => {
    const before = refused.size > 0 ? refused.get(store) : undefined;
    if (!before || clock() - before.lastAt < QUIET_MS) return;
    refused.delete(store);
    log.warn('stores again', { store });
  };
  const failed = (store: StoreName, error: unknown) => {
    if (!(error instanceof DbUnavailable || error instanceof BlobsUnavailable)) return;
    meter.count('storeRefusals', { store });
    const now = clock();
    const before = refused.get(store);
    if (before) {
      before.lastAt = now;
      return;
    }
    refused.set(store, { store, since: now, lastAt: now, reason: error.message });
    log.error('cannot store', { store, reason: error.message });
  };
  const watched = async <T>(store: StoreName, name: string, work: () => Promise<T>): Promise<T> => {
    const span = served()?.span?.child(name);
    try {
      const value = await work();
      took(store);
      span?.end();
      return value;
    } catch (error) {
      failed(store, error);
      span?.end(error instanceof Error ? error.name : 'Error');
      throw error;
    }
  };

  return {
    watchDb: (db) => ({
      read: (sql, params) => db.read(sql, params),
      async write(change) {
        const startedAt = performance.now();
        waiting++;
        try {
          return await watched('database', 'db.write', () => db.write(change));
        } finally {
          waiting--;
          meter.observe('writeDuration', {}, (performance.now() - startedAt) / 1000);
        }
      },
      close: () => db.close(),
    }),
    watchBlobs: (blobs) => ({
      put: (key, bytes) => watched('files', 'blobs.put', () => blobs.put(key, bytes)),
      get: (key) => traced('blobs.get', () => blobs.get(key)),
      remove: (key) => traced('blobs.remove', () => blobs.remove(key)),
      list: (after, limit) => blobs.list(after, limit),
      written: (key) => blobs.written(key),
      direct: (key) => blobs.direct(key),
      free: () => blobs.free(),
    }),
    refused: () => [...refused.values()],
    get waiting() {
      return waiting;
    },
  };
}

/** Reading and removing say nothing of whether there is room. */
async function traced<T>(name: string, work: () => Promise<T>): Promise<T> {
  const span = served()?.span?.child(name);
  try {
    return await work();
  } finally {
    span?.end();
  }
}

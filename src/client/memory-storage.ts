/** A Storage in memory: for tests, and for looking at a workspace without leaving anything behind. */
import { type Change, type Range, STORES, type Storage, type StoreName } from './ports.ts';

/** What a test may do before each step; throwing there is a crash at that step. */
export interface MemoryStorageOptions {
  /** Called before each commit with its number, from 1; what it throws, the commit throws, and nothing is written. */
  readonly beforeCommit?: (count: number, changes: readonly Change[]) => void;
  /** Called after a commit is on the "disk" but before its promise resolves. */
  readonly afterCommit?: (count: number) => void;
  /** Called before each read. */
  readonly beforeRead?: () => void;
}

/** What several MemoryStorage share, as tabs share one database. */
export class MemoryDisk {
  readonly stores = new Map<StoreName, Map<string, Uint8Array>>(STORES.map((name) => [name, new Map()]));
  /** The tail of the queue of exclusive operations. */
  tail: Promise<void> = Promise.resolve();

  store(name: StoreName): Map<string, Uint8Array> {
    const store = this.stores.get(name);
    if (store === undefined) throw new Error(`No such store: ${name}.`);
    return store;
  }

  /** A copy of everything, as after pulling the plug. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk();
    for (const [name, store] of this.stores) {
      for (const [key, value] of store) copy.store(name).set(key, value.slice());
    }
    return copy;
  }
}

/** Storage over a MemoryDisk, with counters of what was asked of it. */
export class MemoryStorage implements Storage {
  /** Operations so far. */
  readonly counts = { get: 0, list: 0, listed: 0, commit: 0, changes: 0 };

  constructor(
    readonly disk: MemoryDisk = new MemoryDisk(),
    private readonly options: MemoryStorageOptions = {},
  ) {}

  async get(store: StoreName, key: string): Promise<Uint8Array | null> {
    this.options.beforeRead?.();
    this.counts.get++;
    return this.disk.store(store).get(key)?.slice() ?? null;
  }

  async list(store: StoreName, range: Range): Promise<readonly (readonly [string, Uint8Array])[]> {
    this.options.beforeRead?.();
    const keys = [...this.disk.store(store).keys()]
      .filter((key) => key.startsWith(range.prefix))
      .filter((key) => range.before === undefined || key < range.before)
      .filter((key) => range.after === undefined || key > range.after)
      .sort();
    if (range.reverse === true) keys.reverse();
    const entries: [string, Uint8Array][] = [];
    for (const key of keys.slice(0, range.limit ?? keys.length)) {
      const value = this.disk.store(store).get(key);
      if (value !== undefined) entries.push([key, value.slice()]);
    }
    this.counts.list++;
    this.counts.listed += entries.length;
    return entries;
  }

  async commit(changes: readonly Change[]): Promise<void> {
    const count = ++this.counts.commit;
    this.counts.changes += changes.length;
    this.options.beforeCommit?.(count, changes);
    for (const { store, key, value } of changes) {
      if (value === null) this.disk.store(store).delete(key);
      else this.disk.store(store).set(key, value.slice());
    }
    this.options.afterCommit?.(count);
  }

  async exclusive<T>(operation: () => Promise<T>): Promise<T> {
    const before = this.disk.tail;
    let release = () => {};
    this.disk.tail = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    try {
      return await operation();
    } finally {
      release();
    }
  }

  async close(): Promise<void> {}
}

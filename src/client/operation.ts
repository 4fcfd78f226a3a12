/**
 * One operation on the storage: it reads, it decides, and everything it changed goes to the disk in one commit. Events
 * are told only after that, so nothing is shown or sent that a crash could take back (protocol/README 9, R28).
 */
import type { AccountId, ConversationId } from '../contract/ids.ts';
import type { EngineEvent } from './engine-types.ts';
import type { Change, Range, Storage, StoreName } from './ports.ts';
import { noteChange } from './search/journal.ts';
import { decodeStored, encodeStored, type Shape } from './stored.ts';

/** Reads of the storage, alone or inside an operation. */
export interface Reads {
  get(store: StoreName, key: string): Promise<Uint8Array | null>;
  list(store: StoreName, range: Range): Promise<readonly (readonly [key: string, value: Uint8Array])[]>;
}

/** A typed record of the storage, or null. Throws StoredError when it is damaged. */
export async function readRecord<T>(
  reads: Reads,
  store: StoreName,
  key: string,
  shape: Shape<T>,
): Promise<T | null> {
  return decodeStored(shape, await reads.get(store, key));
}

/** What is told anew, or looked at, after the commit. */
interface Touched {
  readonly conversations: Set<ConversationId>;
  readonly peers: Set<AccountId>;
  /** Conversations whose files are other ones. */
  readonly files: Set<ConversationId>;
  log: boolean;
  /** When the first of the messages that were written disappears, epoch milliseconds. */
  expiry: number | null;
}

/** Reads that see the operation's own writes, and the writes themselves, kept until the commit. */
export class Operation implements Reads {
  private readonly pending = new Map<string, Change>();
  /** Told after the commit, in order. */
  readonly events: EngineEvent[] = [];
  /** Conversations and people whose views are told anew after the commit. */
  readonly touched: Touched = {
    conversations: new Set(),
    peers: new Set(),
    files: new Set(),
    log: false,
    expiry: null,
  };
  /** Run after the commit, still under the lock and before anything leaves. */
  readonly committed: (() => Promise<void>)[] = [];
  /** Run after the commit: timers, wake-ups. */
  readonly afterwards: (() => void)[] = [];

  constructor(private readonly storage: Storage) {}

  async get(store: StoreName, key: string): Promise<Uint8Array | null> {
    const change = this.pending.get(`${store}\n${key}`);
    return change === undefined ? this.storage.get(store, key) : change.value;
  }

  async list(store: StoreName, range: Range): Promise<readonly (readonly [string, Uint8Array])[]> {
    const own = [...this.pending.values()].filter(
      (change) => change.store === store && within(change.key, range),
    );
    const { limit, ...rest } = range;
    const stored = await this.storage.list(
      store,
      limit === undefined ? rest : { ...rest, limit: limit + own.length },
    );
    if (own.length === 0) return stored;
    const merged = new Map(stored);
    for (const { key, value } of own) {
      if (value === null) merged.delete(key);
      else merged.set(key, value);
    }
    const sorted = [...merged].sort(([a], [b]) => (a < b ? -1 : 1));
    if (range.reverse === true) sorted.reverse();
    return sorted.slice(0, limit ?? sorted.length);
  }

  write<T>(store: StoreName, key: string, shape: Shape<T>, value: T): void {
    this.writeBytes(store, key, encodeStored(shape, value));
  }

  writeBytes(store: StoreName, key: string, value: Uint8Array): void {
    this.change({ store, key, value });
  }

  remove(store: StoreName, key: string): void {
    this.change({ store, key, value: null });
  }

  private change(change: Change): void {
    this.pending.set(`${change.store}\n${change.key}`, change);
    const note = noteChange(change);
    if (note !== null) this.pending.set(`${note.store}\n${note.key}`, note);
  }

  /** What the commit will write. */
  changes(): readonly Change[] {
    return [...this.pending.values()];
  }
}

function within(key: string, range: Range): boolean {
  return (
    key.startsWith(range.prefix) &&
    (range.before === undefined || key < range.before) &&
    (range.after === undefined || key > range.after)
  );
}

/** Numbers in keys: 16 hexadecimal digits, so that they sort as numbers do. */
export function sortable(value: number): string {
  return value.toString(16).padStart(16, '0');
}

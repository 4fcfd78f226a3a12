/** The Storage port on SQLite: one table for each store, one durable transaction for each commit. */
import { type Database, SQLiteError, type SQLQueryBindings } from 'bun:sqlite';
import {
  type Change,
  type Range,
  STORES,
  type Storage,
  StorageFull,
  type StoreName,
} from '../client/ports.ts';
import type { ProcessLock } from './process-lock.ts';

/** Above every character that a key may hold. */
const END = '\u{10ffff}';

/** The tables that the stores live in. */
export const STORAGE_SCHEMA = STORES.map(
  (store) => `CREATE TABLE IF NOT EXISTS "${store}" (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL);`,
).join('\n');

export class SqliteStorage implements Storage {
  /** @param db opened by Home: WAL, synchronous FULL; whoever opened it closes it */
  constructor(
    private readonly db: Database,
    private readonly lock: ProcessLock,
  ) {}

  async get(store: StoreName, key: string): Promise<Uint8Array | null> {
    const row = this.db
      .query<{ value: Uint8Array }, [string]>(`SELECT value FROM "${store}" WHERE key = ?`)
      .get(key);
    return row?.value ?? null;
  }

  async list(store: StoreName, range: Range): Promise<readonly (readonly [string, Uint8Array])[]> {
    const conditions = ['key >= ?', 'key < ?'];
    const values: SQLQueryBindings[] = [range.prefix, range.prefix + END];
    const also = (condition: string, value: string | undefined) => {
      if (value === undefined) return;
      conditions.push(condition);
      values.push(value);
    };
    also('key < ?', range.before);
    also('key > ?', range.after);
    const order = range.reverse === true ? 'DESC' : 'ASC';
    const sql = `SELECT key, value FROM "${store}" WHERE ${conditions.join(' AND ')} ORDER BY key ${order} LIMIT ?`;
    return this.db
      .query<{ key: string; value: Uint8Array }, SQLQueryBindings[]>(sql)
      .all(...values, range.limit ?? -1)
      .map(({ key, value }) => [key, value] as const);
  }

  async commit(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    try {
      this.write(changes);
    } catch (error) {
      if (error instanceof SQLiteError && error.code?.startsWith('SQLITE_FULL') === true)
        throw new StorageFull({ cause: error });
      throw error;
    }
  }

  private write(changes: readonly Change[]): void {
    this.db
      .transaction(() => {
        for (const { store, key, value } of changes) {
          if (value === null) this.db.query(`DELETE FROM "${store}" WHERE key = ?`).run(key);
          else
            this.db
              .query(
                `INSERT INTO "${store}" (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
              )
              .run(key, value);
        }
      })
      .immediate();
  }

  exclusive<T>(operation: () => Promise<T>): Promise<T> {
    return this.lock.exclusive(operation);
  }

  /** Nothing: Home closes the database. */
  async close(): Promise<void> {}
}

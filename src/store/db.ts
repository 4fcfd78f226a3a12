/**
 * The database port. SQL is written once, in the subset that SQLite and PostgreSQL both take: `$1` parameters used in
 * order, TEXT, BIGINT, BYTEA, `INSERT .. ON CONFLICT .. RETURNING`, ids made by the application, times as epoch
 * milliseconds. Booleans are BIGINT 0 or 1.
 */
export type Value = string | number | Uint8Array | null;
export type Row = Record<string, Value>;

/** Statements inside one write. Everything a callback does goes through it, so that a retry repeats it all. */
export interface Tx {
  /** Rows of a query, in order. */
  all<R extends object = Row>(sql: string, params?: readonly Value[]): Promise<R[]>;
  /** The first row, or null. */
  get<R extends object = Row>(sql: string, params?: readonly Value[]): Promise<R | null>;
  /** Runs a statement; gives the number of rows changed. */
  run(sql: string, params?: readonly Value[]): Promise<number>;
}

export interface Db {
  /** Reads what is committed; never sees half of a write. */
  read<R extends object = Row>(sql: string, params?: readonly Value[]): Promise<R[]>;
  /**
   * One atomic, durable change. Callbacks run one at a time, may be run again, and have no effects outside the
   * database. The promise resolves only after the commit is on the disk; when the callback throws, nothing of it stays.
   */
  write<T>(change: (tx: Tx) => Promise<T>): Promise<T>;
  /** Finishes what is queued, then closes. */
  close(): Promise<void>;
}

/** The database cannot be written (disk full, read-only, away): nothing was stored. Maps to 503. */
export class DbUnavailable extends Error {
  override readonly name = 'DbUnavailable';
}

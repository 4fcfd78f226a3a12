/** Copies of the SQLite database: one state of it, taken while others write, and what such a copy holds. */
import { Database, type SQLQueryBindings } from 'bun:sqlite';
import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { type Db, DbUnavailable, type Row, type Value } from './db.ts';

/** Milliseconds that it waits for somebody else's write. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Writes one state of the database at `path` to `out`, a file that is not there: compact, without its log. Whoever reads and writes is not held up.
 * Throws DbUnavailable, and leaves nothing, when it cannot (no room, not readable).
 */
export function copyDatabase(path: string, out: string): void {
  let database: Database | null = null;
  try {
    database = new Database(path, { readwrite: true, create: false });
    database.exec(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}`);
    database.run('VACUUM INTO ?', [out]);
  } catch (error) {
    rmSync(out, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new DbUnavailable(why, { cause: error });
  } finally {
    database?.close();
  }
}

export interface SavedChunk {
  /** The blob's key. */
  readonly blob: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: Uint8Array;
}

/** A copy that nobody else has open, to be read alone. Every call throws what SQLite says of a damaged one. */
export class DatabaseCopy implements Db {
  private readonly database: Database;

  constructor(path: string) {
    this.database = new Database(path, { readonly: true });
  }

  /** The newest migration; 0 when there is none. */
  schema(): number {
    const row = this.database
      .query<{ version: number | null }, []>('SELECT MAX(version) AS version FROM migrations')
      .get();
    return row?.version ?? 0;
  }

  /** What `PRAGMA integrity_check` and `foreign_key_check` find; empty when all is well. */
  problems(): readonly string[] {
    const found = this.database.query<{ integrity_check: string }, []>('PRAGMA integrity_check(10)').all();
    const broken = this.database.query<{ table: string }, []>('PRAGMA foreign_key_check').all();
    return [
      ...found.map(({ integrity_check: said }) => said).filter((said) => said !== 'ok'),
      ...broken.slice(0, 10).map(({ table }) => `a row of ${table} names one that is not there`),
    ];
  }

  /** Rows of every table. */
  rows(): Record<string, number> {
    const tables = this.database
      .query<{ name: string }, []>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
      )
      .all();
    const count = (table: string) =>
      this.database.query<{ n: number }, []>(`SELECT COUNT(*) AS n FROM "${table}"`).get()?.n ?? 0;
    return Object.fromEntries(tables.map(({ name }) => [name, count(name)]));
  }

  /** Chunks of files after this key, in order of their keys. */
  chunks(after: string, limit: number): readonly SavedChunk[] {
    if (this.schema() < FILES_SCHEMA) return [];
    return this.database
      .query<SavedChunk, [string, number]>(
        'SELECT blob, size, sha256 FROM file_chunks WHERE blob > ? ORDER BY blob LIMIT ?',
      )
      .all(after, limit);
  }

  async read<R extends object = Row>(sql: string, params: readonly Value[] = []): Promise<R[]> {
    return this.database.query(sql).all(...(params as SQLQueryBindings[])) as R[];
  }

  write(): Promise<never> {
    return Promise.reject(new DbUnavailable('A copy is only read.'));
  }

  async close(): Promise<void> {
    this.end();
  }

  end(): void {
    this.database.close();
  }
}

/** Puts a file, or the entries of a folder, on the disk. */
export function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Folds the log of a database into its file. Throws DbUnavailable while anybody else has it open. */
export function foldLog(path: string): void {
  const database = new Database(path, { readwrite: true, create: false });
  try {
    const row = database.query<{ journal_mode: string }, []>('PRAGMA journal_mode=DELETE').get();
    if (row?.journal_mode !== 'delete') throw new Error(row?.journal_mode);
  } catch (error) {
    throw new DbUnavailable('The database is in use.', { cause: error });
  } finally {
    database.close();
  }
}

/** The migration that made the table of chunks. */
const FILES_SCHEMA = 12;

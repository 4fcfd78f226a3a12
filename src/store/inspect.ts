/** Looks at a database file without changing it. */
import { Database } from 'bun:sqlite';

export interface Inspected {
  /** The newest migration that it has; 0 for one without any. */
  readonly schema: number;
  /** What is wrong with it, in SQLite's words; null: nothing. */
  readonly problem: string | null;
}

/** Reads all of it: seconds for a gigabyte. */
export function inspectDatabase(path: string): Inspected {
  let database: Database | null = null;
  try {
    database = new Database(path, { readonly: true });
    const check = database.query<{ quick_check: string }, []>('PRAGMA quick_check(1)').get();
    if (check?.quick_check !== 'ok') return { schema: 0, problem: check?.quick_check ?? 'unreadable' };
    const table = database
      .query<{ name: string }, []>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'migrations'",
      )
      .get();
    const newest =
      table &&
      database.query<{ version: number | null }, []>('SELECT MAX(version) AS version FROM migrations').get();
    return { schema: newest?.version ?? 0, problem: null };
  } catch (error) {
    return { schema: 0, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    database?.close();
  }
}

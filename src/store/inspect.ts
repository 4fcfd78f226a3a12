/** Looks at a database file without changing it. */
import { Database } from 'bun:sqlite';

export interface Inspected {
  /** The newest migration that it has; 0 for one without any. */
  readonly schema: number;
  /** What is wrong with it, in SQLite's words; null: nothing. */
  readonly problem: string | null;
  /** Its settings that say of a move, as they were written; null: there is none. */
  readonly movedTo: Uint8Array | null;
  readonly movedFrom: Uint8Array | null;
}

const UNMOVED = { movedTo: null, movedFrom: null };

/** Reads all of it: seconds for a gigabyte. */
export function inspectDatabase(path: string): Inspected {
  let database: Database | null = null;
  try {
    database = new Database(path, { readonly: true });
    const check = database.query<{ quick_check: string }, []>('PRAGMA quick_check(1)').get();
    if (check?.quick_check !== 'ok')
      return { schema: 0, problem: check?.quick_check ?? 'unreadable', ...UNMOVED };
    const tables = database
      .query<{ name: string }, []>("SELECT name FROM sqlite_master WHERE type = 'table'")
      .all()
      .map(({ name }) => name);
    const newest =
      tables.includes('migrations') &&
      database.query<{ version: number | null }, []>('SELECT MAX(version) AS version FROM migrations').get();
    const setting = (key: string) =>
      tables.includes('settings')
        ? (database
            ?.query<{ value: Uint8Array }, [string]>('SELECT value FROM settings WHERE key = ?')
            .get(key)?.value ?? null)
        : null;
    return {
      schema: newest ? (newest.version ?? 0) : 0,
      problem: null,
      movedTo: setting('moved_to'),
      movedFrom: setting('moved_from'),
    };
  } catch (error) {
    return { schema: 0, problem: error instanceof Error ? error.message : String(error), ...UNMOVED };
  } finally {
    database?.close();
  }
}

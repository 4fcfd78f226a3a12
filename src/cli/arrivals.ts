/**
 * What `listen` has not printed yet. Any command may take messages in, so a trigger notes each one in the same
 * transaction that stores it, and `listen` prints what is noted, whoever received it.
 */
import type { Database } from 'bun:sqlite';
import type { ProcessLock } from './process-lock.ts';

const NOTE = `INSERT INTO arrivals (key) SELECT NEW.key
    WHERE NOT EXISTS (SELECT 1 FROM arrivals WHERE key = NEW.key);`;

export const ARRIVALS_SCHEMA = `
CREATE TABLE arrivals (seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE);
CREATE TABLE printed (id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID;
CREATE TRIGGER message_stored AFTER INSERT ON history WHEN NEW.key GLOB 'm/*' BEGIN
    ${NOTE}
END;
CREATE TRIGGER message_changed AFTER UPDATE ON history WHEN NEW.key GLOB 'm/*' BEGIN
    ${NOTE}
END;`;

/** What `listen` has said of each message, and what it was like then (changes.ts). */
export const TOLD_SCHEMA =
  'CREATE TABLE IF NOT EXISTS told (id TEXT PRIMARY KEY NOT NULL, known TEXT NOT NULL) WITHOUT ROWID;';

/** What became of an arrival. */
export type Verdict =
  /** It is printed, and never will be again: the message's id. */
  | { readonly printed: string; readonly known?: string }
  /** What has happened to it is printed, and what it is like now is kept. */
  | { readonly told: string; readonly known: string }
  /** There is nothing to print. */
  | 'drop'
  /** Not now: it is offered again. */
  | 'later';

export class Arrivals {
  /** @param lock held while one is printed: a lock of its own, because a reader of the output may be slow */
  constructor(
    private readonly db: Database,
    private readonly lock: ProcessLock,
  ) {}

  /**
   * Shows the first arrival above `after` and keeps the verdict; gives its number, or null when there is none. Two
   * `listen` on one folder share what comes: each message goes to one of them.
   *
   * @param show is given the key of the message in the store `history`
   */
  async next(after: number, show: (key: string) => Promise<Verdict>): Promise<number | null> {
    return this.lock.exclusive(async () => {
      const row = this.db
        .query<{ seq: number; key: string }, [number]>(
          'SELECT seq, key FROM arrivals WHERE seq > ? ORDER BY seq LIMIT 1',
        )
        .get(after);
      if (row === null) return null;
      const verdict = await show(row.key);
      if (verdict !== 'later') this.settle(row.seq, verdict);
      return row.seq;
    });
  }

  isPrinted(id: string): boolean {
    return this.db.query('SELECT 1 FROM printed WHERE id = ?').get(id) !== null;
  }

  /** What was kept of a message; null for nothing. */
  known(id: string): string | null {
    return (
      this.db.query<{ known: string }, [string]>('SELECT known FROM told WHERE id = ?').get(id)?.known ?? null
    );
  }

  private settle(seq: number, verdict: Exclude<Verdict, 'later'>): void {
    this.db
      .transaction(() => {
        if (verdict !== 'drop' && 'printed' in verdict)
          this.db
            .query('INSERT INTO printed (id) VALUES (?) ON CONFLICT (id) DO NOTHING')
            .run(verdict.printed);
        if (verdict !== 'drop' && verdict.known !== undefined)
          this.db
            .query(
              'INSERT INTO told (id, known) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET known = excluded.known',
            )
            .run('told' in verdict ? verdict.told : verdict.printed, verdict.known);
        this.db.query('DELETE FROM arrivals WHERE seq = ?').run(seq);
      })
      .immediate();
  }
}

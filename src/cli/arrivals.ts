/**
 * What `listen` has not printed yet. Any command may take messages in, so a trigger notes each one in the same
 * transaction that stores it, and `listen` prints what is noted, whoever received it.
 */
import type { Database } from 'bun:sqlite';

const NOTE = `INSERT INTO arrivals (key) SELECT NEW.key
    WHERE NOT EXISTS (SELECT 1 FROM arrivals WHERE key = NEW.key);`;

export const ARRIVALS_SCHEMA = `
CREATE TABLE arrivals (seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, claimed INTEGER);
CREATE TABLE printed (id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID;
CREATE TRIGGER message_stored AFTER INSERT ON history WHEN NEW.key GLOB 'm/*' BEGIN
    ${NOTE}
END;
CREATE TRIGGER message_changed AFTER UPDATE ON history WHEN NEW.key GLOB 'm/*' BEGIN
    ${NOTE}
END;`;

export interface Arrival {
  readonly seq: number;
  /** Key of the message in the store `history`. */
  readonly key: string;
}

export class Arrivals {
  /** @param process this process's id: what a dead one had claimed is free again */
  constructor(
    private readonly db: Database,
    private readonly process: number,
  ) {
    this.release(process);
  }

  /**
   * Takes the first arrival above `after` that nobody else is printing, or null. Two `listen` on one folder share what
   * comes: each message goes to one of them.
   */
  claim(after: number): Arrival | null {
    return this.db
      .transaction(() => {
        const waiting = this.db
          .query<{ seq: number; key: string; claimed: number | null }, [number]>(
            'SELECT seq, key, claimed FROM arrivals WHERE seq > ? ORDER BY seq LIMIT 100',
          )
          .all(after);
        for (const { seq, key, claimed } of waiting) {
          if (claimed !== null && isAlive(claimed)) continue;
          this.db.query('UPDATE arrivals SET claimed = ? WHERE seq = ?').run(this.process, seq);
          return { seq, key };
        }
        return null;
      })
      .immediate();
  }

  isPrinted(id: string): boolean {
    return this.db.query('SELECT 1 FROM printed WHERE id = ?').get(id) !== null;
  }

  /** It is printed, and never will be again. */
  finish(arrival: Arrival, id: string): void {
    this.db
      .transaction(() => {
        this.db.query('INSERT INTO printed (id) VALUES (?) ON CONFLICT (id) DO NOTHING').run(id);
        this.drop(arrival);
      })
      .immediate();
  }

  /** There is nothing to print. */
  drop({ seq }: Arrival): void {
    this.db.query('DELETE FROM arrivals WHERE seq = ?').run(seq);
  }

  /** Not now: it is offered again. */
  putBack({ seq }: Arrival): void {
    this.db.query('UPDATE arrivals SET claimed = NULL WHERE seq = ?').run(seq);
  }

  private release(process: number): void {
    this.db.query('UPDATE arrivals SET claimed = NULL WHERE claimed = ?').run(process);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, but is not ours.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

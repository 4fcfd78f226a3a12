/**
 * One operation at a time over every process that shares a folder: a write transaction on a database of its own. The
 * kernel lets go of it when the process dies, however it dies, so that no lock is ever left behind.
 */
import { Database, SQLiteError } from 'bun:sqlite';
import { Failed } from './failures.ts';

/** Milliseconds that a command waits for the others in its folder. */
const PATIENCE_MS = 60_000;
/** Milliseconds between two tries: short, because the lock is held for one operation only. */
const PAUSE_MS = { min: 1, spread: 12 };

export class ProcessLock {
  private readonly db: Database;
  /** The tail of this process's own queue. */
  private tail: Promise<void> = Promise.resolve();

  /** @param path of the lock's database; made when it is not there */
  constructor(path: string) {
    this.db = new Database(path, { create: true, strict: true });
    // Waiting happens between tries: inside SQLite it would hold up everything else in this process.
    this.db.run('PRAGMA busy_timeout = 0');
  }

  /** Runs the operation alone. Not re-entrant. @throws Failed when others hold it for a minute */
  async exclusive<T>(operation: () => Promise<T>): Promise<T> {
    const before = this.tail;
    let leave = () => {};
    this.tail = new Promise((resolve) => {
      leave = resolve;
    });
    await before;
    try {
      await this.take();
      try {
        return await operation();
      } finally {
        this.db.run('ROLLBACK');
      }
    } finally {
      leave();
    }
  }

  close(): void {
    this.db.close();
  }

  private async take(): Promise<void> {
    for (const start = performance.now(); ; ) {
      try {
        this.db.run('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!(error instanceof SQLiteError) || error.code !== 'SQLITE_BUSY') throw error;
      }
      if (performance.now() - start > PATIENCE_MS)
        throw new Failed('Another command has been at work in this folder for a minute. Try again later.');
      await Bun.sleep(PAUSE_MS.min + Math.random() * PAUSE_MS.spread);
    }
  }
}

/**
 * One operation at a time over every process that shares a folder: a write transaction on a database of its own. The
 * kernel lets go of it when the process dies, however it dies, so that no lock is ever left behind.
 */
import { Database, SQLiteError } from 'bun:sqlite';
import { Failed } from './failures.ts';

/** Milliseconds that a command waits for the others in its folder: an operation takes hundredths of a second. */
const PATIENCE_MS = 60_000;
/** Milliseconds between two tries: short, because the lock is held for one operation only. */
const PAUSE_MS = { min: 1, spread: 12 };
/** A process that has kept others out for so long, in milliseconds, leaves a gap longer than their longest pause. */
const TURN_MS = 100;
const GAP_MS = 2 + PAUSE_MS.min + PAUSE_MS.spread;

export class ProcessLock {
  private readonly db: Database;
  /** The tail of this process's own queue. */
  private tail: Promise<void> = Promise.resolve();
  /** When this process began to take the lock again and again without leaving others a chance. */
  private turnBegan = 0;
  private releasedAt = 0;

  /**
   * @param path of the lock's database; made when it is not there
   * @param patience milliseconds after which waiting is given up
   * @param pause milliseconds between two tries
   */
  constructor(
    path: string,
    private readonly patience = PATIENCE_MS,
    private readonly pause: { readonly min: number; readonly spread: number } = PAUSE_MS,
  ) {
    this.db = new Database(path, { create: true, strict: true });
    // Waiting happens between tries: inside SQLite it would hold up everything else in this process.
    this.db.run('PRAGMA busy_timeout = 0');
  }

  /**
   * Runs the operation alone. Not re-entrant.
   * @param signal ends waiting, not the operation
   * @throws Failed when others hold it for longer than patience lasts, AbortError once `signal` is
   */
  async exclusive<T>(operation: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.tail;
    let leave = () => {};
    this.tail = new Promise((resolve) => {
      leave = resolve;
    });
    try {
      await (signal === undefined ? before : orAborted(before, signal));
    } catch (error) {
      // The place in the queue stays until its turn has come.
      void before.then(leave);
      throw error;
    }
    try {
      await this.take(signal);
      try {
        return await operation();
      } finally {
        this.db.run('ROLLBACK');
        this.releasedAt = performance.now();
      }
    } finally {
      leave();
    }
  }

  /** Another process has it now. False while this one has it. */
  isHeldElsewhere(): boolean {
    if (this.db.inTransaction) return false;
    try {
      this.db.run('BEGIN IMMEDIATE');
    } catch (error) {
      if (error instanceof SQLiteError && error.code === 'SQLITE_BUSY') return true;
      throw error;
    }
    this.db.run('ROLLBACK');
    return false;
  }

  close(): void {
    this.db.close();
  }

  private async take(signal: AbortSignal | undefined): Promise<void> {
    await this.giveWay();
    for (const start = performance.now(); ; ) {
      signal?.throwIfAborted();
      try {
        this.db.run('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!(error instanceof SQLiteError) || error.code !== 'SQLITE_BUSY') throw error;
      }
      if (performance.now() - start > this.patience)
        throw new Failed('Another command has been at work in this folder for a minute. Try again later.');
      await Bun.sleep(this.pause.min + Math.random() * this.pause.spread);
      this.turnBegan = performance.now();
    }
  }

  private async giveWay(): Promise<void> {
    const now = performance.now();
    if (now - this.releasedAt > GAP_MS) this.turnBegan = now;
    if (now - this.turnBegan <= TURN_MS) return;
    await Bun.sleep(GAP_MS);
    this.turnBegan = performance.now();
  }
}

/** The promise, or AbortError as soon as the signal is. */
async function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop);
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

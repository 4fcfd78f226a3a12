/**
 * The write-ahead log of the SQLite database, kept from being emptied until somebody has read it: an open read transaction of a connection
 * of its own, which SQLite respects in every process.
 */
import { constants, Database } from 'bun:sqlite';
import { DbUnavailable } from './db.ts';

/** What `PRAGMA wal_checkpoint` says: pages in the log, and those of them that are in the file as well. */
interface Folded {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

export class HeldLog {
  private readonly database: Database;

  /** @param path of the database, opened with `keepsLog`. Throws DbUnavailable. */
  constructor(path: string) {
    try {
      this.database = new Database(path, { readwrite: true, create: false });
      this.database.exec('PRAGMA busy_timeout=0; PRAGMA wal_autocheckpoint=0; PRAGMA synchronous=FULL');
      this.database.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 1);
      this.hold();
    } catch (error) {
      throw new DbUnavailable(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  /**
   * Copies the log home, while nobody writes (`SqliteDb.alone`): what comes next begins it anew. False: somebody reads an older state
   * still, and the log stays as it is, or goes on.
   */
  fold(): boolean {
    this.letGo();
    try {
      const found = this.database.query<Folded, []>('PRAGMA wal_checkpoint(PASSIVE)').get();
      return found !== null && found.busy === 0 && found.log === found.checkpointed;
    } finally {
      this.hold();
    }
  }

  close(): void {
    this.letGo();
    this.database.close();
  }

  private hold(): void {
    this.database.exec('BEGIN');
    // A transaction begins with the first look.
    this.database.query('SELECT 1 FROM sqlite_schema LIMIT 1').get();
  }

  private letGo(): void {
    if (this.database.inTransaction) this.database.exec('ROLLBACK');
  }
}

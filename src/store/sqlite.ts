/**
 * The Db port on `bun:sqlite`: write-ahead log, `synchronous=FULL`, one writer connection behind a queue, one reader
 * connection, cached statements.
 *
 * Group commit: writes that queue up while a commit runs share the next transaction, a savepoint each, and every
 * promise resolves after that commit: what was answered is on the disk, at the price of one sync for many.
 */
import { constants, Database, type SQLQueryBindings, type Statement } from 'bun:sqlite';
import { type Db, DbUnavailable, type Row, type Tx, type Value } from './db.ts';

/** The port, and what only this engine has. */
export interface SqliteDb extends Db {
  /** Runs `act` between two commits, while nobody writes, in whichever process. Throws DbUnavailable. */
  alone<T>(act: () => Promise<T>): Promise<T>;
}

interface Queued {
  /** Null: it changes nothing, and `act` runs while nobody writes. */
  readonly change: ((tx: Tx) => Promise<unknown>) | null;
  readonly act?: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Writes that share one commit at most, so that no commit holds the first of them for long. */
const MAX_GROUP = 1024;
/** Milliseconds that a statement waits for another process (the admin commands) to finish its write. */
const BUSY_TIMEOUT_MS = 5000;
/** Pages in the log before they are copied home: a page that changes in every commit is then copied once for many. */
export const CHECKPOINT_PAGES = 4000;
/** Memory for pages, each connection: the upper levels of every index. */
const CACHE_KIB = 16 * 1024;
/** SQLite's own words for "cannot be written": disk full, read-only, I/O error, locked for too long. */
const UNAVAILABLE = /SQLITE_(FULL|READONLY|IOERR|CANTOPEN|BUSY|LOCKED|CORRUPT|NOTADB)/;

/**
 * Opens (and creates) the database file. Throws DbUnavailable when it cannot.
 * @param path a file path, or `:memory:` for a private one that only one connection sees
 * @param keepsLog the write-ahead log is copied home only when somebody else says so (held-log.ts), and stays when the file is closed
 */
export function openSqlite(path: string, { keepsLog = false } = {}): SqliteDb {
  const writer = connect(path, keepsLog);
  const reader = path === ':memory:' ? writer : connect(path, keepsLog);
  if (reader !== writer) reader.exec('PRAGMA query_only=ON');
  return new Sqlite(writer, reader, keepsLog);
}

function connect(path: string, keepsLog: boolean): Database {
  try {
    const database = new Database(path, { create: true, strict: false });
    database.exec(
      `PRAGMA busy_timeout=${BUSY_TIMEOUT_MS};
       PRAGMA journal_mode=WAL;
       PRAGMA synchronous=FULL;
       PRAGMA foreign_keys=ON;
       PRAGMA secure_delete=FAST;
       PRAGMA wal_autocheckpoint=${keepsLog ? 0 : CHECKPOINT_PAGES};
       PRAGMA cache_size=-${CACHE_KIB};
       PRAGMA temp_store=MEMORY;`,
    );
    if (keepsLog) database.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 1);
    return database;
  } catch (error) {
    throw unavailable(error) ?? error;
  }
}

class Statements {
  readonly #cache = new Map<string, Statement>();
  constructor(readonly database: Database) {}

  prepare(sql: string): Statement {
    let statement = this.#cache.get(sql);
    if (!statement) {
      statement = this.database.prepare(sql);
      this.#cache.set(sql, statement);
    }
    return statement;
  }

  /** A statement that is not ended would keep the connection open, and the file in use. */
  close(): void {
    for (const statement of this.#cache.values()) statement.finalize();
    this.#cache.clear();
    this.database.close();
  }
}

class Sqlite implements SqliteDb {
  readonly #writer: Statements;
  readonly #reader: Statements;
  readonly #tx: Tx;
  #queue: Queued[] = [];
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(
    writer: Database,
    reader: Database,
    readonly keepsLog: boolean,
  ) {
    this.#writer = new Statements(writer);
    this.#reader = reader === writer ? this.#writer : new Statements(reader);
    this.#tx = new SqliteTx(this.#writer);
  }

  async read<R extends object = Row>(sql: string, params: readonly Value[] = []): Promise<R[]> {
    return rows<R>(this.#reader.prepare(sql), params);
  }

  write<T>(change: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new DbUnavailable('The database is closed.'));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ change, resolve: (value) => resolve(value as T), reject });
      this.#running ??= this.#drain();
    });
  }

  alone<T>(act: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new DbUnavailable('The database is closed.'));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ change: null, act, resolve: (value) => resolve(value as T), reject });
      this.#running ??= this.#drain();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    if (this.#reader !== this.#writer) this.#reader.close();
    // Not waited for: where a server ships the log it lets nobody empty it.
    if (!this.keepsLog) this.#writer.database.exec('PRAGMA busy_timeout=0; PRAGMA wal_checkpoint(TRUNCATE)');
    this.#writer.close();
  }

  async #drain(): Promise<void> {
    // One turn of the event loop gathers what the requests at hand have to write.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const next = this.#queue.findIndex(({ change }) => change === null);
      if (next === 0) await this.#actAlone(this.#queue.shift());
      else await this.#commit(this.#queue.splice(0, next < 0 ? MAX_GROUP : Math.min(next, MAX_GROUP)));
      if (this.#queue.length === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#running = null;
  }

  async #actAlone(queued: Queued | undefined): Promise<void> {
    if (!queued?.act) return;
    const { database } = this.#writer;
    try {
      // Others' writes wait; nothing is written.
      database.exec('BEGIN IMMEDIATE');
      const value = await queued.act();
      database.exec('ROLLBACK');
      queued.resolve(value);
    } catch (error) {
      if (database.inTransaction) database.exec('ROLLBACK');
      queued.reject(unavailable(error) ?? error);
    }
  }

  async #commit(group: readonly Queued[]): Promise<void> {
    const database = this.#writer.database;
    const settle: (() => void)[] = [];
    try {
      database.exec('BEGIN IMMEDIATE');
      for (const { change, resolve, reject } of group) {
        if (change === null) continue;
        database.exec('SAVEPOINT w');
        try {
          const value = await change(this.#tx);
          settle.push(() => resolve(value));
        } catch (error) {
          if (unavailable(error)) throw error;
          database.exec('ROLLBACK TO w');
          settle.push(() => reject(error));
        }
        database.exec('RELEASE w');
      }
      database.exec('COMMIT');
    } catch (error) {
      if (database.inTransaction) database.exec('ROLLBACK');
      const reason = unavailable(error) ?? error;
      for (const { reject } of group) reject(reason);
      return;
    }
    for (const done of settle) done();
  }
}

class SqliteTx implements Tx {
  constructor(readonly statements: Statements) {}

  async all<R extends object = Row>(sql: string, params: readonly Value[] = []): Promise<R[]> {
    return rows<R>(this.prepare(sql), params);
  }

  async get<R extends object = Row>(sql: string, params: readonly Value[] = []): Promise<R | null> {
    return (this.prepare(sql).get(...bindings(params)) as R | null) ?? null;
  }

  async run(sql: string, params: readonly Value[] = []): Promise<number> {
    return this.prepare(sql).run(...bindings(params)).changes;
  }

  /** A full disk makes SQLite end the transaction by itself: statements that left together must not go on without it. */
  private prepare(sql: string): Statement {
    if (!this.statements.database.inTransaction) throw new DbUnavailable('The transaction has ended.');
    return this.statements.prepare(sql);
  }
}

function rows<R>(statement: Statement, params: readonly Value[]): R[] {
  return statement.all(...bindings(params)) as R[];
}

function bindings(params: readonly Value[]): SQLQueryBindings[] {
  return params as SQLQueryBindings[];
}

function unavailable(error: unknown): DbUnavailable | null {
  // Of statements that left together, one that came after the end may be heard of first.
  if (error instanceof DbUnavailable) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return UNAVAILABLE.test(code) ? new DbUnavailable(code, { cause: error }) : null;
}

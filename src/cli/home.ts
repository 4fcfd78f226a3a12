/**
 * The folder of a device: keys, history, the server's address and the session, in one database that only its owner may
 * read. Commands may run at once on one folder.
 */
import { Database, SQLiteError } from 'bun:sqlite';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Note } from '../client/ports.ts';
import { ARRIVALS_SCHEMA, Arrivals, TOLD_SCHEMA } from './arrivals.ts';
import { Failed, sentenceOf } from './failures.ts';
import { fileNote } from './note.ts';
import { ProcessLock } from './process-lock.ts';
import { removeSpool } from './spool.ts';
import { SqliteStorage, STORAGE_SCHEMA } from './sqlite-storage.ts';
import { UploadLocks } from './upload-locks.ts';

/** Version of the folder's tables; the client's own records carry another. */
const SCHEMA = 3;
const DATABASE = 'device.sqlite';
const LOCK = 'lock.sqlite';
/** Held while something is printed. */
const PRINTING = 'printing.sqlite';
/** How far the device has gone: stays when the database is put back, or is lost. */
const NOTE = 'sealed.json';
/** Milliseconds that a commit waits for another process's. */
const BUSY_MS = 10_000;
/** Pages after which the log is written back: old ratchet states do not stay in it for longer than they must. */
const LOG_PAGES = 64;

/** What is kept beside the stores. */
type Setting = 'server' | 'cookie' | 'username';

export class Home {
  readonly storage: SqliteStorage;
  readonly arrivals: Arrivals;
  readonly note: Note;
  readonly uploads: UploadLocks;
  private readonly lock: ProcessLock;
  private readonly printing: ProcessLock;

  private constructor(
    readonly folder: string,
    private readonly db: Database,
  ) {
    this.lock = new ProcessLock(join(folder, LOCK));
    this.printing = new ProcessLock(join(folder, PRINTING), Number.POSITIVE_INFINITY);
    this.storage = new SqliteStorage(db, this.lock);
    this.arrivals = new Arrivals(db, this.printing);
    this.note = fileNote(join(folder, NOTE));
    this.uploads = new UploadLocks(folder);
  }

  /** Whether a device was ever made here. */
  static exists(folder: string): boolean {
    return existsSync(join(folder, DATABASE));
  }

  /** Whether a device has sent from here, whatever has become of its database. */
  static wasUsed(folder: string): boolean {
    return existsSync(join(folder, NOTE));
  }

  /**
   * Opens the folder, or makes it: 0700, its files 0600.
   *
   * @throws Failed when it cannot be opened, or was written by a newer release
   */
  static open(folder: string): Home {
    try {
      makeFolder(folder);
      const path = join(folder, DATABASE);
      makePrivate(path);
      for (const name of [LOCK, PRINTING]) makePrivate(join(folder, name));
      const db = new Database(path, { strict: true });
      db.run(`PRAGMA busy_timeout = ${BUSY_MS}`);
      migrate(db, folder);
      db.run('PRAGMA synchronous = FULL');
      // Forward secrecy ends at the disk: what is deleted is overwritten, not only forgotten.
      db.run('PRAGMA secure_delete = ON');
      db.run(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
      return new Home(folder, db);
    } catch (error) {
      if (error instanceof Failed) throw error;
      if (error instanceof SQLiteError && error.code?.startsWith('SQLITE_CORRUPT') === true)
        throw new Failed(sentenceOf(error));
      if (error instanceof SQLiteError && error.code === 'SQLITE_NOTADB')
        throw new Failed(`${join(folder, DATABASE)} is not the database of a Sotto device.`);
      throw new Failed(`The folder ${folder} cannot be used: ${reason(error)}`);
    }
  }

  /** The server's origin, or null before the first sign-in. */
  get server(): string | null {
    return this.read('server');
  }

  /** Whose device this is, or null before the first sign-in. */
  get username(): string | null {
    return this.read('username');
  }

  /** The session, as a Cookie header; null when signed out. Read each time: another command may have signed in. */
  get cookie(): string | null {
    return this.read('cookie');
  }

  /** Keeps the session that a sign-in has opened. */
  signIn(server: string, username: string, cookie: string): void {
    this.db
      .transaction(() => {
        this.write('server', server);
        this.write('username', username);
        this.write('cookie', cookie);
      })
      .immediate();
  }

  signOut(): void {
    this.db.query("DELETE FROM settings WHERE name = 'cookie'").run();
  }

  /** Changes when another process has written to this folder. */
  writes(): number {
    return this.db.query<{ data_version: number }, []>('PRAGMA data_version').get()?.data_version ?? 0;
  }

  close(): void {
    this.lock.close();
    this.printing.close();
    this.uploads.close();
    this.db.close();
  }

  /** The device is none any more, and its storage is empty on purpose: signed out, and not missed. */
  leave(): void {
    this.signOut();
    rmSync(join(this.folder, NOTE), { force: true });
    removeSpool(this.folder);
  }

  /** Removes the files of a device that was never made; after `close`. */
  remove(): void {
    for (const name of [DATABASE, LOCK, PRINTING])
      for (const suffix of ['', '-wal', '-shm', '-journal'])
        rmSync(join(this.folder, name + suffix), { force: true });
    UploadLocks.remove(this.folder);
    removeSpool(this.folder);
  }

  private read(setting: Setting): string | null {
    return (
      this.db.query<{ value: string }, [string]>('SELECT value FROM settings WHERE name = ?').get(setting)
        ?.value ?? null
    );
  }

  private write(setting: Setting, value: string): void {
    this.db
      .query(
        'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      )
      .run(setting, value);
  }
}

function migrate(db: Database, folder: string): void {
  const version = () =>
    db.query<{ user_version: number }, []>('PRAGMA user_version').get()?.user_version ?? 0;
  if (version() > SCHEMA)
    throw new Failed(
      `The folder ${folder} was written by a newer release of Sotto. Update this one and try again.`,
    );
  if (version() === SCHEMA) return;
  db.run('PRAGMA journal_mode = WAL');
  db.transaction(() => {
    // Two first commands may meet here.
    if (version() === SCHEMA) return;
    const isNew = version() === 0;
    if (isNew) db.run('CREATE TABLE settings (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL)');
    // Every store, and those that an older release did not have; arrivals watch one of them.
    db.run(STORAGE_SCHEMA);
    if (isNew) db.run(ARRIVALS_SCHEMA);
    db.run(TOLD_SCHEMA);
    db.run(`PRAGMA user_version = ${SCHEMA}`);
  }).immediate();
}

function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // A folder with other things in it belongs to somebody; an empty one is this device's from now on.
  if (readdirSync(folder).length === 0) chmodSync(folder, 0o700);
}

/** SQLite gives its -wal and -shm files the mode of the database. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));

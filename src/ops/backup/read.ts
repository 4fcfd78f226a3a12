/** Reads a backup from its beginning to its end, hands its contents on, and finds whatever is not as it was saved. */
import { rm } from 'node:fs/promises';
import type { Db } from '../../store/db.ts';
import { DatabaseCopy, type SavedChunk } from '../../store/snapshot.ts';
import { BadBackup } from './bad-backup.ts';
import { writePieces } from './durable.ts';
import { type AuditFound, type Beginning, type Ending, type Entry, readEntry, readJson } from './entries.ts';
import { readBeginning, readEnding } from './saved.ts';
import { SealedReader } from './sealed-reader.ts';

/** What a backup holds, once all of it has been verified. */
export interface Contents extends Beginning, Ending {
  /** Bytes of the file. */
  readonly size: number;
}

/** Walks the audit log of a database. */
export type VerifyAudit = (db: Db) => Promise<AuditFound>;

/** Where contents go. */
export interface Target {
  /** Before anything is written. */
  begin?(beginning: Beginning): void;
  /** A path that is not there. */
  readonly database: string;
  file(name: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  blob(key: string, bytes: Uint8Array): Promise<void>;
}

/** Bytes of one blob or other file that are taken into memory: more than any that this server makes. */
const MOST_BLOB = 64 * 1024 * 1024;

/** Throws BadBackup, with the first thing that is wrong. What it has written by then is the caller's to remove. */
export async function readBackup(
  path: string,
  passphrase: string,
  target: Target,
  verifyAudit: VerifyAudit,
): Promise<Contents> {
  const reader = await SealedReader.open(path, passphrase);
  let database: DatabaseCopy | null = null;
  try {
    const beginning = readBeginning(await readJson(reader, await expect(reader, 'M')));
    target.begin?.(beginning);
    const { length } = await expect(reader, 'D');
    await writePieces(target.database, reader.pieces(length));
    database = openCopy(target.database);
    const walk = new BlobWalk(database);
    let entry = await readEntry(reader);
    for (; entry.kind === 'F'; entry = await readEntry(reader))
      await target.file(entry.name, reader.pieces(entry.length));
    for (; entry.kind === 'B'; entry = await readEntry(reader)) {
      if (entry.length > MOST_BLOB) throw new BadBackup('This backup is damaged.');
      const bytes = await reader.read(entry.length);
      walk.take(entry.name, bytes);
      await target.blob(entry.name, bytes);
    }
    const ending = readEnding(await readJson(reader, entry));
    if (entry.kind !== 'E' || !reader.isOver()) throw new BadBackup('This backup is damaged at its end.');
    checkDatabase(database, beginning, ending);
    if (walk.end().join() !== ending.missing.join())
      throw new BadBackup('Files that the database names are not in this backup.');
    const audit = await verifyAudit(database);
    const saved = ending.audit;
    if (audit.broken !== saved.broken || audit.entries !== saved.entries || audit.head !== saved.head)
      throw new BadBackup('The audit log in this backup is not the one that was saved.');
    return { ...beginning, ...ending, size: reader.size };
  } finally {
    await database?.close();
    await reader.close();
  }
}

/** Reads all of it and keeps nothing. @param scratch a path for the database while it is looked at */
export async function checkBackup(
  path: string,
  passphrase: string,
  scratch: string,
  verifyAudit: VerifyAudit,
): Promise<Contents> {
  const nothing = async (bytes: AsyncIterable<Uint8Array>) => {
    for await (const _ of bytes);
  };
  try {
    const target = {
      database: scratch,
      file: (_: string, bytes: AsyncIterable<Uint8Array>) => nothing(bytes),
    };
    return await readBackup(path, passphrase, { ...target, blob: async () => {} }, verifyAudit);
  } finally {
    for (const suffix of ['', '-wal', '-shm']) await rm(scratch + suffix, { force: true });
  }
}

/** @param sha256 32 bytes */
export const isHashOf = (bytes: Uint8Array, sha256: Uint8Array): boolean =>
  Buffer.compare(new Bun.CryptoHasher('sha256').update(bytes).digest(), sha256) === 0;

async function expect(reader: SealedReader, kind: Entry['kind']): Promise<Entry> {
  const entry = await readEntry(reader);
  if (entry.kind !== kind) throw new BadBackup('This backup is damaged.');
  return entry;
}

function openCopy(path: string): DatabaseCopy {
  try {
    return new DatabaseCopy(path);
  } catch {
    throw new BadBackup('The database in this backup is damaged.');
  }
}

function checkDatabase(database: DatabaseCopy, { schema }: Beginning, { rows }: Ending): void {
  const [problem] = database.problems();
  if (problem !== undefined) throw new BadBackup(`The database in this backup is damaged: ${problem}.`);
  const found = database.rows();
  const isSame = Object.keys(found).length === Object.keys(rows).length;
  if (
    !isSame ||
    Object.entries(rows).some(([table, n]) => found[table] !== n) ||
    database.schema() !== schema
  )
    throw new BadBackup('The database in this backup has other rows than were saved.');
}

/** Holds blobs, which come in the order of their keys, against the rows that name them. */
class BlobWalk {
  private page: readonly SavedChunk[];
  private at = 0;
  private readonly skipped: string[] = [];

  constructor(private readonly database: DatabaseCopy) {
    this.page = database.chunks('', PAGE);
  }

  /** Throws BadBackup for bytes that no row names, or names otherwise. */
  take(key: string, bytes: Uint8Array): void {
    let chunk = this.next();
    for (; chunk !== null && chunk.blob < key; chunk = this.next()) this.skipped.push(chunk.blob);
    if (chunk === null || chunk.blob !== key) throw new BadBackup('This backup holds bytes of no file.');
    if (!isHashOf(bytes, chunk.sha256))
      throw new BadBackup(`Bytes of a file are not what its device sent (${key}).`);
  }

  /** Keys that did not come. */
  end(): readonly string[] {
    for (let chunk = this.next(); chunk !== null; chunk = this.next()) this.skipped.push(chunk.blob);
    return this.skipped;
  }

  private next(): SavedChunk | null {
    if (this.at === this.page.length && this.page.length === PAGE) {
      this.page = this.database.chunks(this.page.at(-1)?.blob ?? '', PAGE);
      this.at = 0;
    }
    return this.page[this.at++] ?? null;
  }
}

const PAGE = 500;

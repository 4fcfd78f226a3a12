/** Links by which files are handed in, and what was. */
import type { FileId } from '../contract/files.ts';
import type { AccountId } from '../contract/ids.ts';
import type { FileRequestId } from '../contract/shares.ts';
import { MAY_HAVE_LINKS } from './accounts.ts';
import type { Db, Tx } from './db.ts';

export interface FileRequestRow {
  readonly id: FileRequestId;
  readonly account: AccountId;
  readonly offer: Uint8Array;
  readonly created_at: number;
  readonly expires_at: number;
  /** Files that it takes, at most. */
  readonly files: number;
  readonly max_file_bytes: number;
  /** Files that were handed in and taken by now. */
  readonly taken: number;
}

export interface HandedIn {
  readonly request: FileRequestId;
  readonly file: FileId;
  readonly size: number;
  readonly received_at: number;
  readonly manifest: Uint8Array;
}

/** False when the id is taken. */
export async function insertFileRequest(tx: Tx, row: Omit<FileRequestRow, 'taken'>): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO file_requests (id, account, offer, created_at, expires_at, files, max_file_bytes)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [row.id, row.account, row.offer, row.created_at, row.expires_at, row.files, row.max_file_bytes],
  );
  return inserted === 1;
}

/** All of an account, newest first: those that are over stay as long as something waits in them. */
export const fileRequestsOf = (db: Db, account: AccountId): Promise<FileRequestRow[]> =>
  db.read<FileRequestRow>('SELECT * FROM file_requests WHERE account = $1 ORDER BY created_at DESC, id', [
    account,
  ]);

export async function countFileRequests(tx: Tx, account: AccountId): Promise<number> {
  const row = await tx.get<{ count: number }>(
    'SELECT COUNT(*) AS count FROM file_requests WHERE account = $1',
    [account],
  );
  return row?.count ?? 0;
}

/** One that takes files: not over, of an account that may have links. `left`: files that it still takes. */
export async function openFileRequest(
  db: Db | Tx,
  id: FileRequestId,
  now: number,
): Promise<(FileRequestRow & { readonly left: number }) | null> {
  const sql = `SELECT r.*, r.files - r.taken - (SELECT COUNT(*) FROM file_request_uploads u WHERE u.request = r.id) AS "left"
    FROM file_requests r JOIN accounts a ON a.id = r.account AND ${MAY_HAVE_LINKS}
    WHERE r.id = $1 AND r.expires_at > $2`;
  type Row = FileRequestRow & { readonly left: number };
  const row = 'read' in db ? (await db.read<Row>(sql, [id, now]))[0] : await db.get<Row>(sql, [id, now]);
  return row ?? null;
}

/** The account's own, whether it is over or not. */
export async function fileRequestOf(
  db: Db,
  account: AccountId,
  id: FileRequestId,
): Promise<FileRequestRow | null> {
  const rows = await db.read<FileRequestRow>('SELECT * FROM file_requests WHERE id = $1 AND account = $2', [
    id,
    account,
  ]);
  return rows[0] ?? null;
}

export async function deleteFileRequest(tx: Tx, id: FileRequestId): Promise<void> {
  await tx.run('DELETE FROM file_requests WHERE id = $1', [id]);
}

/** A file begins its way through a request. */
export async function insertUpload(
  tx: Tx,
  upload: {
    readonly file: FileId;
    readonly request: FileRequestId;
    readonly size: number;
    readonly begun_at: number;
  },
): Promise<void> {
  await tx.run(
    'INSERT INTO file_request_uploads (file, request, size, begun_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [upload.file, upload.request, upload.size, upload.begun_at],
  );
}

export interface UploadRow {
  readonly file: FileId;
  readonly request: FileRequestId;
  readonly size: number;
  readonly manifest: Uint8Array | null;
}

/** What is on its way, or was handed in and not taken. */
export async function uploadOf(db: Db, request: FileRequestId, file: FileId): Promise<UploadRow | null> {
  const rows = await db.read<UploadRow>(
    'SELECT file, request, size, manifest FROM file_request_uploads WHERE request = $1 AND file = $2',
    [request, file],
  );
  return rows[0] ?? null;
}

/** Keeps what was handed in; false when it had been. */
export async function receiveUpload(
  tx: Tx,
  given: {
    readonly request: FileRequestId;
    readonly file: FileId;
    readonly manifest: Uint8Array;
    readonly now: number;
  },
): Promise<boolean> {
  const changed = await tx.run(
    `UPDATE file_request_uploads SET manifest = $1, received_at = $2
     WHERE request = $3 AND file = $4 AND manifest IS NULL`,
    [given.manifest, given.now, given.request, given.file],
  );
  return changed === 1;
}

/** Everything that waits for an account, oldest first. */
export const handedIn = (db: Db, account: AccountId): Promise<HandedIn[]> =>
  db.read<HandedIn>(
    `SELECT u.request AS request, u.file AS file, u.size AS size, u.received_at AS received_at, u.manifest AS manifest
     FROM file_request_uploads u JOIN file_requests r ON r.id = u.request
     WHERE r.account = $1 AND u.manifest IS NOT NULL ORDER BY u.received_at, u.file`,
    [account],
  );

/** It was taken: false when it was not there. */
export async function takeUpload(tx: Tx, request: FileRequestId, file: FileId): Promise<boolean> {
  const gone = await tx.run(
    'DELETE FROM file_request_uploads WHERE request = $1 AND file = $2 AND manifest IS NOT NULL',
    [request, file],
  );
  if (gone === 1) await tx.run('UPDATE file_requests SET taken = taken + 1 WHERE id = $1', [request]);
  return gone === 1;
}

/** Files of a request that nobody has taken: they go with it. One that belongs to a conversation was kept, even when nobody said so. */
export const untakenFiles = async (tx: Tx, request: FileRequestId): Promise<readonly FileId[]> =>
  (
    await tx.all<{ file: FileId }>(
      `SELECT u.file AS file FROM file_request_uploads u WHERE u.request = $1
       AND NOT EXISTS (SELECT 1 FROM file_places p WHERE p.file = u.file)`,
      [request],
    )
  ).map(({ file }) => file);

/** Requests that were over before `before`, with whose they are. */
export const overFileRequests = (
  db: Db,
  before: number,
): Promise<{ readonly id: FileRequestId; readonly account: AccountId }[]> =>
  db.read('SELECT id, account FROM file_requests WHERE expires_at <= $1', [before]);

/** Files that were never handed in and of which nothing has come since `before`, with whose they are. */
export const unfinishedUploads = (
  db: Db,
  before: number,
): Promise<{ readonly file: FileId; readonly account: AccountId }[]> =>
  db.read(
    `SELECT u.file AS file, r.account AS account FROM file_request_uploads u JOIN file_requests r ON r.id = u.request
     JOIN files f ON f.id = u.file WHERE u.manifest IS NULL AND f.touched_at <= $1`,
    [before],
  );

/** Files, their chunks and their places. Whoever asks stands in the query itself: what they may not see is not found. */

import type { BlobKey } from '../blobs/blobs.ts';
import { type FileId, MAX_CHUNKS } from '../contract/files.ts';
import type { AccountId, ConversationId } from '../contract/ids.ts';
import type { Db, Tx, Value } from './db.ts';

export interface FileRow {
  readonly id: FileId;
  readonly owner: AccountId;
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes of its sealed chunks. */
  readonly stored: number;
  /** 1: begun without a conversation. */
  readonly is_private: number;
  /** Epoch milliseconds, as all of these. */
  readonly created_at: number;
  readonly touched_at: number;
  readonly completed_at: number | null;
  readonly expires_at: number | null;
}

/** Somebody who asks. */
export interface Asking {
  readonly account: AccountId;
  /** Hash of their account key, 32 bytes: in a group they count as who the roster names. Null for an unknown account. */
  readonly identity: Uint8Array | null;
}

const COLUMNS =
  'f.id, f.owner, f.size, f.stored, f.is_private, f.created_at, f.touched_at, f.completed_at, f.expires_at';

/** Takes $1 account, $2 now, $3 identity: files that are not over, of their owner or, complete, of who is in one of their places. */
const MAY_FETCH = `JOIN accounts a ON a.id = $1 AND a.disabled = 0
  WHERE (f.expires_at IS NULL OR f.expires_at > $2) AND (f.owner = a.id OR (f.completed_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM file_places p JOIN members m ON m.conversation = p.conversation
    WHERE p.file = f.id AND m.account = a.id AND (m.identity IS NULL OR m.identity = $3))))`;

const rowsOf = <R extends object>(from: Db | Tx, sql: string, params: readonly Value[]): Promise<R[]> =>
  'read' in from ? from.read<R>(sql, params) : from.all<R>(sql, params);

/** A file that this account may fetch, or null. */
export async function fileFor(from: Db | Tx, who: Asking, id: FileId, now: number): Promise<FileRow | null> {
  const [row] = await rowsOf<FileRow>(from, `SELECT ${COLUMNS} FROM files f ${MAY_FETCH} AND f.id = $4`, [
    who.account,
    now,
    who.identity,
    id,
  ]);
  return row ?? null;
}

/** A file of this account's own, over or not, or null. */
export async function ownFile(from: Db | Tx, account: AccountId, id: FileId): Promise<FileRow | null> {
  const [row] = await rowsOf<FileRow>(
    from,
    `SELECT ${COLUMNS} FROM files f WHERE f.id = $1 AND f.owner = $2`,
    [id, account],
  );
  return row ?? null;
}

/** Whether anybody has a file of this id. */
export async function isTaken(tx: Tx, id: FileId): Promise<boolean> {
  return (await tx.get('SELECT 1 AS found FROM files WHERE id = $1', [id])) !== null;
}

/** Where a chunk lies that this account may fetch, or null. */
export async function chunkFor(
  db: Db,
  who: Asking,
  id: FileId,
  n: number,
  now: number,
): Promise<BlobKey | null> {
  const [row] = await db.read<{ blob: BlobKey }>(
    `SELECT c.blob FROM files f JOIN file_chunks c ON c.file = f.id ${MAY_FETCH} AND f.id = $4 AND c.n = $5`,
    [who.account, now, who.identity, id, n],
  );
  return row?.blob ?? null;
}

/** Keys of chunk `first` and those that follow it without a gap, at most `count`; none for who may not fetch it. */
export async function chunksFor(
  db: Db,
  who: Asking,
  id: FileId,
  { first, count }: { readonly first: number; readonly count: number },
  now: number,
): Promise<readonly BlobKey[]> {
  const rows = await db.read<{ n: number; blob: BlobKey }>(
    `SELECT c.n, c.blob FROM files f JOIN file_chunks c ON c.file = f.id ${MAY_FETCH}
     AND f.id = $4 AND c.n >= $5 AND c.n < $6 ORDER BY c.n`,
    [who.account, now, who.identity, id, first, first + count],
  );
  return rows.filter(({ n }, at) => n === first + at).map(({ blob }) => blob);
}

/** Whether this account may write in a conversation: it is in it, as who the roster names. */
export async function mayWrite(tx: Tx, who: Asking, conversation: ConversationId): Promise<boolean> {
  const found = await tx.get(
    `SELECT 1 AS found FROM members m JOIN accounts a ON a.id = m.account AND a.disabled = 0
     WHERE m.conversation = $1 AND m.account = $2 AND (m.identity IS NULL OR m.identity = $3)`,
    [conversation, who.account, who.identity],
  );
  return found !== null;
}

/** Inserts a file, and counts it for its owner. */
export async function insertFile(tx: Tx, row: FileRow): Promise<void> {
  await tx.run(
    `INSERT INTO files (id, owner, size, stored, is_private, created_at, touched_at, completed_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      row.id,
      row.owner,
      row.size,
      row.stored,
      row.is_private,
      row.created_at,
      row.touched_at,
      row.completed_at,
      row.expires_at,
    ],
  );
  await count(tx, row.owner, row.stored, 1);
}

/** Deletes a file with its chunks and places; gives where its bytes lie, which is for the caller to remove after the commit. */
export async function deleteFile(
  tx: Tx,
  row: Pick<FileRow, 'id' | 'owner' | 'stored'>,
): Promise<readonly BlobKey[]> {
  const chunks = await tx.all<{ blob: BlobKey }>('SELECT blob FROM file_chunks WHERE file = $1', [row.id]);
  await tx.run('DELETE FROM file_places WHERE file = $1', [row.id]);
  await tx.run('DELETE FROM file_chunks WHERE file = $1', [row.id]);
  await tx.run('DELETE FROM files WHERE id = $1', [row.id]);
  await count(tx, row.owner, -row.stored, -1);
  return chunks.map(({ blob }) => blob);
}

async function count(tx: Tx, account: AccountId, bytes: number, files: number): Promise<void> {
  await tx.run(
    `INSERT INTO file_totals (account, bytes, files) VALUES ($1, $2, $3)
     ON CONFLICT (account) DO UPDATE SET bytes = file_totals.bytes + $4, files = file_totals.files + $5`,
    [account, bytes, files, bytes, files],
  );
}

export interface ChunkRow {
  readonly n: number;
  readonly blob: BlobKey;
  readonly size: number;
  /** Of the sealed bytes, 32 bytes. */
  readonly sha256: Uint8Array;
}

/** Those that are here of some chunks that follow each other, by their numbers. */
export async function chunksIn(
  from: Db | Tx,
  id: FileId,
  first: number,
  count: number,
): Promise<ReadonlyMap<number, ChunkRow>> {
  const sql = 'SELECT n, blob, size, sha256 FROM file_chunks WHERE file = $1 AND n >= $2 AND n < $3';
  const found = await rowsOf<ChunkRow>(from, sql, [id, first, first + count]);
  return new Map(found.map((chunk) => [chunk.n, chunk]));
}

/** Writes chunks over the ones before. */
export async function putChunks(tx: Tx, id: FileId, chunks: readonly ChunkRow[], now: number): Promise<void> {
  for (const chunk of chunks)
    await tx.run(
      `INSERT INTO file_chunks (file, n, blob, size, sha256) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (file, n) DO UPDATE SET blob = excluded.blob, size = excluded.size, sha256 = excluded.sha256`,
      [id, chunk.n, chunk.blob, chunk.size, chunk.sha256],
    );
  await tx.run('UPDATE files SET touched_at = $1 WHERE id = $2', [now, id]);
}

/** Numbers of the chunks that are here, in order. */
export async function chunkNumbers(from: Db | Tx, id: FileId): Promise<readonly number[]> {
  const sql = 'SELECT n FROM file_chunks WHERE file = $1 ORDER BY n';
  return (await rowsOf<{ n: number }>(from, sql, [id])).map(({ n }) => n);
}

/** SHA-256 of each chunk, 32 bytes each, in order. */
export async function chunkHashes(db: Db, id: FileId): Promise<readonly Uint8Array[]> {
  const rows = await db.read<{ sha256: Uint8Array }>(
    'SELECT sha256 FROM file_chunks WHERE file = $1 ORDER BY n LIMIT $2',
    [id, MAX_CHUNKS],
  );
  return rows.map(({ sha256 }) => sha256);
}

export async function completeFile(tx: Tx, id: FileId, now: number): Promise<void> {
  await tx.run('UPDATE files SET completed_at = $1 WHERE id = $2 AND completed_at IS NULL', [now, id]);
}

export async function setFileExpiry(tx: Tx, id: FileId, expiresAt: number | null): Promise<void> {
  await tx.run('UPDATE files SET expires_at = $1 WHERE id = $2', [expiresAt, id]);
}

/** Puts it into a conversation for this account; false when it has done so already. */
export async function insertPlace(
  tx: Tx,
  place: { readonly file: FileId; readonly conversation: ConversationId; readonly account: AccountId },
  now: number,
): Promise<boolean> {
  const added = await tx.run(
    `INSERT INTO file_places (file, conversation, account, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [place.file, place.conversation, place.account, now],
  );
  return added === 1;
}

/** Takes back that this account put it there; gives the file, or null when there was nothing to take back. */
export async function deletePlace(
  tx: Tx,
  account: AccountId,
  id: FileId,
  conversation: ConversationId,
): Promise<FileRow | null> {
  const row = await tx.get<FileRow>(
    `SELECT ${COLUMNS} FROM files f JOIN file_places p ON p.file = f.id
     WHERE f.id = $1 AND p.conversation = $2 AND p.account = $3`,
    [id, conversation, account],
  );
  if (row === null) return null;
  await tx.run('DELETE FROM file_places WHERE file = $1 AND conversation = $2 AND account = $3', [
    id,
    conversation,
    account,
  ]);
  return row;
}

/** Whether it is in any conversation. */
export async function hasPlace(tx: Tx, id: FileId): Promise<boolean> {
  return (await tx.get('SELECT 1 AS found FROM file_places WHERE file = $1 LIMIT 1', [id])) !== null;
}

/** Conversations that it is in, of those that this account is in. */
export async function placesFor(
  from: Db | Tx,
  account: AccountId,
  id: FileId,
): Promise<readonly ConversationId[]> {
  const sql = `SELECT p.conversation FROM file_places p JOIN members m ON m.conversation = p.conversation
    WHERE p.file = $1 AND m.account = $2 GROUP BY p.conversation ORDER BY MIN(p.created_at), p.conversation`;
  return (await rowsOf<{ conversation: ConversationId }>(from, sql, [id, account])).map(
    (row) => row.conversation,
  );
}

/** Files in bulk: what an account has, what everybody has, and what is over. */
import type { BlobKey } from '../blobs/blobs.ts';
import type { FileId } from '../contract/files.ts';
import type { AccountId, ConversationId } from '../contract/ids.ts';
import type { Db, Tx, Value } from './db.ts';
import type { FileRow } from './files.ts';

export interface Total {
  /** Of sealed chunks, whether or not all of them are here. */
  readonly bytes: number;
  readonly files: number;
}
const NOTHING: Total = { bytes: 0, files: 0 };
const COLUMNS = 'id, owner, size, stored, is_private, created_at, touched_at, completed_at, expires_at';

const first = async <R extends object>(
  from: Db | Tx,
  sql: string,
  params: readonly Value[],
): Promise<R | null> =>
  ('read' in from ? await from.read<R>(sql, params) : await from.all<R>(sql, params))[0] ?? null;

/** What one account's files count. */
export async function totalOf(from: Db | Tx, account: AccountId): Promise<Total> {
  const sql = 'SELECT bytes, files FROM file_totals WHERE account = $1';
  return (await first<Total>(from, sql, [account])) ?? NOTHING;
}

/** What all of them count. */
export async function totalOfAll(from: Db | Tx): Promise<Total> {
  const sql =
    'SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes, CAST(COALESCE(SUM(files), 0) AS BIGINT) AS files FROM file_totals';
  return (await first<Total>(from, sql, [])) ?? NOTHING;
}

/** Who has files, the largest first. */
export function totals(db: Db): Promise<(Total & { readonly account: AccountId })[]> {
  return db.read(
    'SELECT account, bytes, files FROM file_totals WHERE files > 0 ORDER BY bytes DESC, account',
  );
}

/** An account's newest files that are not over. */
export function filesOf(db: Db, account: AccountId, now: number, limit: number): Promise<FileRow[]> {
  return db.read<FileRow>(
    `SELECT ${COLUMNS} FROM files WHERE owner = $1 AND (expires_at IS NULL OR expires_at > $2)
     ORDER BY created_at DESC, id LIMIT $3`,
    [account, now, limit],
  );
}

/** Where an account's files are, of the conversations that it is in. */
export function placesOf(
  db: Db,
  account: AccountId,
): Promise<{ readonly file: FileId; readonly conversation: ConversationId }[]> {
  return db.read(
    `SELECT p.file, p.conversation FROM files f JOIN file_places p ON p.file = f.id
     JOIN members m ON m.conversation = p.conversation AND m.account = f.owner
     WHERE f.owner = $1 GROUP BY p.file, p.conversation ORDER BY MIN(p.created_at), p.conversation`,
    [account],
  );
}

/** Files whose time is over. */
export function expiredFiles(tx: Tx, now: number, limit: number): Promise<FileRow[]> {
  return tx.all<FileRow>(`SELECT ${COLUMNS} FROM files WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2`, [
    now,
    limit,
  ]);
}

/** Uploads that nobody has gone on with since then. */
export function abandonedFiles(tx: Tx, before: number, limit: number): Promise<FileRow[]> {
  return tx.all<FileRow>(
    `SELECT ${COLUMNS} FROM files WHERE completed_at IS NULL AND touched_at <= $1 ORDER BY touched_at LIMIT $2`,
    [before, limit],
  );
}

/** Files that will be deleted until then. */
export async function expiringBefore(db: Db, until: number): Promise<Total> {
  const sql = `SELECT CAST(COALESCE(SUM(stored), 0) AS BIGINT) AS bytes, COUNT(*) AS files FROM files WHERE expires_at <= $1`;
  return (await first<Total>(db, sql, [until])) ?? NOTHING;
}

/** Uploads that are not complete. */
export async function unfinished(db: Db): Promise<Total> {
  const sql =
    'SELECT CAST(COALESCE(SUM(stored), 0) AS BIGINT) AS bytes, COUNT(*) AS files FROM files WHERE completed_at IS NULL';
  return (await first<Total>(db, sql, [])) ?? NOTHING;
}

/** Keys in one query: both engines take many more parameters. */
const CHUNK = 200;

/** Those of these keys that no chunk names. */
export async function unnamed(db: Db, keys: readonly BlobKey[]): Promise<readonly BlobKey[]> {
  const found = new Set<BlobKey>();
  for (let at = 0; at < keys.length; at += CHUNK) {
    const some = keys.slice(at, at + CHUNK);
    const places = some.map((_, index) => `$${index + 1}`).join(', ');
    const rows = await db.read<{ blob: BlobKey }>(
      `SELECT blob FROM file_chunks WHERE blob IN (${places})`,
      some,
    );
    for (const { blob } of rows) found.add(blob);
  }
  return keys.filter((key) => !found.has(key));
}

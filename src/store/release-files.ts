/** What browsers load, of each release that was at work lately: one pack a release. */
import type { Db, Tx } from './db.ts';

export interface ReleaseFilesRow {
  /** SHA-384 of the pack before compression. */
  readonly id: Uint8Array;
  readonly release: string;
  /** SHA-384 of its service worker. */
  readonly worker: Uint8Array;
  /** Since when it has been at work without a break. */
  readonly since: number;
  /** Epoch milliseconds. */
  readonly seen_at: number;
  readonly pack: Uint8Array;
}

/** Notes that it is at work, since then or longer. False when it is not there. @param since null: as it stands there */
export async function seeReleaseFiles(
  tx: Tx,
  { id, seen_at }: Pick<ReleaseFilesRow, 'id' | 'seen_at'>,
  since: number | null,
): Promise<boolean> {
  const seen = await tx.run(
    'UPDATE release_files SET seen_at = $1, since = COALESCE(CAST($2 AS BIGINT), since) WHERE id = $3',
    [seen_at, since, id],
  );
  return seen > 0;
}

export async function addReleaseFiles(
  tx: Tx,
  { id, release, worker, since, seen_at, pack }: ReleaseFilesRow,
): Promise<void> {
  await tx.run(
    `INSERT INTO release_files (id, release, worker, since, seen_at, pack) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (id) DO NOTHING`,
    [id, release, worker, since, seen_at, pack],
  );
}

/** Forgets packs that nobody has named since `before`, and all but the latest `most`. */
export async function dropReleaseFiles(tx: Tx, before: number, most: number): Promise<void> {
  await tx.run('DELETE FROM release_files WHERE seen_at < $1', [before]);
  await tx.run(
    `DELETE FROM release_files WHERE id NOT IN
     (SELECT id FROM release_files ORDER BY seen_at DESC, id LIMIT $1)`,
    [most],
  );
}

export type ReleaseFilesHead = Pick<ReleaseFilesRow, 'id' | 'release' | 'worker' | 'since'>;

/** The latest that are not larger than so many bytes, compressed. */
export const listReleaseFiles = (db: Db, most: number, bytes: number): Promise<readonly ReleaseFilesHead[]> =>
  db.read<ReleaseFilesHead>(
    `SELECT id, release, worker, since FROM release_files WHERE length(pack) <= $1
     ORDER BY seen_at DESC, id LIMIT $2`,
    [bytes, most],
  );

/** The pack, compressed; null when it is gone by now. */
export async function readReleaseFiles(db: Db, id: Uint8Array): Promise<Uint8Array | null> {
  const [row] = await db.read<Pick<ReleaseFilesRow, 'pack'>>('SELECT pack FROM release_files WHERE id = $1', [
    id,
  ]);
  return row?.pack ?? null;
}

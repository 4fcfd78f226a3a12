/** Sealed backups: one manifest for each account, and the segments that it names. Every statement names the account. */
import type { SegmentId } from '../contract/backup.ts';
import type { AccountId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface BackupRow {
  readonly version: number;
  readonly manifest: Uint8Array | null;
  readonly is_off: number;
  /** Of the account's segments, all together. */
  readonly bytes: number;
}

const COLUMNS = 'version, manifest, is_off, bytes';

/** The account's backup, or null before the first. */
export async function backupOf(db: Db | Tx, account: AccountId): Promise<BackupRow | null> {
  const sql = `SELECT ${COLUMNS} FROM backups WHERE account = $1`;
  const rows =
    'read' in db ? await db.read<BackupRow>(sql, [account]) : await db.all<BackupRow>(sql, [account]);
  return rows[0] ?? null;
}

/** Writes the account's row over the one before. */
export async function putBackup(tx: Tx, account: AccountId, row: BackupRow, now: number): Promise<void> {
  await tx.run(
    `INSERT INTO backups (account, ${COLUMNS}, stored_at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (account) DO UPDATE SET version = excluded.version, manifest = excluded.manifest,
       is_off = excluded.is_off, bytes = excluded.bytes, stored_at = excluded.stored_at`,
    [account, row.version, row.manifest, row.is_off, row.bytes, now],
  );
}

/** A segment's bytes, or null. */
export async function segmentOf(db: Db | Tx, account: AccountId, id: SegmentId): Promise<Uint8Array | null> {
  const sql = 'SELECT sealed FROM backup_segments WHERE account = $1 AND id = $2';
  const rows =
    'read' in db
      ? await db.read<{ sealed: Uint8Array }>(sql, [account, id])
      : await db.all<{ sealed: Uint8Array }>(sql, [account, id]);
  return rows[0]?.sealed ?? null;
}

export interface SegmentSize {
  readonly id: SegmentId;
  readonly size: number;
  /** Epoch milliseconds. */
  readonly stored_at: number;
}

/** Every segment of the account, without its bytes. */
export function segmentsOf(tx: Tx, account: AccountId): Promise<readonly SegmentSize[]> {
  return tx.all<SegmentSize>('SELECT id, size, stored_at FROM backup_segments WHERE account = $1', [account]);
}

/** Stores a segment of an id that is free. */
export async function insertSegment(
  tx: Tx,
  account: AccountId,
  segment: { readonly id: SegmentId; readonly sealed: Uint8Array },
  now: number,
): Promise<void> {
  await tx.run(
    'INSERT INTO backup_segments (account, id, size, stored_at, sealed) VALUES ($1, $2, $3, $4, $5)',
    [account, segment.id, segment.sealed.length, now, segment.sealed],
  );
}

export async function deleteSegment(tx: Tx, account: AccountId, id: SegmentId): Promise<void> {
  await tx.run('DELETE FROM backup_segments WHERE account = $1 AND id = $2', [account, id]);
}

/** Everything that was stored, but not the row: its version never goes back. */
export async function deleteSegments(tx: Tx, account: AccountId): Promise<void> {
  await tx.run('DELETE FROM backup_segments WHERE account = $1', [account]);
}

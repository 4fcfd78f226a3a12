/** Signed prekeys, batches of one-time prekeys, and who claimed how many. */
import type { AccountId, DeviceId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface SignedPrekeyRow {
  readonly device: DeviceId;
  readonly id: number;
  /** Signed statement. */
  readonly statement: Uint8Array;
  /** Epoch milliseconds by the device's clock. */
  readonly prekey_created_at: number;
}

export interface OneTimeRow {
  readonly id: number;
  readonly position: number;
  readonly leaf: Uint8Array;
  /** Sibling hashes from the leaf up, 32 bytes each. */
  readonly path: Uint8Array;
}

export interface ClaimedRow extends OneTimeRow {
  readonly root: Uint8Array;
  readonly size: number;
}

/** Stores a device's signed prekey over the one before; false when it is older than that one. */
export async function putSignedPrekey(tx: Tx, row: SignedPrekeyRow): Promise<boolean> {
  const changed = await tx.run(
    `INSERT INTO signed_prekeys (device, id, statement, prekey_created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (device) DO UPDATE SET id = $5, statement = $6, prekey_created_at = $7
     WHERE signed_prekeys.prekey_created_at <= $8`,
    [
      row.device,
      row.id,
      row.statement,
      row.prekey_created_at,
      row.id,
      row.statement,
      row.prekey_created_at,
      row.prekey_created_at,
    ],
  );
  return changed === 1;
}

/** A current device's signed prekey, or null. */
export function signedPrekeyOf(tx: Tx, device: DeviceId): Promise<SignedPrekeyRow | null> {
  return tx.get<SignedPrekeyRow>(
    `SELECT p.device, p.id, p.statement, p.prekey_created_at FROM signed_prekeys p
     JOIN devices d ON d.id = p.device WHERE p.device = $1 AND d.revoked_at IS NULL`,
    [device],
  );
}

/** True when this batch (hash of its signed root) was stored before, used up or not. */
export async function hasBatch(tx: Tx, device: DeviceId, batch: string): Promise<boolean> {
  return (
    (await tx.get('SELECT 1 AS found FROM prekey_batches WHERE device = $1 AND batch = $2', [
      device,
      batch,
    ])) !== null
  );
}

/** The highest one-time id that the device ever published, -1 before the first. */
export async function highestOneTime(tx: Tx, device: DeviceId): Promise<number> {
  const row = await tx.get<{ highest_one_time: number }>(
    'SELECT highest_one_time FROM signed_prekeys WHERE device = $1',
    [device],
  );
  return row?.highest_one_time ?? -1;
}

/** Stores a batch; older batches that are used up go. */
export async function insertBatch(
  tx: Tx,
  device: DeviceId,
  batch: { readonly id: string; readonly root: Uint8Array; readonly size: number },
  leaves: readonly OneTimeRow[],
): Promise<void> {
  await tx.run(
    `DELETE FROM prekey_batches WHERE device = $1 AND NOT EXISTS (SELECT 1 FROM one_time_prekeys o
     WHERE o.device = prekey_batches.device AND o.batch = prekey_batches.batch)`,
    [device],
  );
  await tx.run('INSERT INTO prekey_batches (device, batch, root, size) VALUES ($1, $2, $3, $4)', [
    device,
    batch.id,
    batch.root,
    batch.size,
  ]);
  let highest = -1;
  for (const leaf of leaves) {
    await tx.run(
      'INSERT INTO one_time_prekeys (device, id, batch, position, leaf, path) VALUES ($1, $2, $3, $4, $5, $6)',
      [device, leaf.id, batch.id, leaf.position, leaf.leaf, leaf.path],
    );
    highest = Math.max(highest, leaf.id);
  }
  await tx.run('UPDATE signed_prekeys SET highest_one_time = $1 WHERE device = $2', [highest, device]);
}

/** Takes the oldest one-time key out of the stock, for ever [R23]; null when there is none. */
export async function takeOneTime(tx: Tx, device: DeviceId): Promise<ClaimedRow | null> {
  const row = await tx.get<OneTimeRow & { batch: string }>(
    `DELETE FROM one_time_prekeys WHERE device = $1
     AND id = (SELECT MIN(id) FROM one_time_prekeys WHERE device = $2)
     RETURNING id, batch, position, leaf, path`,
    [device, device],
  );
  if (!row) return null;
  const batch = await tx.get<{ root: Uint8Array; size: number }>(
    'SELECT root, size FROM prekey_batches WHERE device = $1 AND batch = $2',
    [device, row.batch],
  );
  return batch && { id: row.id, position: row.position, leaf: row.leaf, path: row.path, ...batch };
}

/** One-time keys left. */
export async function stockOf(db: Db, device: DeviceId): Promise<number> {
  const [row] = await db.read<{ count: number }>(
    'SELECT COUNT(*) AS count FROM one_time_prekeys WHERE device = $1',
    [device],
  );
  return row?.count ?? 0;
}

/** The same inside a transaction. */
export async function remainingOf(tx: Tx, device: DeviceId): Promise<number> {
  const row = await tx.get<{ count: number }>(
    'SELECT COUNT(*) AS count FROM one_time_prekeys WHERE device = $1',
    [device],
  );
  return row?.count ?? 0;
}

/** One-time keys of this device that were claimed on this day, by the requester and by everybody. */
export async function claimsOn(
  tx: Tx,
  device: DeviceId,
  requester: AccountId,
  day: number,
): Promise<{ readonly mine: number; readonly all: number }> {
  const row = await tx.get<{ mine: number | null; all_claims: number | null }>(
    `SELECT CAST(SUM(CASE WHEN requester = $1 THEN count ELSE 0 END) AS BIGINT) AS mine,
       CAST(SUM(count) AS BIGINT) AS all_claims
     FROM prekey_claims WHERE device = $2 AND day = $3`,
    [requester, device, day],
  );
  return { mine: row?.mine ?? 0, all: row?.all_claims ?? 0 };
}

/** Counts one claim; days before it are forgotten. */
export async function countClaim(tx: Tx, device: DeviceId, requester: AccountId, day: number): Promise<void> {
  await tx.run('DELETE FROM prekey_claims WHERE device = $1 AND day < $2', [device, day]);
  await tx.run(
    `INSERT INTO prekey_claims (device, requester, day, count) VALUES ($1, $2, $3, 1)
     ON CONFLICT (device, day, requester) DO UPDATE SET count = prekey_claims.count + 1`,
    [device, requester, day],
  );
}

/** Deletes everything that could be handed out for a device. */
export async function deletePrekeysOf(tx: Tx, device: DeviceId): Promise<void> {
  await tx.run('DELETE FROM one_time_prekeys WHERE device = $1', [device]);
  await tx.run('DELETE FROM prekey_batches WHERE device = $1', [device]);
  await tx.run('DELETE FROM signed_prekeys WHERE device = $1', [device]);
  await tx.run('DELETE FROM prekey_claims WHERE device = $1', [device]);
}

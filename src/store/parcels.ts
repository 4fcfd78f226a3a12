/** Sealed history on its way to one device. */
import type { AccountId, DeviceId } from '../contract/ids.ts';
import type { ParcelId } from '../contract/parcels.ts';
import type { Db, Tx } from './db.ts';

export interface ParcelRow {
  readonly id: ParcelId;
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly recipient: DeviceId;
  /** Of its parts, all together. */
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly expires_at: number;
}

const COLUMNS = 'id, account, device, recipient, bytes, expires_at';

/** The parcel of this id, or null. */
export function parcelOf(tx: Tx, id: ParcelId): Promise<ParcelRow | null> {
  return tx.get<ParcelRow>(`SELECT ${COLUMNS} FROM parcels WHERE id = $1`, [id]);
}

/** Writes a parcel over the one before. */
export async function putParcel(tx: Tx, row: ParcelRow): Promise<void> {
  await tx.run(
    `INSERT INTO parcels (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (id) DO UPDATE SET bytes = excluded.bytes, expires_at = excluded.expires_at`,
    [row.id, row.account, row.device, row.recipient, row.bytes, row.expires_at],
  );
}

/** Bytes that an account has on the server. */
export async function parcelBytesOf(tx: Tx, account: AccountId): Promise<number> {
  const row = await tx.get<{ bytes: number | null }>(
    'SELECT CAST(SUM(bytes) AS BIGINT) AS bytes FROM parcels WHERE account = $1',
    [account],
  );
  return row?.bytes ?? 0;
}

/** Bytes of a part; 0 for none. */
export async function partSize(tx: Tx, id: ParcelId, n: number): Promise<number> {
  const row = await tx.get<{ size: number }>('SELECT size FROM parcel_parts WHERE parcel = $1 AND n = $2', [
    id,
    n,
  ]);
  return row?.size ?? 0;
}

/** Writes a part over the one before. */
export async function putPart(tx: Tx, id: ParcelId, n: number, sealed: Uint8Array): Promise<void> {
  await tx.run(
    `INSERT INTO parcel_parts (parcel, n, size, sealed) VALUES ($1, $2, $3, $4)
     ON CONFLICT (parcel, n) DO UPDATE SET size = excluded.size, sealed = excluded.sealed`,
    [id, n, sealed.length, sealed],
  );
}

/** A part that this device may fetch, or null. */
export async function partFor(
  db: Db,
  recipient: DeviceId,
  id: ParcelId,
  n: number,
): Promise<Uint8Array | null> {
  const [row] = await db.read<{ sealed: Uint8Array }>(
    `SELECT t.sealed FROM parcel_parts t JOIN parcels p ON p.id = t.parcel
     WHERE p.id = $1 AND p.recipient = $2 AND t.n = $3`,
    [id, recipient, n],
  );
  return row?.sealed ?? null;
}

/** Deletes a parcel that this device gives or gets; false when there is none. */
export async function deleteParcel(tx: Tx, device: DeviceId, id: ParcelId): Promise<boolean> {
  const found = await tx.get(
    'SELECT 1 AS found FROM parcels WHERE id = $1 AND (device = $2 OR recipient = $3)',
    [id, device, device],
  );
  if (found === null) return false;
  await remove(tx, id);
  return true;
}

/** Deletes what an account's devices give, and what one of them would have fetched. */
export async function deleteParcelsOf(tx: Tx, account: AccountId): Promise<void> {
  const rows = await tx.all<{ id: ParcelId }>(
    `SELECT id FROM parcels WHERE account = $1
     OR recipient IN (SELECT id FROM devices WHERE account = $2)`,
    [account, account],
  );
  for (const { id } of rows) await remove(tx, id);
}

/** Deletes what is over. */
export async function expireParcels(tx: Tx, now: number): Promise<number> {
  const rows = await tx.all<{ id: ParcelId }>('SELECT id FROM parcels WHERE expires_at <= $1', [now]);
  for (const { id } of rows) await remove(tx, id);
  return rows.length;
}

async function remove(tx: Tx, id: ParcelId): Promise<void> {
  await tx.run('DELETE FROM parcel_parts WHERE parcel = $1', [id]);
  await tx.run('DELETE FROM parcels WHERE id = $1', [id]);
}

/** The account of a device that others may write to, as far as this one shares a conversation with it or is the same. */
export async function reachableDevice(
  tx: Tx,
  account: AccountId,
  device: DeviceId,
): Promise<AccountId | null> {
  const row = await tx.get<{ account: AccountId }>(
    `SELECT d.account FROM devices d WHERE d.id = $1 AND d.revoked_at IS NULL AND (d.account = $2 OR EXISTS (
       SELECT 1 FROM members mine JOIN members m ON m.conversation = mine.conversation
       WHERE mine.account = $3 AND m.account = d.account))`,
    [device, account, account],
  );
  return row?.account ?? null;
}

/** Devices and the signed lists that name them. A revoked device keeps its id here, so that it is never used again. */
import type { AccountId, DeviceId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface DeviceRow {
  readonly id: DeviceId;
  readonly account: AccountId;
  /** Signed certificate. */
  readonly certificate: Uint8Array;
  /** 32 bytes, over the certificate without its signatures. */
  readonly certificate_hash: Uint8Array;
  /** Epoch milliseconds, as all times here. */
  readonly expires_at: number;
  readonly created_at: number;
}

export interface DeviceListRow {
  readonly account: AccountId;
  readonly version: number;
  readonly vault_version: number;
  /** 32 bytes, over the list without its signatures. */
  readonly hash: Uint8Array;
  readonly signed: Uint8Array;
}

/** What a sender and the relay need to know of a device. */
export interface RecipientRow {
  readonly account: AccountId;
  readonly disabled: number;
  /** Epoch milliseconds; null for an account that is there. */
  readonly deleted_at: number | null;
  readonly version: number;
  readonly device: DeviceId | null;
  readonly expires_at: number | null;
  readonly prekey_created_at: number | null;
}

/** Inserts a device; false when the id was ever used. */
export async function insertDevice(tx: Tx, row: DeviceRow): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO devices (id, account, certificate, certificate_hash, expires_at, created_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
    [row.id, row.account, row.certificate, row.certificate_hash, row.expires_at, row.created_at],
  );
  return inserted === 1;
}

/** A device of this account that is not revoked, or null. */
export async function deviceOf(db: Db, account: AccountId, id: DeviceId): Promise<DeviceRow | null> {
  const [row] = await db.read<DeviceRow>(
    'SELECT * FROM devices WHERE id = $1 AND account = $2 AND revoked_at IS NULL',
    [id, account],
  );
  return row ?? null;
}

/** Certificates of an account's devices that are not revoked. */
export function devicesOf(db: Db, account: AccountId): Promise<DeviceRow[]> {
  return db.read<DeviceRow>(
    'SELECT * FROM devices WHERE account = $1 AND revoked_at IS NULL ORDER BY created_at, id',
    [account],
  );
}

/** Whether the account has this device, unrevoked, at this point of the transaction. */
export async function isCurrent(tx: Tx, account: AccountId, id: DeviceId): Promise<boolean> {
  const found = await tx.get(
    'SELECT 1 AS found FROM devices WHERE id = $1 AND account = $2 AND revoked_at IS NULL',
    [id, account],
  );
  return found !== null;
}

/** Revokes a device: its certificate goes, its id stays. False when it was not current. */
export async function revokeDevice(tx: Tx, account: AccountId, id: DeviceId, now: number): Promise<boolean> {
  const changed = await tx.run(
    'UPDATE devices SET revoked_at = $1, certificate = $2 WHERE id = $3 AND account = $4 AND revoked_at IS NULL',
    [now, new Uint8Array(), id, account],
  );
  return changed === 1;
}

/** Puts a new certificate in the place of a current device's; false when it is gone. */
export async function renewCertificate(tx: Tx, row: DeviceRow): Promise<boolean> {
  const changed = await tx.run(
    `UPDATE devices SET certificate = $1, certificate_hash = $2, expires_at = $3
     WHERE id = $4 AND account = $5 AND revoked_at IS NULL`,
    [row.certificate, row.certificate_hash, row.expires_at, row.id, row.account],
  );
  return changed === 1;
}

/** The account's signed list, or null. */
export async function deviceListOf(db: Db, account: AccountId): Promise<DeviceListRow | null> {
  const [row] = await db.read<DeviceListRow>('SELECT * FROM device_lists WHERE account = $1', [account]);
  return row ?? null;
}

/** Stores the account's first list. */
export async function insertDeviceList(tx: Tx, row: DeviceListRow): Promise<void> {
  await tx.run(
    'INSERT INTO device_lists (account, version, vault_version, hash, signed) VALUES ($1, $2, $3, $4, $5)',
    [row.account, row.version, row.vault_version, row.hash, row.signed],
  );
}

/** Replaces the list that has this hash (32 bytes) by its successor; false when another one stands there. */
export async function replaceDeviceList(tx: Tx, row: DeviceListRow, previous: Uint8Array): Promise<boolean> {
  const changed = await tx.run(
    'UPDATE device_lists SET version = $1, vault_version = $2, hash = $3, signed = $4 WHERE account = $5 AND hash = $6',
    [row.version, row.vault_version, row.hash, row.signed, row.account, previous],
  );
  return changed === 1;
}

/** One row for each current device of these accounts, and one without a device for an account that has none. */
export async function recipientsOf(db: Db, accounts: readonly AccountId[]): Promise<RecipientRow[]> {
  if (accounts.length === 0) return [];
  const marks = accounts.map((_, index) => `$${index + 1}`).join(', ');
  return db.read<RecipientRow>(
    `SELECT a.id AS account, a.disabled, a.deleted_at, l.version, d.id AS device, d.expires_at, p.prekey_created_at
     FROM accounts a JOIN device_lists l ON l.account = a.id
     LEFT JOIN devices d ON d.account = a.id AND d.revoked_at IS NULL
     LEFT JOIN signed_prekeys p ON p.device = d.id
     WHERE a.id IN (${marks}) ORDER BY a.id, d.id`,
    accounts,
  );
}

/** The account of a current device, or null. */
export async function ownerOf(db: Db, device: DeviceId): Promise<AccountId | null> {
  const [row] = await db.read<{ account: AccountId }>(
    'SELECT account FROM devices WHERE id = $1 AND revoked_at IS NULL',
    [device],
  );
  return row?.account ?? null;
}

/** The account that a revoked device belonged to, or null for one that is current or unknown. */
export async function ownerOfRevoked(db: Db, device: DeviceId): Promise<AccountId | null> {
  const [row] = await db.read<{ account: AccountId }>(
    'SELECT account FROM devices WHERE id = $1 AND revoked_at IS NOT NULL',
    [device],
  );
  return row?.account ?? null;
}

/** Ids of all devices that the account ever had, revoked ones too. */
export async function everyDeviceOf(db: Db, account: AccountId): Promise<DeviceId[]> {
  const rows = await db.read<{ id: DeviceId }>('SELECT id FROM devices WHERE account = $1', [account]);
  return rows.map((row) => row.id);
}

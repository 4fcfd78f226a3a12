/** Sealed vaults and the slots that wrap their keys. The server cannot open either. */
import type { VaultSlotRecord } from '../contract/accounts.ts';
import type { AccountId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface VaultRow {
  readonly version: number;
  readonly sealed: Uint8Array;
}

export interface SlotRow {
  readonly kind: VaultSlotRecord['kind'];
  readonly id: string;
  readonly record: Uint8Array;
}

/** The account's vault, or null. */
export async function vaultOf(db: Db, account: AccountId): Promise<VaultRow | null> {
  const [row] = await db.read<VaultRow>('SELECT version, sealed FROM vaults WHERE account = $1', [account]);
  return row ?? null;
}

/** The slots of the account's vault, by kind and id. */
export function slotsOf(db: Db, account: AccountId): Promise<SlotRow[]> {
  return db.read<SlotRow>('SELECT kind, id, record FROM vault_slots WHERE account = $1 ORDER BY kind, id', [
    account,
  ]);
}

/** Stores an account's first vault. */
export async function insertVault(
  tx: Tx,
  account: AccountId,
  vault: VaultRow,
  slots: readonly SlotRow[],
): Promise<void> {
  await tx.run('INSERT INTO vaults (account, version, sealed) VALUES ($1, $2, $3)', [
    account,
    vault.version,
    vault.sealed,
  ]);
  await insertSlots(tx, account, slots);
}

/** Replaces the vault by its next version; false when the stored one is not `vault.version - 1`. */
export async function replaceVault(
  tx: Tx,
  account: AccountId,
  vault: VaultRow,
  slots: readonly SlotRow[],
): Promise<boolean> {
  const changed = await tx.run(
    'UPDATE vaults SET version = $1, sealed = $2 WHERE account = $3 AND version = $4',
    [vault.version, vault.sealed, account, vault.version - 1],
  );
  if (changed !== 1) return false;
  await tx.run('DELETE FROM vault_slots WHERE account = $1', [account]);
  await insertSlots(tx, account, slots);
  return true;
}

/** Adds a way into this version of the vault, or puts it in place of the one there was; false when the vault is of another version. */
export async function putSlot(tx: Tx, account: AccountId, version: number, slot: SlotRow): Promise<boolean> {
  const row = await tx.get<{ version: number }>('SELECT version FROM vaults WHERE account = $1', [account]);
  if (row?.version !== version) return false;
  await deleteSlot(tx, account, slot.kind, slot.id);
  await insertSlots(tx, account, [slot]);
  return true;
}

/** Takes a way into the vault away. */
export async function deleteSlot(
  tx: Tx,
  account: AccountId,
  kind: SlotRow['kind'],
  id: string,
): Promise<void> {
  await tx.run('DELETE FROM vault_slots WHERE account = $1 AND kind = $2 AND id = $3', [account, kind, id]);
}

async function insertSlots(tx: Tx, account: AccountId, slots: readonly SlotRow[]): Promise<void> {
  for (const slot of slots)
    await tx.run('INSERT INTO vault_slots (account, kind, id, record) VALUES ($1, $2, $3, $4)', [
      account,
      slot.kind,
      slot.id,
      slot.record,
    ]);
}

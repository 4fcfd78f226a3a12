/** Rows of an account that ends, in pieces that keep nobody waiting. */
import type { Role } from '../contract/accounts.ts';
import type { AccountId, ConversationId, DeviceId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';
import type { FileRow } from './files.ts';

/** What an account is called whose person is gone. */
const DELETED_NAME = 'Deleted account';

/** An account that was not deleted, or null. */
export function livingAccount(
  tx: Tx,
  account: AccountId,
): Promise<{ readonly role: Role; readonly name: string } | null> {
  return tx.get('SELECT role, name FROM accounts WHERE id = $1 AND deleted_at IS NULL', [account]);
}

/** Leaves of the account what the log has for ever, and lets nobody in; false when that has happened before. */
export async function endAccount(tx: Tx, account: AccountId, now: number): Promise<boolean> {
  const changed = await tx.run(
    `UPDATE accounts SET name = $1, role = 'member', disabled = 1, deleted_at = $2
     WHERE id = $3 AND deleted_at IS NULL`,
    [DELETED_NAME, now, account],
  );
  return changed === 1;
}

/** Deletes conversations in which nobody else is, or nobody whose account is there; gives their ids. */
export async function deleteLonelyConversations(tx: Tx, account: AccountId): Promise<ConversationId[]> {
  const found = await tx.all<{ id: ConversationId }>(
    `SELECT c.id FROM members m JOIN conversations c ON c.id = m.conversation AND c.kind = 'direct'
     WHERE m.account = $1 AND NOT EXISTS (SELECT 1 FROM members o JOIN accounts a ON a.id = o.account
       WHERE o.conversation = c.id AND o.account <> $2 AND a.deleted_at IS NULL)`,
    [account, account],
  );
  for (const { id } of found) {
    await tx.run('DELETE FROM members WHERE conversation = $1', [id]);
    await tx.run('DELETE FROM conversations WHERE id = $1', [id]);
  }
  return found.map(({ id }) => id);
}

/** Accounts that were deleted and of which something may be left: not erased, or deleted after `since` (epoch milliseconds). */
export async function accountsToErase(db: Db, since: number): Promise<AccountId[]> {
  const rows = await db.read<{ id: AccountId }>(
    'SELECT id FROM accounts WHERE deleted_at IS NOT NULL AND (erased_at IS NULL OR deleted_at > $1) ORDER BY deleted_at',
    [since],
  );
  return rows.map(({ id }) => id);
}

export async function noteErased(tx: Tx, account: AccountId, now: number): Promise<void> {
  await tx.run('UPDATE accounts SET erased_at = $1 WHERE id = $2', [now, account]);
}

/** Every device that the account has had. */
export async function devicesEver(db: Db, account: AccountId): Promise<DeviceId[]> {
  const rows = await db.read<{ id: DeviceId }>('SELECT id FROM devices WHERE account = $1', [account]);
  return rows.map(({ id }) => id);
}

/** Deletes at most `limit` segments of the backup, and with the last of them the backup; gives how many. */
export async function deleteBackupPiece(tx: Tx, account: AccountId, limit: number): Promise<number> {
  const segments = await tx.run(
    `DELETE FROM backup_segments WHERE account = $1
     AND id IN (SELECT id FROM backup_segments WHERE account = $2 LIMIT $3)`,
    [account, account, limit],
  );
  if (segments === 0) await tx.run('DELETE FROM backups WHERE account = $1', [account]);
  return segments;
}

/** Deletes at most `limit` parts of history that the account or one of its devices gives or gets; gives how many. */
export async function deleteParcelPiece(tx: Tx, account: AccountId, limit: number): Promise<number> {
  const OWN = 'account = $1 OR recipient IN (SELECT id FROM devices WHERE account = $2)';
  const parts = await tx.all<{ parcel: string; n: number }>(
    `SELECT parcel, n FROM parcel_parts WHERE parcel IN (SELECT id FROM parcels WHERE ${OWN}) LIMIT $3`,
    [account, account, limit],
  );
  for (const { parcel, n } of parts)
    await tx.run('DELETE FROM parcel_parts WHERE parcel = $1 AND n = $2', [parcel, n]);
  if (parts.length === 0) await tx.run(`DELETE FROM parcels WHERE ${OWN}`, [account, account]);
  return parts.length;
}

/** Ends links and file requests of the account, with the visits that they have. */
export async function deleteSharing(tx: Tx, account: AccountId): Promise<void> {
  await tx.run('DELETE FROM shares WHERE account = $1', [account]);
  await tx.run('DELETE FROM file_requests WHERE account = $1', [account]);
}

/** Takes back what the account has put into conversations. */
export async function deletePlacesOf(tx: Tx, account: AccountId): Promise<void> {
  const files = await tx.all<{ file: string }>('SELECT file FROM file_places WHERE account = $1', [account]);
  await tx.run('DELETE FROM file_places WHERE account = $1', [account]);
  // A file of somebody else that was begun in a conversation, and is in none now, has nobody who could fetch it.
  for (const { file } of files)
    await tx.run(
      `UPDATE files SET expires_at = $1 WHERE id = $2 AND is_private = 0 AND completed_at IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM file_places p WHERE p.file = files.id)`,
      [0, file],
    );
}

/** Some files of the account. When none are left, what it counted is forgotten as well. */
export async function filesToErase(tx: Tx, account: AccountId, limit: number): Promise<FileRow[]> {
  const rows = await tx.all<FileRow>('SELECT * FROM files WHERE owner = $1 ORDER BY id LIMIT $2', [
    account,
    limit,
  ]);
  if (rows.length === 0) await tx.run('DELETE FROM file_totals WHERE account = $1', [account]);
  return rows;
}

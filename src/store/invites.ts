/** Invites, by the SHA-256 of the token in the link (64 hex characters). */
import type { Role } from '../contract/accounts.ts';
import type { AccountId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface InviteRow {
  readonly id: string;
  readonly role: Role;
  readonly uses_left: number;
  /** Epoch milliseconds. */
  readonly expires_at: number;
  readonly created_by: AccountId | null;
  readonly created_at: number;
}

/** Who made an invite could still make it: links of somebody who was disabled, or may not give the role any more, are void. */
const OPEN = `uses_left > 0 AND expires_at > $1 AND (created_by IS NULL
  OR EXISTS (SELECT 1 FROM accounts a WHERE a.id = invites.created_by AND a.disabled = 0
    AND (a.role = 'owner' OR (a.role = 'admin' AND invites.role <> 'owner'))))`;

/** Stores a new invite. */
export async function insertInvite(tx: Tx, row: InviteRow): Promise<void> {
  await tx.run(
    'INSERT INTO invites (id, role, uses_left, expires_at, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)',
    [row.id, row.role, row.uses_left, row.expires_at, row.created_by, row.created_at],
  );
}

/** How many can still be used: those that somebody could take back. */
export async function countOpenInvites(tx: Tx, now: number): Promise<number> {
  const row = await tx.get<{ count: number }>(`SELECT COUNT(*) AS count FROM invites WHERE ${OPEN}`, [now]);
  return row?.count ?? 0;
}

/** The role of an invite that can still be used, or null. */
export async function openInvite(db: Db, id: string, now: number): Promise<Role | null> {
  const [row] = await db.read<{ role: Role }>(`SELECT role FROM invites WHERE ${OPEN} AND id = $2`, [
    now,
    id,
  ]);
  return row?.role ?? null;
}

/** Takes one use and gives the role; null when it cannot be used any more. */
export async function takeInvite(tx: Tx, id: string, now: number): Promise<Role | null> {
  const row = await tx.get<{ role: Role }>(
    `UPDATE invites SET uses_left = uses_left - 1 WHERE ${OPEN} AND id = $2 RETURNING role`,
    [now, id],
  );
  return row?.role ?? null;
}

/** Invites that can still be used, newest first. */
export function openInvites(db: Db, now: number): Promise<InviteRow[]> {
  return db.read<InviteRow>(`SELECT * FROM invites WHERE ${OPEN} ORDER BY created_at DESC, id`, [now]);
}

/** Takes an invite back; false when it was not there. */
export async function deleteInvite(tx: Tx, id: string): Promise<boolean> {
  return (await tx.run('DELETE FROM invites WHERE id = $1', [id])) === 1;
}

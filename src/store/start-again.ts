/** Links to start again, by the SHA-256 of the token in the link (64 hex characters). */
import type { AccountId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface StartAgainRow {
  readonly id: string;
  readonly account: AccountId;
  /** Null for the server's own command line. */
  readonly created_by: AccountId | null;
  /** Epoch milliseconds. */
  readonly created_at: number;
  readonly expires_at: number;
}

/** Whoever made a link could still make it: not disabled since, an admin, and an owner where it is for somebody who is one by now. */
const OPEN = `expires_at > $1 AND (created_by IS NULL
  OR EXISTS (SELECT 1 FROM accounts a WHERE a.id = created_by AND a.disabled = 0 AND (a.role = 'owner'
    OR (a.role = 'admin' AND NOT EXISTS (
      SELECT 1 FROM accounts o WHERE o.id = start_again_links.account AND o.role = 'owner')))))`;

/** Stores a link in the place of the account's former one. */
export async function putStartAgain(tx: Tx, row: StartAgainRow): Promise<void> {
  await tx.run('DELETE FROM start_again_links WHERE account = $1', [row.account]);
  await tx.run(
    'INSERT INTO start_again_links (id, account, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)',
    [row.id, row.account, row.created_by, row.created_at, row.expires_at],
  );
}

/** Whose link this is while it can be used, or null. */
export async function openStartAgain(db: Db, id: string, now: number): Promise<AccountId | null> {
  const [row] = await db.read<{ account: AccountId }>(
    `SELECT account FROM start_again_links WHERE ${OPEN} AND id = $2`,
    [now, id],
  );
  return row?.account ?? null;
}

/** Uses the link up and gives its account; null when it cannot be used any more. */
export async function takeStartAgain(tx: Tx, id: string, now: number): Promise<AccountId | null> {
  const row = await tx.get<{ account: AccountId }>(
    `DELETE FROM start_again_links WHERE ${OPEN} AND id = $2 RETURNING account`,
    [now, id],
  );
  return row?.account ?? null;
}

/** Links that can still be used, newest first. */
export function openStartAgains(db: Db, now: number): Promise<StartAgainRow[]> {
  return db.read<StartAgainRow>(
    `SELECT * FROM start_again_links WHERE ${OPEN} ORDER BY created_at DESC, id`,
    [now],
  );
}

/** Takes a link back; gives whose it was, or null when it was not there. */
export async function deleteStartAgain(tx: Tx, id: string): Promise<AccountId | null> {
  const row = await tx.get<{ account: AccountId }>(
    'DELETE FROM start_again_links WHERE id = $1 RETURNING account',
    [id],
  );
  return row?.account ?? null;
}

/** Deletes what nobody can use any more. */
export async function expireStartAgains(tx: Tx, now: number): Promise<void> {
  await tx.run('DELETE FROM start_again_links WHERE expires_at <= $1', [now]);
}

/** Tokens of programs, by the SHA-256 of what a program holds (64 hex characters). */
import type { Role } from '../contract/accounts.ts';
import type { AccountId, DeviceId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface TokenRow {
  readonly id: string;
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly name: string;
  /** Words with spaces between them. */
  readonly scopes: string;
  /** Epoch milliseconds, as all times here. */
  readonly created_at: number;
  readonly expires_at: number;
  readonly last_used_at: number | null;
}

/** A token with the person whose it is; what an account calls itself. */
export interface TokenAndPerson extends TokenRow {
  readonly username: string;
  readonly person: string;
  readonly role: Role;
}

/** The token of an id; null when there is none, its device was removed or its account disabled. */
export async function tokenById(db: Db, id: string): Promise<TokenAndPerson | null> {
  const [row] = await db.read<TokenAndPerson>(
    `SELECT t.*, a.username, a.name AS person, a.role FROM tokens t
     JOIN accounts a ON a.id = t.account JOIN devices d ON d.id = t.device
     WHERE t.id = $1 AND a.disabled = 0 AND d.revoked_at IS NULL`,
    [id],
  );
  return row ?? null;
}

/** An account's tokens, newest first. */
export function tokensOf(db: Db, account: AccountId): Promise<TokenRow[]> {
  return db.read<TokenRow>('SELECT * FROM tokens WHERE account = $1 ORDER BY created_at DESC, id', [account]);
}

/** How many tokens an account has. */
export async function countTokens(tx: Tx, account: AccountId): Promise<number> {
  const row = await tx.get<{ count: number }>('SELECT COUNT(*) AS count FROM tokens WHERE account = $1', [
    account,
  ]);
  return row?.count ?? 0;
}

/** Stores a new token. */
export async function insertToken(tx: Tx, row: TokenRow): Promise<void> {
  await tx.run(
    `INSERT INTO tokens (id, account, device, name, scopes, created_at, expires_at, last_used_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [row.id, row.account, row.device, row.name, row.scopes, row.created_at, row.expires_at, row.last_used_at],
  );
}

/** Notes that a token was used. */
export async function touchToken(tx: Tx, id: string, at: number): Promise<void> {
  await tx.run('UPDATE tokens SET last_used_at = $1 WHERE id = $2', [at, id]);
}

/** Deletes one token of this account; false when it has none of that id. */
export async function deleteTokenOf(tx: Tx, account: AccountId, id: string): Promise<boolean> {
  return (await tx.run('DELETE FROM tokens WHERE account = $1 AND id = $2', [account, id])) === 1;
}

/** Deletes an account's tokens and gives their ids. */
export async function deleteTokensOf(tx: Tx, account: AccountId): Promise<string[]> {
  const rows = await tx.all<{ id: string }>('DELETE FROM tokens WHERE account = $1 RETURNING id', [account]);
  return rows.map(({ id }) => id);
}

/** Deletes a device's tokens and gives their ids. */
export async function deleteTokensOfDevice(tx: Tx, device: DeviceId): Promise<string[]> {
  const rows = await tx.all<{ id: string }>('DELETE FROM tokens WHERE device = $1 RETURNING id', [device]);
  return rows.map(({ id }) => id);
}

/** Deletes what ended before `before`; gives the number. */
export function deleteExpiredTokens(tx: Tx, before: number): Promise<number> {
  return tx.run('DELETE FROM tokens WHERE expires_at <= $1', [before]);
}

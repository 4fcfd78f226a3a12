/** What people sign in with: password, recovery code, passkeys. */
import type { AccountId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface PasswordRow {
  readonly account: AccountId;
  /** 16 bytes. */
  readonly salt: Uint8Array;
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
  /** Argon2id in PHC form, over the login secret. */
  readonly secret_hash: string;
}

export interface PasskeyRow {
  /** Credential id, base64url. */
  readonly id: string;
  readonly account: AccountId;
  /** COSE key. */
  readonly public_key: Uint8Array<ArrayBuffer>;
  readonly counter: number;
  /** Comma-separated. */
  readonly transports: string;
  readonly created_at: number;
  readonly last_used_at: number;
  /** What its person calls it; empty until they do. */
  readonly name: string;
}

/** Stores the account's password. */
export async function insertPassword(tx: Tx, row: PasswordRow): Promise<void> {
  await tx.run(
    'INSERT INTO passwords (account, salt, memory, passes, lanes, secret_hash) VALUES ($1, $2, $3, $4, $5, $6)',
    [row.account, row.salt, row.memory, row.passes, row.lanes, row.secret_hash],
  );
}

/** The password of a username, or null. */
export async function passwordOf(db: Db, username: string): Promise<PasswordRow | null> {
  const [row] = await db.read<PasswordRow>(
    'SELECT p.* FROM passwords p JOIN accounts a ON a.id = p.account WHERE a.username = $1',
    [username],
  );
  return row ?? null;
}

/** Stores the hash (SHA-256, 32 bytes) of the recovery code's login secret. */
export async function insertRecoveryCode(tx: Tx, account: AccountId, secretHash: Uint8Array): Promise<void> {
  await tx.run('INSERT INTO recovery_codes (account, secret_hash) VALUES ($1, $2)', [account, secretHash]);
}

/** The account of a username and the hash of its recovery secret (32 bytes), or null. */
export async function recoveryCodeOf(
  db: Db,
  username: string,
): Promise<{ readonly account: AccountId; readonly secret_hash: Uint8Array } | null> {
  const [row] = await db.read<{ account: AccountId; secret_hash: Uint8Array }>(
    'SELECT r.account, r.secret_hash FROM recovery_codes r JOIN accounts a ON a.id = r.account WHERE a.username = $1',
    [username],
  );
  return row ?? null;
}

/** Deletes everything that the account could sign in with. */
export async function deleteWaysOf(tx: Tx, account: AccountId): Promise<void> {
  await tx.run('DELETE FROM passwords WHERE account = $1', [account]);
  await tx.run('DELETE FROM recovery_codes WHERE account = $1', [account]);
  await tx.run('DELETE FROM passkeys WHERE account = $1', [account]);
}

/** Stores a passkey; false when the credential is known already. */
export async function insertPasskey(tx: Tx, row: PasskeyRow): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO passkeys (id, account, public_key, counter, transports, created_at, last_used_at, name)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    [
      row.id,
      row.account,
      row.public_key,
      row.counter,
      row.transports,
      row.created_at,
      row.last_used_at,
      row.name,
    ],
  );
  return inserted === 1;
}

/** The account's passkeys, oldest first. */
export function passkeysOf(db: Db, account: AccountId): Promise<PasskeyRow[]> {
  return db.read<PasskeyRow>('SELECT * FROM passkeys WHERE account = $1 ORDER BY created_at, id', [account]);
}

/** How many ways to sign in an account has, besides its recovery code, and which of them open its vault. */
export async function countWays(
  tx: Tx,
  account: AccountId,
): Promise<{ readonly passkeys: number; readonly passwords: number; readonly slots: number }> {
  const row = await tx.get<{ passkeys: number; passwords: number; slots: number }>(
    `SELECT (SELECT COUNT(*) FROM passkeys WHERE account = $1) AS passkeys,
            (SELECT COUNT(*) FROM passwords WHERE account = $2) AS passwords,
            (SELECT COUNT(*) FROM vault_slots WHERE account = $3 AND kind <> 'recovery') AS slots`,
    [account, account, account],
  );
  return row ?? { passkeys: 0, passwords: 0, slots: 0 };
}

/** Gives a passkey of this account another name; false when it has none of that id. */
export async function renamePasskey(tx: Tx, account: AccountId, id: string, name: string): Promise<boolean> {
  return (
    (await tx.run('UPDATE passkeys SET name = $1 WHERE account = $2 AND id = $3', [name, account, id])) === 1
  );
}

/** Removes a passkey of this account; false when it has none of that id. */
export async function deletePasskey(tx: Tx, account: AccountId, id: string): Promise<boolean> {
  return (await tx.run('DELETE FROM passkeys WHERE account = $1 AND id = $2', [account, id])) === 1;
}

/** Whether the account has a password. */
export async function hasPassword(db: Db, account: AccountId): Promise<boolean> {
  return (await db.read('SELECT 1 AS found FROM passwords WHERE account = $1', [account])).length > 0;
}

/** Stores the account's password in place of the one it had. */
export async function replacePassword(tx: Tx, row: PasswordRow): Promise<void> {
  await tx.run('DELETE FROM passwords WHERE account = $1', [row.account]);
  await insertPassword(tx, row);
}

/** The passkey of a credential id, or null. */
export async function passkeyById(db: Db, id: string): Promise<PasskeyRow | null> {
  const [row] = await db.read<PasskeyRow>('SELECT * FROM passkeys WHERE id = $1', [id]);
  return row ?? null;
}

/**
 * Moves a passkey's counter on; false when it went back meanwhile (a cloned authenticator, or the same answer twice).
 * Authenticators without a counter stay at 0.
 */
export async function advancePasskey(tx: Tx, id: string, counter: number, now: number): Promise<boolean> {
  const changed = await tx.run(
    'UPDATE passkeys SET counter = $1, last_used_at = $2 WHERE id = $3 AND (counter < $4 OR (counter = 0 AND $5 = 0))',
    [counter, now, id, counter, counter],
  );
  return changed === 1;
}

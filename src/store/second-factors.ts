/** Second factors: the secret that an authenticator app shares, and hashes of backup codes. */
import type { AccountId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface SecondFactorRow {
  readonly account: AccountId;
  /** 20 bytes. */
  readonly secret: Uint8Array;
  /** Epoch milliseconds; 0 until a code has confirmed it. */
  readonly confirmed_at: number;
  /** The newest step whose code was used. */
  readonly last_step: number;
}

/** The account's second factor, confirmed or not; null for none. */
export async function secondFactorOf(db: Db, account: AccountId): Promise<SecondFactorRow | null> {
  const [row] = await db.read<SecondFactorRow>('SELECT * FROM second_factors WHERE account = $1', [account]);
  return row ?? null;
}

/** Keeps a secret that is not confirmed yet, in place of another such; false when a confirmed one is there. */
export async function proposeSecondFactor(tx: Tx, account: AccountId, secret: Uint8Array): Promise<boolean> {
  const changed = await tx.run(
    `INSERT INTO second_factors (account, secret, confirmed_at, last_step) VALUES ($1, $2, 0, 0)
     ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, last_step = 0 WHERE second_factors.confirmed_at = 0`,
    [account, secret],
  );
  return changed === 1;
}

/** Confirms the proposed secret by the step of its first code; false when another secret took its place, or it is confirmed. */
export async function confirmSecondFactor(
  tx: Tx,
  { account, secret }: Pick<SecondFactorRow, 'account' | 'secret'>,
  step: number,
  now: number,
): Promise<boolean> {
  const changed = await tx.run(
    'UPDATE second_factors SET confirmed_at = $1, last_step = $2 WHERE account = $3 AND secret = $4 AND confirmed_at = 0',
    [now, step, account, secret],
  );
  return changed === 1;
}

/** Uses a step up; false when it, or a later one, was used already. */
export async function useStep(tx: Tx, account: AccountId, step: number): Promise<boolean> {
  const changed = await tx.run(
    'UPDATE second_factors SET last_step = $1 WHERE account = $2 AND confirmed_at > 0 AND last_step < $3',
    [step, account, step],
  );
  return changed === 1;
}

/** Removes the second factor and its backup codes; false when there was none that was confirmed. */
export async function deleteSecondFactor(tx: Tx, account: AccountId): Promise<boolean> {
  await tx.run('DELETE FROM backup_codes WHERE account = $1', [account]);
  const row = await tx.get<{ confirmed_at: number }>(
    'DELETE FROM second_factors WHERE account = $1 RETURNING confirmed_at',
    [account],
  );
  return row !== null && row.confirmed_at > 0;
}

/** Keeps hashes (SHA-256, 32 bytes each) of new backup codes in place of all that were there. */
export async function replaceBackupCodes(
  tx: Tx,
  account: AccountId,
  hashes: readonly Uint8Array[],
): Promise<void> {
  await tx.run('DELETE FROM backup_codes WHERE account = $1', [account]);
  for (const hash of hashes)
    await tx.run('INSERT INTO backup_codes (account, hash) VALUES ($1, $2)', [account, hash]);
}

/** Uses a backup code up by its hash; false when there is no such. */
export async function useBackupCode(tx: Tx, account: AccountId, hash: Uint8Array): Promise<boolean> {
  return (await tx.run('DELETE FROM backup_codes WHERE account = $1 AND hash = $2', [account, hash])) === 1;
}

/** How many backup codes are left. */
export async function countBackupCodes(db: Db, account: AccountId): Promise<number> {
  const [row] = await db.read<{ count: number }>(
    'SELECT COUNT(*) AS count FROM backup_codes WHERE account = $1',
    [account],
  );
  return row?.count ?? 0;
}

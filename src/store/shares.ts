/** Links to one file, for people without an account. A link that is over is as if it were not there. */
import type { FileId } from '../contract/files.ts';
import type { AccountId } from '../contract/ids.ts';
import type { ShareId } from '../contract/shares.ts';
import { MAY_HAVE_LINKS } from './accounts.ts';
import type { Db, Tx } from './db.ts';

export interface ShareRow {
  readonly id: ShareId;
  readonly account: AccountId;
  readonly file: FileId;
  readonly manifest: Uint8Array;
  /** SHA-256 of the proof; null without a password, as are the four below. */
  readonly proof: Uint8Array | null;
  readonly salt: Uint8Array | null;
  readonly memory: number | null;
  readonly passes: number | null;
  readonly lanes: number | null;
  readonly created_at: number;
  readonly expires_at: number;
  readonly downloads: number | null;
  readonly used: number;
  /** Wrong passwords since the last rest. */
  readonly wrong: number;
  readonly rests_until: number;
}
export type NewShare = Omit<ShareRow, 'used' | 'wrong' | 'rests_until'>;

/** False when the id is taken. */
export async function insertShare(tx: Tx, row: NewShare): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO shares (id, account, file, manifest, proof, salt, memory, passes, lanes, created_at, expires_at, downloads)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
    [
      row.id,
      row.account,
      row.file,
      row.manifest,
      row.proof,
      row.salt,
      row.memory,
      row.passes,
      row.lanes,
      row.created_at,
      row.expires_at,
      row.downloads,
    ],
  );
  return inserted === 1;
}

/** Those of an account that are not over, newest first. */
export function sharesOf(db: Db, account: AccountId, now: number): Promise<ShareRow[]> {
  return db.read<ShareRow>(
    'SELECT * FROM shares WHERE account = $1 AND expires_at > $2 ORDER BY created_at DESC, id',
    [account, now],
  );
}

export async function countShares(tx: Tx, account: AccountId, now: number): Promise<number> {
  const row = await tx.get<{ count: number }>(
    'SELECT COUNT(*) AS count FROM shares WHERE account = $1 AND expires_at > $2',
    [account, now],
  );
  return row?.count ?? 0;
}

/** A link that somebody may still visit: not over, not used up, of an account that may have links. */
const OPEN = `SELECT s.* FROM shares s JOIN accounts a ON a.id = s.account AND ${MAY_HAVE_LINKS}
  WHERE s.id = $1 AND s.expires_at > $2 AND (s.downloads IS NULL OR s.used < s.downloads)`;

export async function openShare(db: Db | Tx, id: ShareId, now: number): Promise<ShareRow | null> {
  if ('read' in db) return (await db.read<ShareRow>(OPEN, [id, now]))[0] ?? null;
  return db.get<ShareRow>(OPEN, [id, now]);
}

/** Counts a visit; false when the link was used up meanwhile. */
export async function useShare(tx: Tx, id: ShareId): Promise<boolean> {
  const changed = await tx.run(
    'UPDATE shares SET used = used + 1 WHERE id = $1 AND (downloads IS NULL OR used < downloads)',
    [id],
  );
  return changed === 1;
}

/** After a wrong password: how many there were, and until when nobody is let in; epoch milliseconds. */
export async function setShareWrong(
  tx: Tx,
  id: ShareId,
  { wrong, restsUntil }: { readonly wrong: number; readonly restsUntil: number },
): Promise<void> {
  await tx.run('UPDATE shares SET wrong = $1, rests_until = $2 WHERE id = $3', [wrong, restsUntil, id]);
}

/** Ends a link and its visits; false when it is not this account's. */
export async function deleteShare(tx: Tx, account: AccountId, id: ShareId): Promise<boolean> {
  return (await tx.run('DELETE FROM shares WHERE id = $1 AND account = $2', [id, account])) === 1;
}

/** Forgets links that were over before `now`. */
export async function forgetShares(tx: Tx, now: number): Promise<void> {
  await tx.run('DELETE FROM shares WHERE expires_at <= $1', [now]);
}

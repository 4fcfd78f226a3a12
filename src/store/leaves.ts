/** The transparency log: leaves are appended, and nothing else ever happens to them. */
import type { AccountId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface LeafRow {
  readonly account: AccountId;
  /** Of this account's leaves, from 1. */
  readonly version: number;
  /** 32 bytes, as the tree has it. */
  readonly hash: Uint8Array;
  /** The record without its signature, and the signature. */
  readonly leaf: Uint8Array;
  readonly signature: Uint8Array;
}

/** Puts a leaf at the end of the log. Only inside the write that stores the list it is about. */
export async function appendLeaf(tx: Tx, row: LeafRow): Promise<void> {
  const last = await tx.get<{ position: number | null }>('SELECT MAX(position) AS position FROM log_leaves');
  await tx.run(
    'INSERT INTO log_leaves (position, account, version, hash, leaf, signature) VALUES ($1, $2, $3, $4, $5, $6)',
    [(last?.position ?? -1) + 1, row.account, row.version, row.hash, row.leaf, row.signature],
  );
}

/** Version and hash of an account's newest leaf, or null, at this point of the transaction. */
export function lastLeaf(tx: Tx, account: AccountId): Promise<Pick<LeafRow, 'version' | 'hash'> | null> {
  return tx.get('SELECT version, hash FROM log_leaves WHERE account = $1 ORDER BY version DESC LIMIT 1', [
    account,
  ]);
}

/** An account's newest leaf, or null. */
export async function leafOf(
  db: Db,
  account: AccountId,
): Promise<Pick<LeafRow, 'leaf' | 'signature'> | null> {
  const [row] = await db.read<Pick<LeafRow, 'leaf' | 'signature'>>(
    'SELECT leaf, signature FROM log_leaves WHERE account = $1 ORDER BY version DESC LIMIT 1',
    [account],
  );
  return row ?? null;
}

/** Leaves from a place on, in order. */
export async function leavesFrom(db: Db, from: number, limit: number): Promise<Uint8Array[]> {
  const rows = await db.read<{ leaf: Uint8Array }>(
    'SELECT leaf FROM log_leaves WHERE position >= $1 ORDER BY position LIMIT $2',
    [from, limit],
  );
  return rows.map((row) => row.leaf);
}

/** Hashes from a place on, in order, each with its place. */
export function hashesFrom(
  db: Db,
  from: number,
): Promise<{ readonly position: number; readonly hash: Uint8Array }[]> {
  return db.read('SELECT position, hash FROM log_leaves WHERE position >= $1 ORDER BY position', [from]);
}

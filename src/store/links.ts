/** Requests to become a device, and what an existing device answered. Kept for minutes. */
import type { AccountId } from '../contract/ids.ts';
import type { LinkState } from '../contract/links.ts';
import type { Db, Tx } from './db.ts';

export interface LinkRow {
  /** H of the request, hexadecimal. */
  readonly hash: string;
  /** Five characters of the code. */
  readonly finder: string;
  /** SHA-256 of the place's token, hexadecimal. */
  readonly token: string;
  readonly request: Uint8Array;
  readonly state: LinkState;
  /** Who answered. */
  readonly account: AccountId | null;
  /** 32 bytes: the one certificate that the answer is good for. */
  readonly certificate_hash: Uint8Array | null;
  readonly answer: Uint8Array | null;
  /** Epoch milliseconds. */
  readonly created_at: number;
  readonly expires_at: number;
}

/** Inserts a request; false when its finder, or the very request, is there already. */
export async function insertLink(
  tx: Tx,
  row: Pick<LinkRow, 'hash' | 'finder' | 'token' | 'request' | 'created_at' | 'expires_at'>,
): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO links (hash, finder, token, request, state, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [row.hash, row.finder, row.token, row.request, 'waiting', row.created_at, row.expires_at],
  );
  return inserted === 1;
}

/** Requests that are kept. */
export async function countLinks(tx: Tx): Promise<number> {
  return (await tx.get<{ count: number }>('SELECT COUNT(*) AS count FROM links'))?.count ?? 0;
}

const one = async (db: Db, column: 'hash' | 'finder' | 'token', value: string): Promise<LinkRow | null> =>
  (await db.read<LinkRow>(`SELECT * FROM links WHERE ${column} = $1`, [value]))[0] ?? null;

export const linkByHash = (db: Db, hash: string): Promise<LinkRow | null> => one(db, 'hash', hash);
export const linkByFinder = (db: Db, finder: string): Promise<LinkRow | null> => one(db, 'finder', finder);
export const linkByToken = (db: Db, token: string): Promise<LinkRow | null> => one(db, 'token', token);

/** Keeps the one answer; false when there is one, or the request is over. */
export async function answerLink(
  tx: Tx,
  hash: string,
  given: { readonly account: AccountId; readonly certificateHash: Uint8Array; readonly answer: Uint8Array },
): Promise<boolean> {
  const changed = await tx.run(
    `UPDATE links SET state = $1, account = $2, certificate_hash = $3, answer = $4
     WHERE hash = $5 AND state = 'waiting'`,
    ['answered', given.account, given.certificateHash, given.answer, hash],
  );
  return changed === 1;
}

/** Ends a request that was in this state; what was sealed goes. False when it was in another one. */
export async function endLink(
  tx: Tx,
  hash: string,
  from: LinkState,
  to: 'done' | 'cancelled',
): Promise<boolean> {
  const changed = await tx.run('UPDATE links SET state = $1, answer = NULL WHERE hash = $2 AND state = $3', [
    to,
    hash,
    from,
  ]);
  return changed === 1;
}

/** Forgets what ended before `now`; epoch milliseconds. */
export async function forgetLinks(tx: Tx, now: number): Promise<void> {
  await tx.run('DELETE FROM links WHERE expires_at <= $1', [now]);
}

/** Addresses of people, and mail that waits to go out. */
import type { AccountId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface MailAddressRow {
  readonly account: AccountId;
  readonly address: string;
  /** Of what is written to it. */
  readonly language: string;
  /** Epoch milliseconds, as all times here; null until the code has come back. */
  readonly verified_at: number | null;
  /** HMAC-SHA-256 of the digits, 32 bytes; null when none is awaited. */
  readonly code: Uint8Array | null;
  readonly code_expires_at: number;
  /** Wrong codes so far. */
  readonly tries: number;
  /** 0 or 1. */
  readonly digest: number;
  readonly digested_at: number;
  readonly problem: string;
}

export interface OutboxRow {
  readonly id: string;
  readonly account: AccountId;
  readonly address: string;
  readonly language: string;
  /** JSON. */
  readonly letter: string;
  readonly created_at: number;
  readonly attempts: number;
  readonly next_at: number;
}

/** The address of an account, or null. */
export async function mailAddressOf(db: Db, account: AccountId): Promise<MailAddressRow | null> {
  const [row] = await db.read<MailAddressRow>('SELECT * FROM mail_addresses WHERE account = $1', [account]);
  return row ?? null;
}

/** The same inside a transaction. */
export function mailAddress(tx: Tx, account: AccountId): Promise<MailAddressRow | null> {
  return tx.get<MailAddressRow>('SELECT * FROM mail_addresses WHERE account = $1', [account]);
}

/** Puts an address that is not verified in the place of the one before. */
export async function putMailAddress(
  tx: Tx,
  row: Pick<MailAddressRow, 'account' | 'address' | 'language' | 'code' | 'code_expires_at'>,
): Promise<void> {
  await tx.run(
    `INSERT INTO mail_addresses (account, address, language, code, code_expires_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (account) DO UPDATE SET address = excluded.address, language = excluded.language,
       code = excluded.code, code_expires_at = excluded.code_expires_at, tries = 0, verified_at = NULL, problem = ''`,
    [row.account, row.address, row.language, row.code, row.code_expires_at],
  );
}

/** Counts a wrong code. */
export async function countTry(tx: Tx, account: AccountId): Promise<void> {
  await tx.run('UPDATE mail_addresses SET tries = tries + 1 WHERE account = $1', [account]);
}

/** The address is the person's. */
export async function verifyAddress(tx: Tx, account: AccountId, now: number): Promise<void> {
  await tx.run(
    `UPDATE mail_addresses SET verified_at = $1, code = NULL, tries = 0, digested_at = $2 WHERE account = $3`,
    [now, now, account],
  );
}

export async function setDigest(tx: Tx, account: AccountId, digest: boolean): Promise<void> {
  await tx.run('UPDATE mail_addresses SET digest = $1 WHERE account = $2', [digest ? 1 : 0, account]);
}

/** Takes back codes and counts that wait for an account; what tells of a change to it stays. */
export async function deleteIdleMail(tx: Tx, account: AccountId): Promise<void> {
  await tx.run(
    `DELETE FROM mail_outbox WHERE account = $1 AND (letter LIKE '{"kind":"code"%' OR letter LIKE '{"kind":"waiting"%')`,
    [account],
  );
}

/** Forgets an address; false when there was none. */
export async function deleteMailAddress(tx: Tx, account: AccountId): Promise<boolean> {
  return (await tx.run('DELETE FROM mail_addresses WHERE account = $1', [account])) === 1;
}

/** Notes why the mail server takes nothing for an address. */
export async function noteProblem(
  tx: Tx,
  { account, address }: Pick<MailAddressRow, 'account' | 'address'>,
  problem: string,
): Promise<void> {
  await tx.run('UPDATE mail_addresses SET problem = $1 WHERE account = $2 AND address = $3', [
    problem,
    account,
    address,
  ]);
}

export async function insertMail(tx: Tx, row: OutboxRow): Promise<void> {
  await tx.run(
    `INSERT INTO mail_outbox (id, account, address, language, letter, created_at, attempts, next_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [row.id, row.account, row.address, row.language, row.letter, row.created_at, row.attempts, row.next_at],
  );
}

/** Letters of an account that wait. */
export async function mailWaiting(tx: Tx, account: AccountId): Promise<number> {
  const row = await tx.get<{ n: number }>('SELECT COUNT(*) AS n FROM mail_outbox WHERE account = $1', [
    account,
  ]);
  return Number(row?.n ?? 0);
}

/** Takes what is due, oldest first, and puts its next try off until `until`: a process that dies does not keep it. */
export async function takeMail(tx: Tx, now: number, until: number, limit: number): Promise<OutboxRow[]> {
  const rows = await tx.all<OutboxRow>(
    'SELECT * FROM mail_outbox WHERE next_at <= $1 ORDER BY next_at, id LIMIT $2',
    [now, limit],
  );
  for (const { id } of rows)
    await tx.run('UPDATE mail_outbox SET next_at = $1, attempts = attempts + 1 WHERE id = $2', [until, id]);
  return rows;
}

/** Tries a letter again then. */
export async function putOffMail(tx: Tx, id: string, until: number): Promise<void> {
  await tx.run('UPDATE mail_outbox SET next_at = $1 WHERE id = $2', [until, id]);
}

export async function deleteMail(tx: Tx, id: string): Promise<void> {
  await tx.run('DELETE FROM mail_outbox WHERE id = $1', [id]);
}

/** How many letters wait, and since when the oldest does (null for none). */
export async function outboxState(
  db: Db,
): Promise<{ readonly waiting: number; readonly oldest: number | null }> {
  const [row] = await db.read<{ n: number; oldest: number | null }>(
    'SELECT COUNT(*) AS n, MIN(created_at) AS oldest FROM mail_outbox',
  );
  return { waiting: Number(row?.n ?? 0), oldest: row?.oldest ?? null };
}

/** Verified addresses whose persons want to hear of waiting messages and did not since `before`. */
export function digestable(db: Db, before: number, after: string, limit: number): Promise<MailAddressRow[]> {
  return db.read<MailAddressRow>(
    `SELECT m.* FROM mail_addresses m JOIN accounts a ON a.id = m.account
     WHERE m.digest = 1 AND m.verified_at IS NOT NULL AND m.problem = '' AND a.disabled = 0
       AND m.digested_at <= $1 AND m.account > $2 ORDER BY m.account LIMIT $3`,
    [before, after, limit],
  );
}

/** False when somebody has noted it since `before`. */
export async function noteDigested(
  tx: Tx,
  account: AccountId,
  before: number,
  now: number,
): Promise<boolean> {
  const noted = await tx.run(
    'UPDATE mail_addresses SET digested_at = $1 WHERE account = $2 AND digested_at <= $3',
    [now, account, before],
  );
  return noted > 0;
}

/** Headers of messages accepted by then that wait for every one of the account's devices, newest first. */
export async function unfetched(
  db: Db,
  account: AccountId,
  before: number,
  limit: number,
): Promise<readonly Uint8Array[]> {
  const rows = await db.read<{ head: Uint8Array }>(
    `SELECT substr(b.body, 1, $1) AS head FROM bodies b WHERE b.accepted_at <= $2 AND b.number IN (
       SELECT e.number FROM devices d JOIN envelopes e ON e.device = d.id
       WHERE d.account = $3 AND d.revoked_at IS NULL GROUP BY e.number
       HAVING COUNT(*) = (SELECT COUNT(*) FROM devices o WHERE o.account = $4 AND o.revoked_at IS NULL))
     ORDER BY b.number DESC LIMIT $5`,
    [HEADER_BYTES, before, account, account, limit],
  );
  return rows.map(({ head }) => head);
}

/** Of a body, before anything sealed (protocol/body-header.ts). */
const HEADER_BYTES = 120;

/** Sessions, by the SHA-256 of the cookie's value (64 hex characters). */
import type { Role } from '../contract/accounts.ts';
import type { AccountId, DeviceId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';
import { deleteTokensOf, deleteTokensOfDevice } from './tokens.ts';

export interface SessionRow {
  readonly id: string;
  readonly account: AccountId;
  readonly device: DeviceId | null;
  /** 32 bytes. */
  readonly challenge: Uint8Array;
  readonly address: string;
  readonly agent: string;
  /** Epoch milliseconds, as all times here. */
  readonly created_at: number;
  readonly last_used_at: number;
  readonly expires_at: number;
  /** When its holder last showed who they are. */
  readonly verified_at: number;
  /** 1 when a passkey, a second factor or a device of theirs was shown in it. */
  readonly strong: number;
}

/** A session with the person it belongs to. */
export interface SessionAndPerson extends SessionRow {
  readonly username: string;
  readonly name: string;
  readonly role: Role;
}

/** The session of an id with its person; null when there is none, or the account is disabled. */
export async function sessionById(db: Db, id: string): Promise<SessionAndPerson | null> {
  const [row] = await db.read<SessionAndPerson>(
    `SELECT s.*, a.username, a.name, a.role FROM sessions s JOIN accounts a ON a.id = s.account
     WHERE s.id = $1 AND a.disabled = 0`,
    [id],
  );
  return row ?? null;
}

/** The person a new session is for, or null for a disabled or unknown account. */
export function personOf(
  tx: Tx,
  account: AccountId,
): Promise<{ readonly username: string; readonly name: string; readonly role: Role } | null> {
  return tx.get('SELECT username, name, role FROM accounts WHERE id = $1 AND disabled = 0', [account]);
}

/** An account's sessions, last used first. */
export function sessionsOf(db: Db, account: AccountId): Promise<SessionRow[]> {
  return db.read<SessionRow>('SELECT * FROM sessions WHERE account = $1 ORDER BY last_used_at DESC, id', [
    account,
  ]);
}

/** Stores a new session. */
export async function insertSession(tx: Tx, row: SessionRow): Promise<void> {
  await tx.run(
    `INSERT INTO sessions (id, account, device, challenge, address, agent, created_at, last_used_at, expires_at, verified_at, strong)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      row.id,
      row.account,
      row.device,
      row.challenge,
      row.address,
      row.agent,
      row.created_at,
      row.last_used_at,
      row.expires_at,
      row.verified_at,
      row.strong,
    ],
  );
}

/** Moves a session's end. */
export async function extendSession(tx: Tx, id: string, expiresAt: number): Promise<void> {
  await tx.run('UPDATE sessions SET expires_at = $1 WHERE id = $2', [expiresAt, id]);
}

/** Notes that a session was used. */
export async function touchSession(tx: Tx, id: string, now: number): Promise<void> {
  await tx.run('UPDATE sessions SET last_used_at = $1 WHERE id = $2', [now, id]);
}

/** Gives a session another id, and says when its holder showed who they are; false when it was not there. What belongs to it stays with it. */
export async function moveSession(
  tx: Tx,
  from: string,
  to: string,
  { verifiedAt, strong }: { readonly verifiedAt: number; readonly strong: boolean },
): Promise<boolean> {
  const moved = await tx.run(
    `INSERT INTO sessions (id, account, device, challenge, address, agent, created_at, last_used_at, expires_at, verified_at, strong)
     SELECT $1, account, device, challenge, address, agent, created_at, last_used_at, expires_at, $2, $3 FROM sessions WHERE id = $4`,
    [to, verifiedAt, strong ? 1 : 0, from],
  );
  if (moved !== 1) return false;
  await tx.run('UPDATE push_subscriptions SET session = $1 WHERE session = $2', [to, from]);
  await tx.run('UPDATE new_places SET session = $1 WHERE session = $2', [to, from]);
  await tx.run('DELETE FROM sessions WHERE id = $1', [from]);
  return true;
}

/** Deletes one session; false when it was not there. */
export async function deleteSession(tx: Tx, id: string): Promise<boolean> {
  return (await tx.run('DELETE FROM sessions WHERE id = $1', [id])) === 1;
}

/** Deletes one session of this account; false when it has none of that id. */
export async function deleteSessionOf(tx: Tx, account: AccountId, id: string): Promise<boolean> {
  return (await tx.run('DELETE FROM sessions WHERE account = $1 AND id = $2', [account, id])) === 1;
}

/** Ids of an account's sessions. */
export async function sessionIdsOf(tx: Tx, account: AccountId): Promise<string[]> {
  return (await tx.all<{ id: string }>('SELECT id FROM sessions WHERE account = $1', [account])).map(
    (row) => row.id,
  );
}

/** Deletes all but the `kept` that were used last; gives their ids. */
export async function deleteSessionsBeyond(tx: Tx, account: AccountId, kept: number): Promise<string[]> {
  const rows = await tx.all<{ id: string }>(
    'SELECT id FROM sessions WHERE account = $1 ORDER BY last_used_at DESC, created_at DESC, id',
    [account],
  );
  const over = rows.slice(kept).map(({ id }) => id);
  for (const id of over) await deleteSession(tx, id);
  return over;
}

/** Deletes an account's sessions and tokens, and gives their ids. */
export async function deleteSessionsOf(tx: Tx, account: AccountId): Promise<string[]> {
  const rows = await tx.all<{ id: string }>('DELETE FROM sessions WHERE account = $1 RETURNING id', [
    account,
  ]);
  return [...rows.map((row) => row.id), ...(await deleteTokensOf(tx, account))];
}

/** Deletes a device's sessions and tokens, and gives their ids. */
export async function deleteSessionsOfDevice(tx: Tx, device: DeviceId): Promise<string[]> {
  const rows = await tx.all<{ id: string }>('DELETE FROM sessions WHERE device = $1 RETURNING id', [device]);
  return [...rows.map((row) => row.id), ...(await deleteTokensOfDevice(tx, device))];
}

/** Deletes an account's sessions but one, and gives their ids. */
export async function deleteOtherSessions(tx: Tx, account: AccountId, kept: string): Promise<string[]> {
  const rows = await tx.all<{ id: string }>(
    'DELETE FROM sessions WHERE account = $1 AND id <> $2 RETURNING id',
    [account, kept],
  );
  return rows.map((row) => row.id);
}

/** Deletes what ended before `now`, or was last used before `unusedSince`; gives the number. */
export function deleteExpiredSessions(tx: Tx, now: number, unusedSince: number): Promise<number> {
  return tx.run('DELETE FROM sessions WHERE expires_at <= $1 OR last_used_at <= $2', [now, unusedSince]);
}

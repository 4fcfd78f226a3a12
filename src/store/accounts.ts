/** Accounts: the people of the workspace. */
import type { Role } from '../contract/accounts.ts';
import type { AccountId } from '../contract/ids.ts';
import { PERMISSIONS } from '../contract/permissions.ts';
import type { Db, Tx } from './db.ts';

/** SQL: the account `a` may have links for people without one; whoever may not any more has none that lead anywhere. */
export const MAY_HAVE_LINKS = `a.disabled = 0 AND a.role IN (${PERMISSIONS['links.make'].map((role) => `'${role}'`).join(', ')})`;

export interface AccountRow {
  readonly id: AccountId;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  /** Hybrid public key, 1,984 bytes. */
  readonly aik: Uint8Array;
  readonly disabled: number;
  /** Epoch milliseconds. */
  readonly created_at: number;
  /** Epoch milliseconds; null or missing for an account that is there. */
  readonly deleted_at?: number | null;
}

/** An account without its key, for lists. */
export interface PersonRow extends Omit<AccountRow, 'aik' | 'created_at'> {
  /** Epoch milliseconds; null for an account that is there. */
  readonly deleted_at: number | null;
}

const PERSON = 'id, username, name, role, disabled, deleted_at';

/** Inserts an account; false when the username or the id is taken. */
export async function insertAccount(tx: Tx, row: AccountRow): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO accounts (id, username, name, role, aik, disabled, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [row.id, row.username, row.name, row.role, row.aik, row.disabled, row.created_at],
  );
  return inserted === 1;
}

/** The account of a username, or null. */
export async function accountNamed(db: Db, username: string): Promise<AccountRow | null> {
  const [row] = await db.read<AccountRow>('SELECT * FROM accounts WHERE username = $1', [username]);
  return row ?? null;
}

/** The account of an id, or null. */
export async function accountById(db: Db, id: AccountId): Promise<AccountRow | null> {
  const [row] = await db.read<AccountRow>('SELECT * FROM accounts WHERE id = $1', [id]);
  return row ?? null;
}

/** Everybody, by name and username. */
export function everybody(db: Db): Promise<PersonRow[]> {
  return db.read<PersonRow>(`SELECT ${PERSON} FROM accounts ORDER BY lower(name), username`);
}

/** True when somebody owns the workspace. */
export async function hasOwner(db: Db): Promise<boolean> {
  return (await db.read("SELECT 1 AS found FROM accounts WHERE role = 'owner' LIMIT 1")).length > 0;
}

/** The same inside a transaction. */
export async function ownerExists(tx: Tx): Promise<boolean> {
  return (await tx.get("SELECT 1 AS found FROM accounts WHERE role = 'owner' LIMIT 1")) !== null;
}

/** Disables or enables an account. */
export async function setAccountDisabled(tx: Tx, account: AccountId, disabled: boolean): Promise<void> {
  await tx.run('UPDATE accounts SET disabled = $1 WHERE id = $2', [disabled ? 1 : 0, account]);
}

/** Somebody as those see them who manage people; null for an unknown username. */
export function accountToManage(tx: Tx, username: string): Promise<PersonRow | null> {
  return tx.get<PersonRow>(`SELECT ${PERSON} FROM accounts WHERE username = $1`, [username]);
}

/** Gives an account another role. */
export async function setAccountRole(tx: Tx, account: AccountId, role: Role): Promise<void> {
  await tx.run('UPDATE accounts SET role = $1 WHERE id = $2', [role, account]);
}

/** Owners who can sign in, besides this account. */
export async function otherOwners(tx: Tx, account: AccountId): Promise<number> {
  const row = await tx.get<{ count: number }>(
    "SELECT COUNT(*) AS count FROM accounts WHERE role = 'owner' AND disabled = 0 AND id <> $1",
    [account],
  );
  return row?.count ?? 0;
}

/** Those who are in a conversation with this account, or were in a group with it. */
export async function acquaintancesOf(db: Db, account: AccountId): Promise<ReadonlySet<AccountId>> {
  const rows = await db.read<{ account: AccountId }>(
    `SELECT m.account FROM members mine JOIN members m ON m.conversation = mine.conversation WHERE mine.account = $1
     UNION SELECT f.account FROM members mine JOIN former_members f ON f.conversation = mine.conversation
     WHERE mine.account = $2`,
    [account, account],
  );
  return new Set(rows.map((row) => row.account));
}

/** Puts another identity (1,984 bytes) under an account. */
export async function replaceIdentity(tx: Tx, account: AccountId, aik: Uint8Array): Promise<void> {
  await tx.run('UPDATE accounts SET aik = $1 WHERE id = $2', [aik, account]);
}

/** Ids of all accounts. */
export async function accountIds(db: Db): Promise<AccountId[]> {
  return (await db.read<{ id: AccountId }>('SELECT id FROM accounts')).map((row) => row.id);
}

/** What is said of those whom a roster names. */
export type NamedAccountRow = Pick<AccountRow, 'id' | 'name' | 'role' | 'aik' | 'disabled'>;

/** These accounts with their keys, in any order; unknown ones are left out. */
export async function accountKeys(db: Db, ids: readonly AccountId[]): Promise<NamedAccountRow[]> {
  if (ids.length === 0) return [];
  const marks = ids.map((_, index) => `$${index + 1}`).join(', ');
  return db.read<NamedAccountRow>(
    `SELECT id, name, role, aik, disabled FROM accounts WHERE id IN (${marks})`,
    ids,
  );
}

/** Accounts: the people of the workspace. */
import type { Role } from '../contract/accounts.ts';
import type { AccountId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

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
}

/** An account without its key, for lists. */
export type PersonRow = Omit<AccountRow, 'aik' | 'created_at'>;

const PERSON = 'id, username, name, role, disabled';

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

/** Disables or enables an account; gives its id, or null for an unknown username. */
export async function setAccountDisabled(
  tx: Tx,
  username: string,
  disabled: boolean,
): Promise<AccountId | null> {
  const row = await tx.get<{ id: AccountId }>(
    'UPDATE accounts SET disabled = $1 WHERE username = $2 RETURNING id',
    [disabled ? 1 : 0, username],
  );
  return row?.id ?? null;
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
export type NamedAccountRow = Pick<AccountRow, 'id' | 'name' | 'aik' | 'disabled'>;

/** These accounts with their keys, in any order; unknown ones are left out. */
export async function accountKeys(db: Db, ids: readonly AccountId[]): Promise<NamedAccountRow[]> {
  if (ids.length === 0) return [];
  const marks = ids.map((_, index) => `$${index + 1}`).join(', ');
  return db.read<NamedAccountRow>(`SELECT id, name, aik, disabled FROM accounts WHERE id IN (${marks})`, ids);
}

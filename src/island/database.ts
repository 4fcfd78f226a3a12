/** The island's database: one per account in this browser, with the rooms of the client and one of our own. */
import { STORES } from '../client/ports.ts';
import type { AccountId } from '../contract/ids.ts';
import { removeSpools } from './attach/spool.ts';
import { forgetNote } from './note.ts';

/** Told to the window when the browser has taken a database away under an open page. */
export const STORAGE_GONE = 'sotto-storage-gone';

/** Holds the local key, its wrapped copy, and which device this is; the values of the other rooms are sealed. */
export const LOCAL = 'local';

/** Grows by one with each entry of MIGRATIONS; an older tab is asked to close its connection. */
const MIGRATIONS: readonly ((database: IDBDatabase) => void)[] = [
  (database) => {
    for (const store of [LOCAL, ...STORES]) database.createObjectStore(store);
  },
  // `log`, for databases that were made before there was one.
  (database) => {
    for (const store of STORES)
      if (!database.objectStoreNames.contains(store)) database.createObjectStore(store);
  },
  // `backup`.
  (database) => {
    for (const store of STORES)
      if (!database.objectStoreNames.contains(store)) database.createObjectStore(store);
  },
  // `files`.
  (database) => {
    for (const store of STORES)
      if (!database.objectStoreNames.contains(store)) database.createObjectStore(store);
  },
];

const PREFIX = 'sotto-';
const nameOf = (account: AccountId): string => PREFIX + account;

/** Whoever has a database in this browser. Empty where the browser does not tell. */
export async function listAccounts(): Promise<readonly string[]> {
  const known = 'databases' in indexedDB ? await indexedDB.databases() : [];
  return known.flatMap(({ name = '' }) => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []));
}

/** Opens the account's database, migrated. Rejects when the browser refuses storage. */
export async function openDatabase(account: AccountId): Promise<IDBDatabase> {
  const request = indexedDB.open(nameOf(account), MIGRATIONS.length);
  request.onupgradeneeded = (event) => {
    for (const migrate of MIGRATIONS.slice(event.oldVersion)) migrate(request.result);
  };
  const database = await settled(request);
  // A newer release in another tab wants to migrate: let go, this page reloads when it next asks the server.
  database.onversionchange = () => database.close();
  // Only a browser that deletes what lies here closes a connection by itself.
  database.onclose = () => dispatchEvent(new Event(STORAGE_GONE));
  return database;
}

/** Removes everything that this browser holds for the account. Open connections are asked to close first. */
export async function deleteDatabase(account: AccountId): Promise<void> {
  await settled(indexedDB.deleteDatabase(nameOf(account)));
  forgetNote(account);
  await removeSpools(account);
}

/** A request's result as a promise. */
export function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Resolves when the transaction is complete, which with durability "strict" means on the disk. */
export function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    // Every error ends in an abort, which alone knows its reason: a full disk shows at the commit.
    transaction.onabort = () => reject(transaction.error);
  });
}

/**
 * The local key (AES-256-GCM) that seals everything at rest in this browser (protocol/README 10). IndexedDB
 * keeps it as a CryptoKey that cannot be exported, so a reload needs no unlocking. Its raw bytes exist only wrapped
 * under the vault's device-wrap key: signing out deletes the CryptoKey, opening the vault brings it back.
 */
import type { AccountId, DeviceId } from '../contract/ids.ts';
import { completed, LOCAL, settled } from './database.ts';
import { HELD } from './device-keys.ts';

/** What a browser remembers of its device, with or without the key. */
export interface LocalDevice {
  readonly account: AccountId;
  readonly device: DeviceId;
  /** The raw local key under the vault's device-wrap key. */
  readonly wrapped: Uint8Array;
}

/** Says, beside the device, whose it was when it is none any more: readable without the key. */
const REMOVED = 'removed-from';

/** Imports 32 raw bytes as the key that IndexedDB may keep and nobody may read. */
export function importLocalKey(raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

/** The key that stands in the database, or null after signing out and before enrolment. */
export async function readLocalKey(database: IDBDatabase): Promise<CryptoKey | null> {
  const value: unknown = await settled(database.transaction(LOCAL).objectStore(LOCAL).get('key'));
  return value instanceof CryptoKey ? value : null;
}

/** Which device of the account this browser is, or null when it is none. */
export async function readLocalDevice(database: IDBDatabase): Promise<LocalDevice | null> {
  const value: unknown = await settled(database.transaction(LOCAL).objectStore(LOCAL).get('device'));
  return isLocalDevice(value) ? value : null;
}

/** Puts the key, and when given the device with its wrapped copy, on the disk. */
export async function writeLocalKey(
  database: IDBDatabase,
  key: CryptoKey,
  device?: LocalDevice,
): Promise<void> {
  const transaction = database.transaction(LOCAL, 'readwrite', { durability: 'strict' });
  transaction.objectStore(LOCAL).put(key, 'key');
  transaction.objectStore(LOCAL).delete(REMOVED);
  if (device) transaction.objectStore(LOCAL).put(device, 'device');
  await completed(transaction);
}

/** The name of whoever this browser was a device of, or null while it is one, or was never removed. */
export async function readRemovedFrom(database: IDBDatabase): Promise<string | null> {
  const value: unknown = await settled(database.transaction(LOCAL).objectStore(LOCAL).get(REMOVED));
  return typeof value === 'string' ? value : null;
}

/**
 * Forgets the key and the device's own: what this browser holds is of no use until the vault is opened again.
 * @param removedFrom name of its person, when the device was removed
 */
export async function deleteLocalKey(
  database: IDBDatabase,
  removedFrom: string | null = null,
): Promise<void> {
  const transaction = database.transaction(LOCAL, 'readwrite', { durability: 'strict' });
  transaction.objectStore(LOCAL).delete('key');
  transaction.objectStore(LOCAL).delete(HELD);
  if (removedFrom !== null) transaction.objectStore(LOCAL).put(removedFrom, REMOVED);
  await completed(transaction);
}

function isLocalDevice(value: unknown): value is LocalDevice {
  return (
    typeof value === 'object' &&
    value !== null &&
    'account' in value &&
    'device' in value &&
    'wrapped' in value &&
    value.wrapped instanceof Uint8Array
  );
}

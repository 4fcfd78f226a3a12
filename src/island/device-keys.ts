/**
 * The device's long-term secrets as CryptoKeys that cannot be exported: a script in the page may use them while it runs,
 * and cannot carry them off (R40). IndexedDB keeps them like the local key: signing out deletes them, and
 * their seeds come back from a sealed copy when the vault is opened.
 */
import type { DeviceKeys, HeldKeys } from '../client/ports.ts';
import { completed, LOCAL, settled } from './database.ts';

/** The keys themselves. */
export const HELD = 'device-keys';
/** Nonce 12 || AES-256-GCM of both seeds, 96 bytes, under the custody key. */
export const SEALED = 'device-seeds';

/** What is kept here, and cannot be added to: this page has not opened the vault. */
export const heldKeys = (database: IDBDatabase): DeviceKeys => ({
  keep: async () => null,
  read: () => readHeld(database),
  forget: () => write(database, { [HELD]: null, [SEALED]: null }),
});

/** Both entries by name; null deletes. One transaction, on the disk when it resolves. */
export async function write(
  database: IDBDatabase,
  entries: Readonly<Record<string, HeldKeys | Uint8Array | null>>,
): Promise<void> {
  const transaction = database.transaction(LOCAL, 'readwrite', { durability: 'strict' });
  const store = transaction.objectStore(LOCAL);
  for (const [name, value] of Object.entries(entries))
    if (value === null) store.delete(name);
    else store.put(value, name);
  await completed(transaction);
}

/** The keys as IndexedDB gives them back, null for none or for anything that could be exported. */
export async function readHeld(database: IDBDatabase): Promise<HeldKeys | null> {
  const value: unknown = await settled(database.transaction(LOCAL).objectStore(LOCAL).get(HELD));
  return isHeld(value) ? value : null;
}

const isSecret = (value: unknown): value is CryptoKey =>
  value instanceof CryptoKey && value.type === 'private' && !value.extractable;

/** Whether these are three secrets that nobody reads out. */
export function isHeld(value: unknown): value is HeldKeys {
  if (typeof value !== 'object' || value === null || !('signing' in value && 'agreement' in value))
    return false;
  const { signing, agreement } = value;
  if (typeof signing !== 'object' || signing === null || !isSecret(agreement)) return false;
  return (
    'classical' in signing && isSecret(signing.classical) && 'lattice' in signing && isSecret(signing.lattice)
  );
}

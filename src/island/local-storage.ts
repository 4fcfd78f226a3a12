/** Opens this browser's storage for an account: with the key that lies here, or with the vault's device-wrap key. */
import type { OpenStorage } from '../client/enrol.ts';
import type { Storage } from '../client/ports.ts';
import { fromHex } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { openLocalKey, wrapLocalKey } from '../protocol/vault.ts';
import { browserCrypto } from './crypto.ts';
import { custody, custodyKey } from './custody.ts';
import { deleteDatabase, openDatabase } from './database.ts';
import { heldKeys } from './device-keys.ts';
import { forgetHere } from './here.ts';
import {
  deleteLocalKey,
  importLocalKey,
  type LocalDevice,
  readLocalDevice,
  readLocalKey,
  writeLocalKey,
} from './local-key.ts';
import { createStorage } from './storage.ts';

/**
 * Storage whose key lies in this browser, or null: then the vault must be opened first. So it must for keys that this
 * browser could once hold and cannot use any more: they come back as seeds.
 */
export async function openUnlockedStorage(account: AccountId): Promise<Storage | null> {
  const database = await openDatabase(account);
  const key = await readLocalKey(database);
  const keys = heldKeys(database);
  const { provider } = await browserCrypto();
  if (key && (provider.holds || !(await keys.read()))) return createStorage(database, key, keys);
  database.close();
  return null;
}

/**
 * Storage for an account whose vault has just been opened: unwraps the local key of the device that is here, or makes
 * a key for a new one. A database whose key does not open under this vault belongs to an identity that is gone; nobody
 * can read it any more, and it makes room.
 */
export const openStorage: OpenStorage = async ({ account, newDevice, deviceWrapKey }) => {
  const database = await openDatabase(account);
  const known = await readLocalDevice(database);
  if (known) {
    const raw = await unwrap(known, deviceWrapKey);
    if (raw) return openWith(database, raw);
    database.close();
    await deleteDatabase(account);
    return openStorage({ account, newDevice, deviceWrapKey });
  }
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const wrapped = await wrapLocalKey(await browserCrypto(), {
    account: fromHex(account),
    device: fromHex(newDevice),
    deviceWrapKey,
    localKey: raw,
  });
  return openWith(database, raw, { account, device: newDevice, wrapped });
};

/** Sign out: the records stay, and nobody can read them until the vault is opened again. */
export async function lockStorage(account: AccountId, removedFrom: string | null = null): Promise<void> {
  forgetHere();
  const database = await openDatabase(account);
  await deleteLocalKey(database, removedFrom);
  database.close();
}

async function openWith(
  database: IDBDatabase,
  raw: Uint8Array<ArrayBuffer>,
  device?: LocalDevice,
): Promise<Storage> {
  const [key, keeping] = await Promise.all([importLocalKey(raw), custodyKey(raw)]);
  raw.fill(0);
  await writeLocalKey(database, key, device);
  return createStorage(database, key, custody(database, await browserCrypto(), keeping));
}

async function unwrap(
  { account, device, wrapped }: LocalDevice,
  deviceWrapKey: Uint8Array,
): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const raw = await openLocalKey(await browserCrypto(), {
      account: fromHex(account),
      device: fromHex(device),
      deviceWrapKey,
      wrapped,
    });
    return new Uint8Array(raw);
  } catch {
    return null;
  }
}

/** What a test of the island's storage drives in a page. */
import type { AccountId } from '../../../src/contract/ids.ts';
import { deleteDatabase, openDatabase } from '../../../src/island/database.ts';
import {
  deleteLocalKey,
  importLocalKey,
  readLocalKey,
  writeLocalKey,
} from '../../../src/island/local-key.ts';
import { createStorage } from '../../../src/island/storage.ts';

export { createStorage, deleteDatabase, deleteLocalKey, importLocalKey, readLocalKey };

/** A storage over the account's database, with a key that stays there. */
export async function openStore(account: AccountId) {
  const database = await openDatabase(account);
  const known = await readLocalKey(database);
  const key = known ?? (await importLocalKey(crypto.getRandomValues(new Uint8Array(32))));
  if (!known) await writeLocalKey(database, key);
  return {
    database,
    key,
    storage: createStorage(database, key),
    bytes: (text: string) => new TextEncoder().encode(text),
    text: (value: Uint8Array | null) => value && new TextDecoder().decode(value),
  };
}

/**
 * The client's Storage port on IndexedDB. Values are sealed with AES-256-GCM under the local key, bound to their store,
 * key and schema version, so that no record can be moved, and the disk holds no plaintext.
 */
import {
  type Change,
  type DeviceKeys,
  type Range,
  type Storage,
  StorageFull,
  type StoreName,
} from '../client/ports.ts';
import { completed, settled } from './database.ts';

/** Written into the additional data of every record: raised when the meaning of records changes. */
const RECORD_VERSION = 1;
const NONCE_LENGTH = 12;
const LOCK = 'sotto-ratchet';
/** Sorts after every character that keys are made of. */
const LAST = '\uffff';

type Entry = readonly [key: string, value: Uint8Array];

/** Storage over an open database and the key that IndexedDB keeps for it; `keys` holds what nobody may read at all. */
export function createStorage(database: IDBDatabase, key: CryptoKey, keys?: DeviceKeys): Storage {
  return {
    ...(keys ? { keys } : {}),
    async get(store, name) {
      const sealed: unknown = await settled(database.transaction(store).objectStore(store).get(name));
      return sealed instanceof Uint8Array ? open(key, store, name, sealed) : null;
    },

    async list(store, range) {
      const rows = await read(database, store, range);
      return Promise.all(
        rows.map(async ([name, sealed]): Promise<Entry> => [name, await open(key, store, name, sealed)]),
      );
    },

    // Sealing is finished before the transaction begins: awaiting it inside would let the transaction close.
    async commit(changes) {
      if (changes.length === 0) return;
      const sealed = await Promise.all(changes.map((change) => sealChange(key, change)));
      const stores = [...new Set(changes.map(({ store }) => store))];
      const transaction = database.transaction(stores, 'readwrite', { durability: 'strict' });
      const done = completed(transaction);
      for (const [index, { store, key: name }] of changes.entries()) {
        const value = sealed[index];
        if (value) transaction.objectStore(store).put(value, name);
        else transaction.objectStore(store).delete(name);
      }
      await done.catch((error: unknown) => {
        if (error instanceof DOMException && error.name === 'QuotaExceededError')
          throw new StorageFull({ cause: error });
        throw error;
      });
    },

    async exclusive(operation) {
      return await navigator.locks.request(LOCK, operation);
    },

    async close() {
      database.close();
    },
  };
}

async function sealChange(key: CryptoKey, { store, key: name, value }: Change): Promise<Uint8Array | null> {
  if (value === null) return null;
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_LENGTH));
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: place(store, name) },
    key,
    new Uint8Array(value),
  );
  const record = new Uint8Array(NONCE_LENGTH + sealed.byteLength);
  record.set(nonce);
  record.set(new Uint8Array(sealed), NONCE_LENGTH);
  return record;
}

/** Throws OperationError when the record was changed, moved, or sealed under another key. */
async function open(key: CryptoKey, store: StoreName, name: string, record: Uint8Array): Promise<Uint8Array> {
  const bytes = new Uint8Array(record);
  const plain = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv: bytes.subarray(0, NONCE_LENGTH), additionalData: place(store, name) },
    key,
    bytes.subarray(NONCE_LENGTH),
  );
  return new Uint8Array(plain);
}

function place(store: StoreName, name: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(['sotto/2/local', RECORD_VERSION, store, name]));
}

async function read(database: IDBDatabase, store: StoreName, range: Range): Promise<[string, Uint8Array][]> {
  const from = range.after === undefined || range.after < range.prefix ? range.prefix : range.after;
  const end = range.prefix + LAST;
  const to = range.before === undefined || range.before > end ? end : range.before;
  if (from >= to || range.limit === 0) return [];
  const bounds = IDBKeyRange.bound(from, to, from === range.after, to === range.before);
  const objects = database.transaction(store).objectStore(store);
  if (range.reverse) return readBackwards(objects, bounds, range.limit ?? Number.POSITIVE_INFINITY);
  const [keys, values] = await Promise.all([
    settled(objects.getAllKeys(bounds, range.limit)),
    settled(objects.getAll(bounds, range.limit)),
  ]);
  return keys.map((key, index): [string, Uint8Array] => [String(key), values[index]]);
}

function readBackwards(
  objects: IDBObjectStore,
  bounds: IDBKeyRange,
  limit: number,
): Promise<[string, Uint8Array][]> {
  return new Promise((resolve, reject) => {
    const rows: [string, Uint8Array][] = [];
    const request = objects.openCursor(bounds, 'prev');
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor) return resolve(rows);
      rows.push([String(cursor.key), cursor.value]);
      if (rows.length < limit) cursor.continue();
      else resolve(rows);
    };
  });
}

/**
 * Asks the browser not to throw the database away when the disk fills [R40]. False means that it may: the person is
 * told, because keys and messages live nowhere else.
 */
export async function askToPersist(): Promise<boolean> {
  return (await navigator.storage.persisted()) || (await navigator.storage.persist());
}

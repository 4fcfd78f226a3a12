/** The people of the workspace, and what the server has of their published keys. */

import type { Sessions } from '../auth/sessions.ts';
import type { DirectoryEntry, Person } from '../contract/accounts.ts';
import { toBase64, toHex } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import { concat } from '../protocol/codec.ts';
import { decodeDeviceList } from '../protocol/device-list.ts';
import * as store from '../store/accounts.ts';
import { deviceListOf, devicesOf } from '../store/devices.ts';
import { leafOf } from '../store/leaves.ts';
import type { Recipients } from './recipients.ts';
import { Refusal } from './refusal.ts';

export interface People {
  /** Everybody, by name. */
  people(): Promise<readonly Person[]>;
  person(account: AccountId): Promise<Person | null>;
  personNamed(username: string): Promise<Person | null>;
  /** In the order asked; unknown ones are left out. */
  directory(accounts: readonly AccountId[]): Promise<readonly DirectoryEntry[]>;
  /** Ends all sessions of a disabled account; NotFound for an unknown username. */
  setDisabled(username: string, disabled: boolean): Promise<void>;
}

export function createPeople(
  { db }: Pick<Ports, 'db'>,
  { sessions, recipients }: { readonly sessions: Sessions; readonly recipients: Recipients },
): People {
  const entry = async (account: AccountId): Promise<DirectoryEntry | null> => {
    const row = await store.accountById(db, account);
    const list = row && (await deviceListOf(db, account));
    if (!row || !list) return null;
    const [devices, leaf] = await Promise.all([devicesOf(db, account), leafOf(db, account)]);
    const byHash = new Map(
      devices.map((device) => [toHex(device.certificate_hash), toBase64(device.certificate)]),
    );
    return {
      ...person(row),
      aik: toBase64(row.aik),
      deviceList: toBase64(list.signed),
      certificates: decodeDeviceList(list.signed).list.certificates.flatMap(
        (hash) => byHash.get(toHex(hash)) ?? [],
      ),
      leaf: leaf && toBase64(concat(leaf.leaf, leaf.signature)),
    };
  };

  return {
    people: async () => (await store.everybody(db)).map(person),

    async person(account) {
      const row = await store.accountById(db, account);
      return row && person(row);
    },

    async personNamed(username) {
      const row = await store.accountNamed(db, username);
      return row && person(row);
    },

    async directory(accounts) {
      const entries = await Promise.all([...new Set(accounts)].map(entry));
      return entries.filter((found) => found !== null);
    },

    async setDisabled(username, disabled) {
      const account = await db.write((tx) => store.setAccountDisabled(tx, username, disabled));
      if (!account)
        throw new Refusal('NotFound', sentence('There is nobody called {username} here.', { username }));
      recipients.forget(account);
      if (disabled) await sessions.endAll(account);
    },
  };
}

const person = (row: store.PersonRow): Person => ({
  account: row.id,
  username: row.username,
  name: row.name,
  role: row.role,
  disabled: row.disabled !== 0,
});

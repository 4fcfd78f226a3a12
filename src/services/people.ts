/** The people of the workspace, and what the server has of their published keys. */

import type { Session } from '../auth/sessions.ts';
import type { DirectoryEntry, Person, Role } from '../contract/accounts.ts';
import { toBase64, toHex } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { may } from '../contract/permissions.ts';
import type { Ports } from '../deps.ts';
import { concat } from '../protocol/codec.ts';
import { decodeDeviceList } from '../protocol/device-list.ts';
import * as store from '../store/accounts.ts';
import { deviceListOf, devicesOf } from '../store/devices.ts';
import { leafOf } from '../store/leaves.ts';

/** Who looks. */
export type Viewer = Pick<Session, 'account' | 'role'>;

export interface People {
  /** Everybody, by name, deleted accounts too: for the server's own look-ups. */
  people(): Promise<readonly Person[]>;
  /**
   * Those whom this person may see, by name, themselves too: guests see who shares a conversation with them. Auditors take
   * part in none and are left out, unless they were in one before.
   */
  visible(viewer: Viewer): Promise<readonly Person[]>;
  /** Those whose accounts were not deleted, by name: for admins. */
  present(): Promise<readonly Person[]>;
  person(account: AccountId): Promise<Person | null>;
  personNamed(username: string): Promise<Person | null>;
  /** In the order asked; unknown ones, and those whom `viewer` may not see, are left out. */
  directory(accounts: readonly AccountId[], viewer?: Viewer): Promise<readonly DirectoryEntry[]>;
}

export function createPeople({ db }: Pick<Ports, 'db'>): People {
  /** Whether this viewer may know of somebody. */
  const sight = async ({ account, role }: Viewer): Promise<(other: AccountId, role: Role) => boolean> => {
    const met = await store.acquaintancesOf(db, account);
    const isFree = may(role, 'people.see');
    return (other, otherRole) =>
      other === account || met.has(other) || (isFree && may(otherRole, 'converse'));
  };
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

    present: async () =>
      (await store.everybody(db)).filter(({ deleted_at }) => deleted_at === null).map(person),

    async visible(viewer) {
      const sees = await sight(viewer);
      return (await store.everybody(db)).filter(({ id, role }) => sees(id, role)).map(person);
    },

    async person(account) {
      const row = await store.accountById(db, account);
      return row && person(row);
    },

    async personNamed(username) {
      const row = await store.accountNamed(db, username);
      return row && person(row);
    },

    async directory(accounts, viewer) {
      const met =
        viewer === undefined || may(viewer.role, 'people.see')
          ? null
          : await store.acquaintancesOf(db, viewer.account);
      const asked = [...new Set(accounts)].filter(
        (account) => met === null || met.has(account) || account === viewer?.account,
      );
      const entries = await Promise.all(asked.map(entry));
      return entries.filter((found) => found !== null);
    },
  };
}

const person = (
  row: Omit<store.PersonRow, 'deleted_at'> & { readonly deleted_at?: number | null },
): Person => ({
  account: row.id,
  username: row.username,
  name: row.name,
  role: row.role,
  disabled: row.disabled !== 0,
  ...(row.deleted_at == null ? {} : { deleted: true }),
});

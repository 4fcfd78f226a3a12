/** Vaults: sealed by the client, versioned, named by the account's device list. */
import type { Session } from '../auth/sessions.ts';
import type { VaultRecord } from '../contract/accounts.ts';
import { toBase64, toHex } from '../contract/bytes.ts';
import type { AccountId, DeviceId } from '../contract/ids.ts';
import type { Ports } from '../deps.ts';
import { runtime } from '../native/runtime.ts';
import { decodeDeviceList } from '../protocol/device-list.ts';
import { accountById } from '../store/accounts.ts';
import { deviceListOf, replaceDeviceList } from '../store/devices.ts';
import { replaceVault, type SlotRow, slotsOf, vaultOf } from '../store/vaults.ts';
import type { Audit } from './audit.ts';
import type { Devices } from './devices.ts';
import { type PublishedList, storeLeaf, verifyLeaf } from './leaves.ts';
import { checkList, verifyList } from './published.ts';
import { invalid, Refusal } from './refusal.ts';

export interface Vault {
  readonly version: number;
  readonly sealed: Uint8Array;
  readonly slots: readonly SlotRow[];
}

export interface Vaults {
  vault(account: AccountId): Promise<VaultRecord>;
  /** The next version, with a device list that names it. Conflict when another one came first. */
  replaceVault(session: Session, vault: Vault, published: PublishedList): Promise<void>;
}

export function createVaults(
  ports: Ports,
  { devices, audit }: { readonly devices: Devices; readonly audit: Audit },
): Vaults {
  const { db, random, clock } = ports;
  const crypto = { provider: runtime, random, clock };

  return {
    async vault(account) {
      const [vault, slots] = await Promise.all([vaultOf(db, account), slotsOf(db, account)]);
      if (!vault) throw new Refusal('NotFound', 'This account has no vault.');
      return {
        version: vault.version,
        sealed: toBase64(vault.sealed),
        slots: slots.map(({ kind, id, record }) => ({ kind, id, record: toBase64(record) })),
      };
    },

    async replaceVault({ account }, vault, published) {
      const [row, list] = await Promise.all([accountById(db, account), deviceListOf(db, account)]);
      if (!row || !list) throw new Refusal('NotFound', 'This account has no vault.');
      if (vault.version !== list.vault_version + 1)
        throw new Refusal('Conflict', 'Your vault was changed elsewhere. Reload and try again.');
      if (!vault.slots.some((slot) => slot.kind === 'recovery'))
        throw invalid({ vault: ['The vault needs a slot for the recovery code.'] });
      const before = decodeDeviceList(list.signed).list;
      const next = await verifyList(crypto, { account, aik: row.aik }, published.deviceList, list);
      checkList(next.list, {
        certificates: before.certificates,
        revoked: before.revoked.map((id) => toHex(id) as DeviceId),
        vaultVersion: vault.version,
      });
      const leaf = await verifyLeaf(crypto, { account, ...row }, published.leaf, next.row);
      await db.write(async (tx) => {
        const moved =
          (await replaceDeviceList(tx, next.row, list.hash)) &&
          (await replaceVault(tx, account, vault, vault.slots));
        if (!moved) throw new Refusal('Conflict', 'Your vault was changed elsewhere. Reload and try again.');
        await storeLeaf(tx, leaf);
        await audit.record(tx, { actor: account, action: 'vault.replaced', subject: account });
      });
      await devices.changed(account);
    },
  };
}

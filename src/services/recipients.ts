/** Who a message has to reach: current devices by account, from a bounded cache that every change clears. */
import type { AccountId, DeviceId } from '../contract/ids.ts';
import type { Ports } from '../deps.ts';
import { hash } from '../protocol/hash.ts';
import { accountKeys } from '../store/accounts.ts';
import * as store from '../store/devices.ts';
import { Recent } from './recent.ts';

/** A device that a message may have to reach. */
export interface DeviceState {
  readonly device: DeviceId;
  /** End of its certificate, epoch milliseconds. */
  readonly expiresAt: number;
  /** Creation of its signed prekey by its own clock, epoch milliseconds. */
  readonly prekeyCreatedAt: number;
}

/** The current devices of one account, by its newest signed list. */
export interface AccountDevices {
  readonly account: AccountId;
  readonly disabled: boolean;
  /** Its account was deleted: disabled, and for ever. */
  readonly deleted: boolean;
  readonly listVersion: number;
  /** In the order of their ids. */
  readonly devices: readonly DeviceState[];
}

export interface Recipients {
  /** Grows with every change of any device list that this node hears of: what was derived from an older one is void. */
  readonly version: number;
  /** From a bounded cache; unknown accounts are left out. */
  recipientsOf(accounts: readonly AccountId[]): Promise<ReadonlyMap<AccountId, AccountDevices>>;
  /** H of the account key, 32 bytes; from a bounded cache; unknown accounts are left out. */
  identitiesOf(accounts: readonly AccountId[]): Promise<ReadonlyMap<AccountId, Uint8Array>>;
  /** The accounts of current devices; unknown and revoked ones are left out. */
  ownersOf(devices: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, AccountId>>;
  /** This account has other devices now, or was disabled or enabled. */
  forget(account: AccountId): void;
}

/** The admin commands, another process, change only `disabled`; that is seen after the ttl. */
const CACHE = { ttl: 10_000, max: 10_000 };
/** Accounts in one query: both engines take many more parameters. */
const CHUNK = 200;

export function createRecipients({ db, hub, clock }: Pick<Ports, 'db' | 'hub' | 'clock'>): Recipients {
  const accounts = new Recent<AccountId, AccountDevices>(clock, CACHE);
  const identities = new Recent<AccountId, Uint8Array>(clock, CACHE);
  const owners = new Recent<DeviceId, AccountId>(clock, CACHE);
  let version = 0;

  const forgetHere = (account: AccountId) => {
    version++;
    accounts.forget([account]);
    identities.forget([account]);
    owners.clear();
  };
  hub.onNews((news) => {
    if (news.type === 'devices') forgetHere(news.account);
  });
  hub.onMissed(() => {
    version++;
    for (const known of [accounts, identities, owners]) known.clear();
  });

  return {
    get version() {
      return version;
    },

    async recipientsOf(asked) {
      const found = new Map<AccountId, AccountDevices>();
      const missing: AccountId[] = [];
      for (const account of asked) {
        const known = accounts.get(account);
        if (known) found.set(account, known);
        else missing.push(account);
      }
      const since = accounts.generation;
      for (let at = 0; at < missing.length; at += CHUNK) {
        const rows = await store.recipientsOf(db, missing.slice(at, at + CHUNK));
        for (const entry of grouped(rows)) {
          accounts.put(entry.account, entry, since);
          found.set(entry.account, entry);
        }
      }
      return found;
    },

    async identitiesOf(asked) {
      const found = new Map<AccountId, Uint8Array>();
      const missing = asked.filter((account) => {
        const known = identities.get(account);
        if (known) found.set(account, known);
        return known === undefined;
      });
      const since = identities.generation;
      for (let at = 0; at < missing.length; at += CHUNK)
        for (const { id, aik } of await accountKeys(db, missing.slice(at, at + CHUNK))) {
          const identity = hash(aik);
          identities.put(id, identity, since);
          found.set(id, identity);
        }
      return found;
    },

    async ownersOf(asked) {
      const found = new Map<DeviceId, AccountId>();
      const since = owners.generation;
      for (const device of asked) {
        const owner = owners.get(device) ?? (await store.ownerOf(db, device));
        if (!owner) continue;
        owners.put(device, owner, since);
        found.set(device, owner);
      }
      return found;
    },

    forget(account) {
      forgetHere(account);
      hub.tell({ type: 'devices', account });
    },
  };
}

/** Rows come in the order of accounts, then devices. */
function grouped(rows: readonly store.RecipientRow[]): AccountDevices[] {
  const entries: (AccountDevices & { devices: DeviceState[] })[] = [];
  for (const row of rows) {
    let entry = entries.at(-1);
    if (entry?.account !== row.account) {
      entry = {
        account: row.account,
        disabled: row.disabled !== 0,
        deleted: row.deleted_at !== null,
        listVersion: row.version,
        devices: [],
      };
      entries.push(entry);
    }
    if (row.device !== null && row.expires_at !== null)
      entry.devices.push({
        device: row.device,
        expiresAt: row.expires_at,
        prekeyCreatedAt: row.prekey_created_at ?? 0,
      });
  }
  return entries;
}

/**
 * This device as it is stored: who it is, its two secret keys, and the private halves of its first prekeys. Enrolment
 * writes it once, before any public half leaves [R40]; the engine reads it when it opens.
 */

import { type AccountId, type DeviceId, isAccountId, isDeviceId } from '../contract/ids.ts';
import { t } from '../contract/words.ts';
import { decodeCertificate } from '../protocol/certificate.ts';
import { wipe } from '../protocol/hash.ts';
import { type NewPrekeyBatch, type NewSignedPrekey, ownPrekeyChanges } from './own-prekeys.ts';
import { type Change, STORES, type Storage } from './ports.ts';
import {
  added,
  bytes,
  decodeStored,
  encodeStored,
  flag,
  list,
  number,
  type Of,
  record,
  text,
  word,
} from './stored.ts';

/** Version of the client's stores; a later release migrates upwards from it. */
export const STORES_VERSION = 1;

/** Store `meta`: the public key of the workspace's log, 1,984 bytes. */
export const LOG_KEY = 'logKey';

/** Store `meta`: the name of a device of one's own (device-names.ts). */
export const deviceNameKey = (device: string): string => `device-name/${device}`;

/** Store `meta`, key `self`. Everything here is public. */
export const StoredSelf = record({
  account: word(isAccountId),
  device: word(isDeviceId),
  username: text,
  name: text,
  /** The account's hybrid public key, 1,984 bytes: the root of every check of one's own devices. */
  aik: bytes,
  /** This device's signed certificate. */
  certificate: bytes,
  /** H of the certificates before it, 32 bytes each, newest first: a renewal does not stop handshakes under way. */
  formerCertificates: added(list(bytes), []),
  /** The newest signed device list of the account that this device has seen. */
  deviceList: bytes,
  /** The server has said yes to the upload. Until then the command that enrols may repeat or forget it. */
  published: flag,
  /** Epoch milliseconds. */
  created: number,
});
export type StoredSelf = Of<typeof StoredSelf>;

/** Store `secrets`, key `device`; absent where the storage keeps them as keys. */
export const DeviceSecrets = record({
  /** DIK, 64 bytes: Ed25519 seed || ML-DSA-65 seed. */
  signing: bytes,
  /** DHK, 32 bytes: the X25519 secret. */
  agreement: bytes,
});
export type DeviceSecrets = Of<typeof DeviceSecrets>;

const noSecrets = { store: 'secrets', key: 'device', value: null } as const;

/** What enrolment has made. */
export interface NewDevice {
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly username: string;
  readonly name: string;
  /** 1,984 bytes. */
  readonly aik: Uint8Array;
  /** DIK secret, 64 bytes. */
  readonly signing: Uint8Array;
  /** DHK secret, 32 bytes. */
  readonly agreement: Uint8Array;
  /** Signed records, as they will be uploaded. */
  readonly certificate: Uint8Array;
  readonly deviceList: Uint8Array;
  /** As createSignedPrekey and createPrekeyBatch give them. */
  readonly signedPrekey: NewSignedPrekey;
  readonly oneTimePrekeys: NewPrekeyBatch;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Stores a new device in one commit and reads it back. Call it BEFORE the certificate and the prekeys are uploaded, then
 * `markPublished` when the server has said yes, or `forgetDevice` when it refused [R40]. Seeds that the storage keeps as
 * keys are wiped.
 */
export async function storeNewDevice(storage: Storage, device: NewDevice): Promise<StoredSelf> {
  return storage.exclusive(async () => {
    const self: StoredSelf = {
      account: device.account,
      device: device.device,
      username: device.username,
      name: device.name,
      aik: device.aik,
      certificate: device.certificate,
      formerCertificates: [],
      deviceList: device.deviceList,
      published: false,
      created: device.now,
    };
    const { certificate } = decodeCertificate(device.certificate);
    const kept = await storage.keys?.keep(device, certificate);
    await storage.commit([
      { store: 'meta', key: 'schema', value: encodeStored(number, STORES_VERSION) },
      { store: 'meta', key: 'self', value: encodeStored(StoredSelf, self) },
      kept ? noSecrets : { ...noSecrets, value: encodeStored(DeviceSecrets, device) },
      ...ownPrekeyChanges(device.signedPrekey, device.oneTimePrekeys),
    ]);
    if (kept) {
      wipe(device.signing, device.agreement);
      return self;
    }
    const back = await readSecrets(storage);
    if (!sameBytes(back.signing, device.signing) || !sameBytes(back.agreement, device.agreement)) {
      throw new Error(t('This device could not keep its keys: what was read back is not what was written.'));
    }
    return self;
  });
}

/** The server has taken the upload. The log's key (1,984 bytes) is pinned once, and no other is ever accepted. */
export async function markPublished(storage: Storage, logKey: Uint8Array): Promise<void> {
  await storage.exclusive(async () => {
    const self = await readSelf(storage);
    if (self === null) throw new Error(t('This device has no keys to publish.'));
    const pin = (await storage.get('meta', LOG_KEY)) === null;
    await storage.commit([
      selfChange({ ...self, published: true }),
      ...(pin ? [{ store: 'meta', key: LOG_KEY, value: logKey } as const] : []),
    ]);
  });
}

/** Wipes every store: the device was refused, removed or signed out for good. */
export async function forgetDevice(storage: Storage): Promise<void> {
  await storage.exclusive(async () => {
    for (const store of STORES) {
      const entries = await storage.list(store, { prefix: '' });
      await storage.commit(entries.map(([key]) => ({ store, key, value: null })));
    }
    await storage.keys?.forget();
  });
}

/** The device of this storage, or null when it was never enrolled. */
export async function readSelf(storage: Pick<Storage, 'get'>): Promise<StoredSelf | null> {
  return decodeStored(StoredSelf, await storage.get('meta', 'self'));
}

/** Both secret keys; throws when there are none. */
export async function readSecrets(storage: Storage): Promise<DeviceSecrets> {
  const secrets = decodeStored(DeviceSecrets, await storage.get('secrets', 'device'));
  if (secrets === null) throw new Error(t('This device has no keys here: sign in again to make it one.'));
  return secrets;
}

const BACKUP_KEY = 'backup';

/** Keeps the vault's backup key (32 bytes) on this device, which opens the history that one's own devices share. */
export async function keepBackupKey(storage: Storage, key: Uint8Array): Promise<void> {
  await storage.exclusive(() => storage.commit([{ store: 'secrets', key: BACKUP_KEY, value: key.slice() }]));
}

/** The backup key, 32 bytes; null on a device whose vault was last opened by a release that did not keep it. */
export function readBackupKey(reads: Pick<Storage, 'get'>): Promise<Uint8Array | null> {
  return reads.get('secrets', BACKUP_KEY);
}

/** The change that writes `self`. */
export function selfChange(self: StoredSelf): Change {
  return { store: 'meta', key: 'self', value: encodeStored(StoredSelf, self) };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Devices and their signed lists, as the server keeps them. */

import type { Caller, OpenedSession, Session, Sessions } from '../auth/sessions.ts';
import { toHex } from '../contract/bytes.ts';
import type { AccountId, DeviceId } from '../contract/ids.ts';
import { MAX_DEVICES_PER_PERSON } from '../contract/limits.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import { runtime } from '../native/runtime.ts';
import { decodeCertificate } from '../protocol/certificate.ts';
import { decodeDeviceList } from '../protocol/device-list.ts';
import { equalBytes } from '../protocol/hash.ts';
import { verifyHybrid } from '../protocol/identity.ts';
import { accountById, accountIds } from '../store/accounts.ts';
import type { Tx } from '../store/db.ts';
import * as store from '../store/devices.ts';
import { dropEnvelopesOf } from '../store/envelopes.ts';
import { deletePrekeysOf } from '../store/prekeys.ts';
import { deleteSessionsOfDevice } from '../store/sessions.ts';
import type { Audit } from './audit.ts';
import { type Logged, type PublishedList, storeLeaf, type VerifiedLeaf, verifyLeaf } from './leaves.ts';
import { type PrekeyUploadBytes, storePrekeys, verifyPrekeys } from './prekey-upload.ts';
import { checkList, type Publisher, verifyDevice, verifyList } from './published.ts';
import { createRecipients, type Recipients } from './recipients.ts';
import { invalid, Refusal } from './refusal.ts';

export interface DeviceUploadBytes extends PublishedList {
  readonly certificate: Uint8Array;
  readonly prekeys: PrekeyUploadBytes;
}

/** One device of an account; times are epoch milliseconds. */
export interface OwnDevice {
  readonly device: DeviceId;
  readonly addedAt: number;
  /** End of its certificate. */
  readonly expiresAt: number;
}

/** What happens in the transaction that stores a new device. */
export type Enter<T> = (tx: Tx, device: store.DeviceRow) => Promise<T>;

export interface Devices extends Recipients {
  /** The account's devices as the server keeps them, oldest first. */
  own(account: AccountId): Promise<readonly OwnDevice[]>;
  /** Adds a device to the account and gives the session to it. */
  add(session: Session, upload: DeviceUploadBytes, caller: Caller): Promise<OpenedSession>;
  /** Adds a device to an account in one transaction with `enter`, which decides who gets the session. */
  addTo<T>(account: AccountId, upload: DeviceUploadBytes, enter: Enter<T>): Promise<T>;
  /** An existing device proves itself and takes the session. */
  resume(session: Session, device: DeviceId, proof: Uint8Array, caller: Caller): Promise<OpenedSession>;
  /** The same device and keys under a new certificate, in the old one's place in the list (protocol/README 3). */
  renew(
    session: Session,
    device: DeviceId,
    renewed: PublishedList & { readonly certificate: Uint8Array },
  ): Promise<void>;
  /** Removes a device: its sessions, prekeys and envelopes go with it. */
  revoke(session: Session, device: DeviceId, published: PublishedList): Promise<void>;
  /** The signed list of the account that this device was removed from; null for any other device. */
  removal(device: DeviceId): Promise<Uint8Array | null>;
  /** After a transaction that changed this account's list: caches forget it, everybody's devices hear of it. */
  changed(account: AccountId): Promise<void>;
}

export function createDevices(
  ports: Ports,
  { sessions, audit }: { readonly sessions: Sessions; readonly audit: Audit },
): Devices {
  const { db, hub, log, clock, random } = ports;
  const crypto = { provider: runtime, random, clock };
  const recipients = createRecipients(ports);

  const publisher = async (account: AccountId): Promise<Publisher & Logged> => {
    const row = await accountById(db, account);
    if (!row) throw new Refusal('NotFound', 'This account does not exist any more.');
    return { account, username: row.username, aik: row.aik };
  };
  const current = async (account: AccountId) => {
    const list = await store.deviceListOf(db, account);
    if (!list) throw new Refusal('NotFound', 'This account has no device list.');
    return {
      row: list,
      list: decodeDeviceList(list.signed).list,
      devices: await store.devicesOf(db, account),
    };
  };
  /** The next list and its leaf in the log: one write, or neither. */
  const succeed = async (tx: Tx, row: store.DeviceListRow, previous: Uint8Array, leaf: VerifiedLeaf) => {
    if (!(await store.replaceDeviceList(tx, row, previous)))
      throw new Refusal('Conflict', 'Your devices were changed elsewhere at the same time. Try again.');
    await storeLeaf(tx, leaf);
  };

  const changed: Devices['changed'] = async (account) => {
    recipients.forget(account);
    try {
      for (const person of await accountIds(db))
        hub.publish({ type: 'devices', account: person, changed: account });
    } catch (error) {
      // The change itself is stored; whoever missed the news learns of it at the next send.
      log.warn('news of a device list not published', { reason: String(error) });
    }
  };

  const addTo: Devices['addTo'] = async (account, upload, enter) => {
    const who = await publisher(account);
    const before = await current(account);
    if (before.devices.length >= MAX_DEVICES_PER_PERSON)
      throw new Refusal(
        'Conflict',
        sentence('A person can have {n} devices. Remove one of yours first.', { n: MAX_DEVICES_PER_PERSON }),
      );
    const device = await verifyDevice(crypto, who, upload.certificate);
    const next = await verifyList(crypto, who, upload.deviceList, before.row);
    checkList(next.list, {
      certificates: [...before.devices.map((row) => row.certificate_hash), device.row.certificate_hash],
      revoked: before.list.revoked.map((id) => toHex(id) as DeviceId),
      vaultVersion: before.row.vault_version,
    });
    const leaf = await verifyLeaf(crypto, who, upload.leaf, next.row);
    const prekeys = await verifyPrekeys(crypto, device.row.id, device.signingKey, upload.prekeys);
    if (!prekeys.statement) throw invalid({ signedPrekey: ['A new device needs a signed prekey.'] });
    const entered = await db.write(async (tx) => {
      await succeed(tx, next.row, before.row.hash, leaf);
      if (!(await store.insertDevice(tx, device.row)))
        throw invalid({ certificate: ['This device id was used before. Make a new device.'] });
      await storePrekeys(tx, device.row.id, prekeys);
      await audit.record(tx, { actor: account, action: 'device.added', subject: device.row.id });
      return enter(tx, device.row);
    });
    await changed(account);
    return entered;
  };

  return {
    ...recipients,
    get version() {
      return recipients.version;
    },
    changed,

    async own(account) {
      const rows = await store.devicesOf(db, account);
      return rows.map((row) => ({ device: row.id, addedAt: row.created_at, expiresAt: row.expires_at }));
    },

    async add(session, upload, caller) {
      const opened = await addTo(session.account, upload, (tx, device) =>
        sessions.rotate(tx, session, device.id, caller),
      );
      sessions.ended(session.account, [session.id]);
      return opened;
    },
    addTo,

    async removal(device) {
      const account = await store.ownerOfRevoked(db, device);
      const list = account && (await store.deviceListOf(db, account));
      return list?.signed ?? null;
    },

    async resume(session, device, proof, caller) {
      const row = await store.deviceOf(db, session.account, device);
      if (!row) throw unknownDevice();
      const { signingKey } = decodeCertificate(row.certificate).certificate;
      if (!(await verifyHybrid(crypto, signingKey, 'resume', session.challenge, proof)))
        throw new Refusal('Forbidden', 'This device could not prove itself. Add it as a new one.');
      const opened = await db.write(async (tx) => {
        if (!(await store.isCurrent(tx, session.account, device))) throw unknownDevice();
        return sessions.rotate(tx, session, device, caller);
      });
      sessions.ended(session.account, [session.id]);
      return opened;
    },

    async renew(session, device, { certificate: signed, deviceList, leaf: signedLeaf }) {
      const who = await publisher(session.account);
      const before = await current(session.account);
      const old = before.devices.find((row) => row.id === device);
      if (!old) throw unknownDevice();
      const renewed = await verifyDevice(crypto, who, signed);
      if (!isSameDevice(old.certificate, signed))
        throw invalid({ certificate: ['A renewed certificate keeps the device and its keys.'] });
      const next = await verifyList(crypto, who, deviceList, before.row);
      checkList(next.list, {
        certificates: before.devices.map((row) => (row === old ? renewed.row : row).certificate_hash),
        revoked: before.list.revoked.map((id) => toHex(id) as DeviceId),
        vaultVersion: before.row.vault_version,
      });
      const leaf = await verifyLeaf(crypto, who, signedLeaf, next.row);
      await db.write(async (tx) => {
        await succeed(tx, next.row, before.row.hash, leaf);
        if (!(await store.renewCertificate(tx, renewed.row))) throw unknownDevice();
        await audit.record(tx, { actor: session.account, action: 'device.renewed', subject: device });
      });
      await changed(session.account);
    },

    async revoke(session, device, published) {
      const who = await publisher(session.account);
      const before = await current(session.account);
      const gone = before.devices.find((row) => row.id === device);
      if (!gone) throw unknownDevice();
      const next = await verifyList(crypto, who, published.deviceList, before.row);
      checkList(next.list, {
        certificates: before.devices.filter((row) => row !== gone).map((row) => row.certificate_hash),
        revoked: [...before.list.revoked.map((id) => toHex(id) as DeviceId), device],
        vaultVersion: before.row.vault_version,
      });
      const leaf = await verifyLeaf(crypto, who, published.leaf, next.row);
      const ended = await db.write(async (tx) => {
        await succeed(tx, next.row, before.row.hash, leaf);
        await store.revokeDevice(tx, session.account, device, clock());
        await deletePrekeysOf(tx, device);
        await dropEnvelopesOf(tx, device);
        await audit.record(tx, { actor: session.account, action: 'device.revoked', subject: device });
        return deleteSessionsOfDevice(tx, device);
      });
      sessions.ended(session.account, ended);
      await changed(session.account);
    },
  };
}

/** Whether two certificates name one device with one pair of keys. */
function isSameDevice(left: Uint8Array, right: Uint8Array): boolean {
  const [a, b] = [decodeCertificate(left).certificate, decodeCertificate(right).certificate];
  return (
    equalBytes(a.device, b.device) &&
    equalBytes(a.signingKey, b.signingKey) &&
    equalBytes(a.agreementKey, b.agreementKey)
  );
}

export const unknownDevice = (): Refusal =>
  new Refusal('NotFound', 'This account has no such device any more.');

/**
 * A new identity under the same account, role and username, for somebody who has lost every way in: what the old one had is
 * gone in the same transaction. Nothing here is secret from the others: the log gets a leaf under another key, and every
 * client shows that (protocol/README 11, "Transparency").
 */
import type { Caller, OpenedSession, Sessions } from '../auth/sessions.ts';
import { createWebauthn } from '../auth/webauthn.ts';
import type { SignedIn } from '../contract/accounts.ts';
import { toHex } from '../contract/bytes.ts';
import type { AccountId, DeviceId } from '../contract/ids.ts';
import type { StartAgainStart } from '../contract/start-again.ts';
import type { Ports } from '../deps.ts';
import { runtime } from '../native/runtime.ts';
import { decodeDeviceList } from '../protocol/device-list.ts';
import { accountById, replaceIdentity } from '../store/accounts.ts';
import { backupOf, deleteSegments, putBackup } from '../store/backups.ts';
import { deleteWaysOf } from '../store/credentials.ts';
import type { Tx } from '../store/db.ts';
import {
  type DeviceRow,
  deviceListOf,
  devicesOf,
  insertDevice,
  replaceDeviceList,
  revokeDevice,
} from '../store/devices.ts';
import { dropEnvelopesOf } from '../store/envelopes.ts';
import { deleteParcelsOf } from '../store/parcels.ts';
import { deletePrekeysOf } from '../store/prekeys.ts';
import { deleteSecondFactor } from '../store/second-factors.ts';
import { deleteSessionsOf } from '../store/sessions.ts';
import { replaceVault } from '../store/vaults.ts';
import type { Accounts } from './accounts.ts';
import type { Audit } from './audit.ts';
import type { Devices, DeviceUploadBytes } from './devices.ts';
import { storeLeaf, verifyLeaf } from './leaves.ts';
import { storePrekeys, verifyPrekeys } from './prekey-upload.ts';
import { checkList, verifyDevice, verifyList } from './published.ts';
import { invalid, Refusal } from './refusal.ts';
import { createStartAgainLinks, type StartAgainLinks } from './start-again-links.ts';
import { checkWays, type NewWays, storeWays, verifyWays } from './ways.ts';

/** What replaces everything, read at the border. */
export interface Restart extends NewWays {
  readonly token: string;
  readonly aik: Uint8Array;
  readonly device: DeviceUploadBytes;
}

export interface StartAgain {
  readonly links: StartAgainLinks;
  /** Whom the link is for, and what their new identity follows; Gone for a link that is for nobody. */
  start(token: string): Promise<StartAgainStart>;
  /** Gone, ValidationError, or Conflict when the account changed meanwhile: then nothing has happened. */
  complete(
    restart: Restart,
    caller: Caller,
  ): Promise<{ readonly signedIn: SignedIn; readonly opened: OpenedSession }>;
}

const changedMeanwhile = () =>
  new Refusal('Conflict', 'This account was changed elsewhere at the same time. Try again.');

/** Names the passkey ceremony, so that its challenge is good for this link alone. */
const ceremonyOf = (token: string, account: AccountId): string => `start again ${token} ${account}`;

export function createStartAgain(
  ports: Ports,
  deps: {
    readonly sessions: Sessions;
    readonly devices: Devices;
    readonly accounts: Accounts;
    readonly audit: Pick<Audit, 'record'>;
    readonly origin: () => string;
  },
): StartAgain {
  const { db, clock, random } = ports;
  const { sessions, devices, accounts } = deps;
  const crypto = { provider: runtime, random, clock };
  const webauthn = createWebauthn(ports, deps.origin);
  const links = createStartAgainLinks(ports, deps.audit);

  const found = async (account: AccountId) => {
    const [row, list, old] = await Promise.all([
      accountById(db, account),
      deviceListOf(db, account),
      devicesOf(db, account),
    ]);
    if (!row || !list) throw new Refusal('NotFound', 'This account does not exist any more.');
    return { account, username: row.username, list, old };
  };

  /** What the new identity publishes follows what the account had, and names nothing of it but as revoked. */
  const verifyPublished = async (before: Awaited<ReturnType<typeof found>>, restart: Restart) => {
    const { list: row, old } = before;
    const who = { account: before.account, username: before.username, aik: restart.aik };
    const device = await verifyDevice(crypto, who, restart.device.certificate);
    const next = await verifyList(crypto, who, restart.device.deviceList, row);
    const gone = [...decodeDeviceList(row.signed).list.revoked.map(toHex), ...old.map(({ id }) => id)];
    checkList(next.list, {
      certificates: [device.row.certificate_hash],
      revoked: [...new Set(gone)] as DeviceId[],
      vaultVersion: row.vault_version + 1,
    });
    if (restart.vault.version !== next.list.vaultVersion)
      throw invalid({ vault: ['The vault is not the version that the device list names.'] });
    const leaf = await verifyLeaf(crypto, who, restart.device.leaf, next.row);
    const prekeys = await verifyPrekeys(crypto, device.row.id, device.signingKey, restart.device.prekeys);
    if (!prekeys.statement) throw invalid({ signedPrekey: ['A new device needs a signed prekey.'] });
    return { device: device.row, list: next.row, leaf, prekeys };
  };

  return {
    links,

    async start(token) {
      const account = await links.inspect(token);
      const [[directory], workspace] = await Promise.all([
        accounts.directory([account]),
        accounts.workspace(),
      ]);
      if (!directory) throw new Refusal('NotFound', 'This account does not exist any more.');
      const passkey = webauthn.available
        ? await webauthn.registrationOptions(directory, workspace.name, ceremonyOf(token, account))
        : null;
      return { directory, workspace, passkey };
    },

    async complete(restart, caller) {
      // Before anything that costs time: the link.
      const account = await links.inspect(restart.token);
      checkWays(restart);
      const before = await found(account);
      const published = await verifyPublished(before, restart);
      const ways = await verifyWays(webauthn, ceremonyOf(restart.token, account), restart);

      const { opened, ended } = await db.write(async (tx) => {
        if ((await links.redeem(tx, restart.token)) !== account) throw changedMeanwhile();
        if (!(await replaceDeviceList(tx, published.list, before.list.hash))) throw changedMeanwhile();
        if (!(await replaceVault(tx, account, restart.vault, restart.vault.slots))) throw changedMeanwhile();
        await replaceIdentity(tx, account, restart.aik);
        await deps.audit.record(tx, { actor: account, action: 'account.restarted', subject: account });
        await storeLeaf(tx, published.leaf);
        await removeDevices(tx, account, before.old, clock());
        await emptyBackup(tx, account, clock());
        await deleteWaysOf(tx, account);
        await deleteSecondFactor(tx, account);
        await storeWays(tx, account, ways, clock());
        // Subscriptions to pushes go with their sessions.
        const over = await deleteSessionsOf(tx, account);
        if (!(await insertDevice(tx, published.device)))
          throw invalid({ certificate: ['This device id was used before. Make a new device.'] });
        await storePrekeys(tx, published.device.id, published.prekeys);
        return {
          ended: over,
          opened: await sessions.open(tx, account, published.device.id, caller, {
            way: 'restart',
            strong: ways.passkey !== null,
          }),
        };
      });
      sessions.ended(account, ended);
      await devices.changed(account);
      return { signedIn: await accounts.signedIn(opened.session), opened };
    },
  };
}

/** What was handed out for the old devices, and what waits for them, goes with them. */
async function removeDevices(
  tx: Tx,
  account: AccountId,
  old: readonly DeviceRow[],
  now: number,
): Promise<void> {
  await deleteParcelsOf(tx, account);
  for (const { id } of old) {
    await revokeDevice(tx, account, id, now);
    await deletePrekeysOf(tx, id);
    await dropEnvelopesOf(tx, id);
  }
}

/** Its key was in the old vault. The version stays, so that an older manifest is never the next one. */
async function emptyBackup(tx: Tx, account: AccountId, now: number): Promise<void> {
  const row = await backupOf(tx, account);
  if (row === null) return;
  await deleteSegments(tx, account);
  await putBackup(tx, account, { version: row.version, manifest: null, is_off: 0, bytes: 0 }, now);
}

/** This place as a device of the account: added, resumed, revoked (protocol/README 3, 10). */

import { deviceId, fromBase64, fromHex, toBase64 } from '../../contract/bytes.ts';
import type { DeviceId } from '../../contract/ids.ts';
import { MAX_DEVICES_PER_PERSON } from '../../contract/limits.ts';
import { t } from '../../contract/words.ts';
import { decodeDeviceList, signDeviceList } from '../../protocol/device-list.ts';
import { equalBytes } from '../../protocol/hash.ts';
import { signHybrid } from '../../protocol/identity.ts';
import { openKeyring } from '../keyring.ts';
import type { Reads } from '../operation.ts';
import type { Storage, Transport } from '../ports.ts';
import {
  forgetDevice,
  keepBackupKey,
  markPublished,
  readSelf,
  type StoredSelf,
  storeNewDevice,
} from '../self.ts';
import { certificateHashOf, makeDevice } from './device-keys.ts';
import { EnrolError } from './errors.ts';
import { checkKnownList } from './known-list.ts';
import { leafFor, ownLeaf } from './own-leaf.ts';
import { ask, isRefusal } from './refusals.ts';
import { renewCertificate } from './renewal.ts';
import type { Enrolled, EnrolTools, Unlocked } from './types.ts';

/**
 * Takes the session for the device found in storage (proof HSig "resume" over the challenge), or adds a new device:
 * secrets stored and read back first, then certificate, device list v+1 and prekeys published [R40]. Wipes the vault's
 * secrets when it is done, whatever happens.
 *
 * @throws EnrolError offline, device-limit, not-this-account, identity-mismatch (an older list than was seen here), conflict
 *   (another device was added meanwhile), refused
 */
export async function enrolDevice(tools: EnrolTools, unlocked: Unlocked): Promise<Enrolled> {
  try {
    const { signedIn, secrets } = unlocked;
    const fresh = tools.crypto.random(16);
    const storage = await tools.openStorage({
      account: signedIn.account,
      newDevice: deviceId(fresh),
      deviceWrapKey: secrets.deviceWrapKey,
    });
    try {
      const found = await readSelf(storage);
      if (found && found.account !== signedIn.account && found.published)
        throw new EnrolError(
          'not-this-account',
          t('This place is a device of {username}. Use another one, or remove that device first.', {
            username: found.username,
          }),
        );
      const doubt = await checkKnownList(tools.crypto, unlocked, storage).then(
        () => null,
        (error: unknown) => error,
      );
      if (found && found.account === signedIn.account && isListed(unlocked, found.device)) {
        if (doubt !== null && !(await saysRestored(tools))) throw doubt;
        await resume(tools, unlocked, storage, found, doubt === null);
        await keepBackupKey(storage, secrets.backupKey);
        return enrolled(unlocked, storage, found.device, true);
      }
      if (doubt !== null) throw doubt;
      // Revoked elsewhere, or made but never published: its id is not used again.
      if (found) await forgetDevice(storage);
      await add(tools, unlocked, storage, fresh);
      await keepBackupKey(storage, secrets.backupKey);
      return enrolled(unlocked, storage, deviceId(fresh), false);
    } catch (error) {
      await storage.close();
      throw error;
    }
  } finally {
    wipeVault(unlocked);
  }
}

/**
 * Whether the server says that it was restored from a backup. A device that it knows comes back to such a one, since that signs no
 * list; the engine then finds that the log went back, sends nothing, and the person decides.
 */
async function saysRestored({ transport }: Pick<EnrolTools, 'transport'>): Promise<boolean> {
  const { restored } = await ask(() => transport.log(0));
  return restored !== null;
}

const enrolled = (
  { signedIn }: Unlocked,
  storage: Storage,
  device: DeviceId,
  resumed: boolean,
): Enrolled => ({
  signedIn: { ...signedIn, device },
  device,
  storage,
  resumed,
});

function isListed({ signedIn: { directory } }: Unlocked, device: DeviceId): boolean {
  const { list } = decodeDeviceList(fromBase64(directory.deviceList));
  const hash = certificateHashOf(directory.certificates.map(fromBase64), device);
  return hash !== null && list.certificates.some((each) => equalBytes(each, hash));
}

async function resume(
  { crypto, transport }: EnrolTools,
  unlocked: Unlocked,
  storage: Storage,
  found: StoredSelf,
  mayRenew: boolean,
): Promise<void> {
  const { signedIn } = unlocked;
  const { signing: pair } = await openKeyring(storage, crypto, found);
  const proof = await signHybrid(crypto, pair, 'resume', fromBase64(signedIn.challenge));
  await ask(() => transport.resumeDevice({ device: found.device, proof: toBase64(proof) }));
  await markPublished(storage, fromBase64(signedIn.logKey));
  if (mayRenew) await renewCertificate({ crypto, transport }, unlocked, storage, pair);
}

async function add(
  { crypto, transport }: EnrolTools,
  unlocked: Unlocked,
  storage: Storage,
  device: Uint8Array,
): Promise<void> {
  const { signedIn, aik } = unlocked;
  const previous = decodeDeviceList(fromBase64(signedIn.directory.deviceList));
  if (previous.list.certificates.length >= MAX_DEVICES_PER_PERSON)
    throw new EnrolError(
      'device-limit',
      t('You have {n} devices, which is the most. Remove one in Settings on another device first.', {
        n: MAX_DEVICES_PER_PERSON,
      }),
    );
  const leaf = await ownLeaf(crypto, unlocked);
  const { username, name } = signedIn;
  const account = fromHex(signedIn.account);
  const made = await makeDevice(
    crypto,
    { account, aik, username, name, vaultVersion: signedIn.vault.version, previous, leaf },
    device,
  );
  await storeNewDevice(storage, { ...made.stored, account: signedIn.account });
  try {
    await ask(() => transport.addDevice(made.upload));
  } catch (error) {
    // Without an answer it may be published: the keys stay, and the next sign-in finds out.
    if (isRefusal(error)) await forgetDevice(storage);
    throw error;
  }
  await markPublished(storage, fromBase64(signedIn.logKey));
}

/**
 * Signs a device list without this device and publishes it; the vault must be open [R38]. Wipes the vault's secrets.
 *
 * @param known storage of the device that signs, or null where there is none
 * @throws EnrolError offline, identity-mismatch (an older list than was seen here), conflict, refused
 */
export async function revokeDevice(
  { crypto, transport }: Pick<EnrolTools, 'crypto' | 'transport'>,
  unlocked: Unlocked,
  device: DeviceId,
  known: Reads | null,
): Promise<void> {
  try {
    if (known) await checkKnownList(crypto, unlocked, known);
    const { directory, username } = unlocked.signedIn;
    const { list, hash } = decodeDeviceList(fromBase64(directory.deviceList));
    const gone = certificateHashOf(directory.certificates.map(fromBase64), device);
    if (gone === null) throw new EnrolError('refused', t('This account has no such device.'));
    const signed = await signDeviceList(crypto, unlocked.aik, {
      ...list,
      version: list.version + 1,
      previous: hash,
      certificates: list.certificates.filter((each) => !equalBytes(each, gone)),
      revoked: [...list.revoked, fromHex(device)],
    });
    const leaf = await leafFor(crypto, unlocked.aik, username, signed, await ownLeaf(crypto, unlocked));
    await ask(() => transport.revokeDevice(device, { deviceList: toBase64(signed), leaf }));
  } finally {
    wipeVault(unlocked);
  }
}

/**
 * Ends this session, or all of the account's. The device and its keys stay: signing in resumes it.
 *
 * @throws EnrolError offline; a session that is already gone is no error
 */
export async function signOut(transport: Transport, everywhere: boolean): Promise<void> {
  try {
    await ask(() => transport.signOut(everywhere), 'needs-vault-key');
  } catch (error) {
    if (!(error instanceof EnrolError && error.code === 'needs-vault-key')) throw error;
  }
}

function wipeVault({ secrets, aik }: Unlocked): void {
  for (const secret of [secrets.aik, secrets.backupKey, secrets.deviceWrapKey, aik.secret]) secret.fill(0);
}

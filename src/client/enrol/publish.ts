/** The last step of a new identity: its device's secrets into this place, and then its public half to the server [R40]. */
import type { SignedIn } from '../../contract/accounts.ts';
import { deviceId, fromBase64 } from '../../contract/bytes.ts';
import type { AccountId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import type { VaultSecrets } from '../../protocol/vault.ts';
import { forgetDevice, keepBackupKey, markPublished, readSelf, storeNewDevice } from '../self.ts';
import type { MadeDevice } from './device-keys.ts';
import { EnrolError } from './errors.ts';
import { ask, isRefusal } from './refusals.ts';
import type { EnrolTools, Registered } from './types.ts';

/** What is published. */
export interface NewIdentity {
  readonly account: AccountId;
  /** Of the device, 16 bytes. */
  readonly device: Uint8Array;
  readonly made: MadeDevice;
  readonly secrets: VaultSecrets;
  /** A device of the same account gives way: its identity is gone. */
  readonly replaces: boolean;
}

/**
 * Keeps the device here, reads it back, then publishes; a refusal leaves nothing behind, and the place is closed whenever it throws.
 * @throws EnrolError not-this-account, and what `publish` throws
 */
export async function publishIdentity(
  tools: EnrolTools,
  { account, device, made, secrets, replaces }: NewIdentity,
  publish: () => Promise<SignedIn>,
): Promise<Omit<Registered, 'recoveryCode'>> {
  const storage = await tools.openStorage({
    account,
    newDevice: deviceId(device),
    deviceWrapKey: secrets.deviceWrapKey,
  });
  try {
    const found = await readSelf(storage);
    if (found?.published && !(replaces && found.account === account))
      throw new EnrolError(
        'not-this-account',
        t('This place is a device of {username} already. Use another one, or remove that device first.', {
          username: found.username,
        }),
      );
    if (found) await forgetDevice(storage);
    await storeNewDevice(storage, { ...made.stored, account });
    await keepBackupKey(storage, secrets.backupKey);
    const signedIn = await publishKept(storage, publish);
    return { signedIn, device: deviceId(device), storage, resumed: false };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

async function publishKept(
  storage: Registered['storage'],
  publish: () => Promise<SignedIn>,
): Promise<SignedIn> {
  try {
    const signedIn = await ask(publish);
    await markPublished(storage, fromBase64(signedIn.logKey));
    return signedIn;
  } catch (error) {
    // Without an answer it may be done: the keys stay, and signing in finds out.
    if (isRefusal(error)) await forgetDevice(storage);
    throw error;
  }
}

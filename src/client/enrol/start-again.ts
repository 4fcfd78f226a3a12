/**
 * A new identity under an account whose every key is lost (protocol/README 10, 11): its list and its leaf follow those
 * of the old identity, under another key, which everybody's client shows. Nothing of the old one is needed, and nothing
 * comes back.
 */

import type { DirectoryEntry } from '../../contract/accounts.ts';
import { deviceId, fromBase64, fromHex, toBase64 } from '../../contract/bytes.ts';
import { t } from '../../contract/words.ts';
import { decodeCertificate } from '../../protocol/certificate.ts';
import { type DeviceList, decodeDeviceList } from '../../protocol/device-list.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { decodeSignedLeaf, type PlacedLeaf } from '../../protocol/transparency.ts';
import type { AgainTransport } from './again-transport.ts';
import { makeDevice } from './device-keys.ts';
import { EnrolError } from './errors.ts';
import { type ChosenWays, checkWays, makeVault, wipeSecrets } from './new-vault.ts';
import { publishIdentity } from './publish.ts';
import { ask } from './refusals.ts';
import type { EnrolTools, Registered } from './types.ts';

export interface StartAgainChoice extends ChosenWays {
  /** The token of the link. */
  readonly token: string;
}

/** What the new list and the new leaf follow. */
interface Former {
  readonly previous: { readonly list: DeviceList; readonly hash: Uint8Array };
  readonly leaf: PlacedLeaf | null;
}

/**
 * Makes the identity and this device. What this place holds of the account is deleted: it belongs to keys that are gone. The
 * device's secrets are on disk, and read back, before anything is published [R40].
 *
 * @throws EnrolError offline, link-used, invalid, conflict, weak-password, needs-password, not-this-account, rate-limited,
 *   refused
 */
export async function startAgain(
  tools: EnrolTools,
  transport: AgainTransport,
  choice: StartAgainChoice,
): Promise<Registered> {
  checkWays(choice);
  const { crypto } = tools;
  const { directory } = await ask(() => transport.start(choice.token));
  const { username, name } = directory;
  const account = fromHex(directory.account);
  const { previous, leaf } = formerOf(directory);
  const vaultVersion = previous.list.vaultVersion + 1;
  const { aik, secrets, published, recoveryCode } = await makeVault(tools, account, vaultVersion, choice);
  try {
    const device = crypto.random(16);
    const owner = { account, aik, username: leaf?.leaf.username ?? username, name, vaultVersion };
    const made = await makeDevice(crypto, { ...owner, previous, leaf }, device);
    const done = await publishIdentity(
      tools,
      { account: directory.account, device, made, secrets, replaces: true },
      () =>
        transport.complete({
          token: choice.token,
          aik: toBase64(aik.publicKey),
          ...published,
          ...(choice.passkey ? { passkey: choice.passkey.response } : {}),
          device: made.upload,
        }),
    );
    return { ...done, recoveryCode };
  } finally {
    wipeSecrets(secrets);
  }
}

/**
 * The account's newest list without its devices, all of which count as revoked from now on, and its newest leaf. Whether the
 * server shows the newest ones is found when the log is replayed: this place has pinned nobody yet.
 */
function formerOf({ deviceList, certificates, leaf }: DirectoryEntry): Former {
  try {
    const { list, hash } = decodeDeviceList(fromBase64(deviceList));
    const devices = certificates.map((signed) => decodeCertificate(fromBase64(signed)).certificate.device);
    const known = new Set(list.revoked.map(deviceId));
    const revoked = [...list.revoked, ...devices.filter((device) => !known.has(deviceId(device)))];
    return {
      previous: { list: { ...list, certificates: [], revoked }, hash },
      leaf: leaf === null ? null : decodeSignedLeaf(fromBase64(leaf)),
    };
  } catch (cause) {
    if (!isProtocolError(cause) && !(cause instanceof SyntaxError)) throw cause;
    throw new EnrolError(
      'refused',
      t('The server gave back something else than this account’s list of devices. Tell your administrator.'),
      { cause },
    );
  }
}

/** What this place has seen of its own account before: a server that shows an older state gets nothing signed for it. */

import { fromBase64, fromHex } from '../../contract/bytes.ts';
import { t } from '../../contract/words.ts';
import { decodeDeviceList, verifyDeviceList } from '../../protocol/device-list.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import type { Crypto } from '../../protocol/ports.ts';
import type { Reads } from '../operation.ts';
import { readPeer } from '../peers.ts';
import { readSelf } from '../self.ts';
import { EnrolError } from './errors.ts';
import type { Unlocked } from './types.ts';

/**
 * Checks that the device list of the session follows the newest one that the device in this storage knows [R12]: a list
 * from before would bring back a device that was removed since. Nothing is known where no device of the account is.
 * @throws EnrolError identity-mismatch
 */
export async function checkKnownList(
  crypto: Pick<Crypto, 'provider'>,
  { signedIn, aik }: Pick<Unlocked, 'signedIn' | 'aik'>,
  known: Reads,
): Promise<void> {
  const self = await readSelf(known);
  // A device that was not published has signed a list that nobody need have.
  if (self === null || self.account !== signedIn.account || !self.published) return;
  const own = decodeDeviceList(self.deviceList);
  const pin = await readPeer(known, self.account);
  const seen = [{ version: own.list.version, hash: own.hash, vaultVersion: own.list.vaultVersion }];
  if (pin !== null && pin.listVersion > 0)
    seen.push({ version: pin.listVersion, hash: pin.listHash, vaultVersion: pin.vaultVersion });
  const signed = fromBase64(signedIn.directory.deviceList);
  const expected = { aik: aik.publicKey, account: fromHex(signedIn.account) };
  try {
    for (const previous of seen) await verifyDeviceList(crypto, signed, { ...expected, previous });
  } catch (cause) {
    if (!isProtocolError(cause)) throw cause;
    throw new EnrolError(
      'identity-mismatch',
      t(
        'The server shows your devices as they were before. Nothing was changed. Tell your administrator, and do not go on.',
      ),
      { cause },
    );
  }
}

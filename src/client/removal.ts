/** Whether this device was removed from its account by another one (protocol/README 10, "Approving a device"; R38). */
import { fromBase64, fromHex } from '../contract/bytes.ts';
import { REMOVAL_PATH, type Removal } from '../contract/removal.ts';
import { verifyDeviceList } from '../protocol/device-list.ts';
import { isProtocolError } from '../protocol/errors.ts';
import { equalBytes } from '../protocol/hash.ts';
import type { Crypto } from '../protocol/ports.ts';
import type { HttpCalls } from './http-relay.ts';
import { type Storage, TransportFailed, TransportRefused } from './ports.ts';
import { readSelf } from './self.ts';
import { nullable, record, type Shape, text } from './stored.ts';

const removal: Shape<Removal> = record({ deviceList: nullable(text) });

/**
 * Asks for the list that names this device as revoked, and believes it only under the account's own signature: a server
 * cannot talk anybody into deleting what they have. False, too, when the server does not answer.
 */
export async function wasRemoved(
  { asked }: HttpCalls,
  crypto: Pick<Crypto, 'provider'>,
  storage: Storage,
): Promise<boolean> {
  const self = await readSelf(storage);
  if (self === null || !self.published) return false;
  try {
    const { deviceList } = await asked(removal, 'POST', REMOVAL_PATH, { device: self.device });
    if (deviceList === null) return false;
    const { list } = await verifyDeviceList(crypto, fromBase64(deviceList), {
      aik: self.aik,
      account: fromHex(self.account),
    });
    const device = fromHex(self.device);
    return list.revoked.some((each) => equalBytes(each, device));
  } catch (error) {
    const isNo =
      error instanceof TransportRefused || error instanceof TransportFailed || isProtocolError(error);
    if (isNo || error instanceof SyntaxError) return false;
    throw error;
  }
}

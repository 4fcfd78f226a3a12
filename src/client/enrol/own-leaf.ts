/**
 * The next leaf of one's own account in the transparency log: signed wherever a device list is (protocol/README 11,
 * "Transparency").
 */

import { fromBase64, fromHex, toBase64 } from '../../contract/bytes.ts';
import { t } from '../../contract/words.ts';
import { decodeDeviceList } from '../../protocol/device-list.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import type { SigningKeyPair } from '../../protocol/identity.ts';
import type { Crypto } from '../../protocol/ports.ts';
import { type PlacedLeaf, signNextLeaf, verifyLogLeaf } from '../../protocol/transparency.ts';
import { EnrolError } from './errors.ts';
import type { Unlocked } from './types.ts';

/**
 * The account's newest leaf as the directory shows it, or null when its list is from before there was a log.
 * @throws EnrolError identity-mismatch when this account's key has not signed it
 */
export async function ownLeaf(
  crypto: Pick<Crypto, 'provider'>,
  { signedIn, aik }: Pick<Unlocked, 'signedIn' | 'aik'>,
): Promise<PlacedLeaf | null> {
  const { leaf } = signedIn.directory;
  if (leaf === null) return null;
  try {
    const account = fromHex(signedIn.account);
    return await verifyLogLeaf(crypto, fromBase64(leaf), { aik: aik.publicKey, account });
  } catch (cause) {
    if (!isProtocolError(cause) && !(cause instanceof SyntaxError)) throw cause;
    throw new EnrolError(
      'identity-mismatch',
      t(
        'The server’s log has an entry for your account that your devices have not made. Tell your administrator, and do not go on.',
      ),
      { cause },
    );
  }
}

/** The signed leaf for a device list that was just signed. A name once logged stays: the server's word changes nothing. */
export async function leafFor(
  crypto: Crypto,
  aik: SigningKeyPair,
  username: string,
  signedList: Uint8Array,
  previous: PlacedLeaf | null,
): Promise<string> {
  const { list, hash } = decodeDeviceList(signedList);
  return toBase64(
    await signNextLeaf(crypto, aik, {
      account: list.account,
      username: previous?.leaf.username ?? username,
      deviceList: hash,
      vaultVersion: list.vaultVersion,
      previous,
    }),
  );
}

/** Reads this device from storage and brings its keys into memory. */

import { fromHex } from '../contract/bytes.ts';
import { t } from '../contract/words.ts';
import { decodeCertificate } from '../protocol/certificate.ts';
import { decodeDeviceList } from '../protocol/device-list.ts';
import type { Crypto } from '../protocol/ports.ts';
import type { Context, Self } from './context.ts';
import { openKeyring } from './keyring.ts';
import { readRecord } from './operation.ts';
import { barePeer, readPeer, writePeer } from './peers.ts';
import type { Storage } from './ports.ts';
import { readSelf, STORES_VERSION, type StoredSelf } from './self.ts';
import { number } from './stored.ts';

/** Throws Error with one sentence when the storage holds no device, or one that a newer release wrote. */
export async function loadSelf(
  storage: Storage,
  crypto: Crypto,
): Promise<{ readonly self: Self; readonly stored: StoredSelf }> {
  const version = await readRecord(storage, 'meta', 'schema', number);
  if (version !== null && version > STORES_VERSION) {
    throw new Error(t('A newer release has written this device’s storage: update Sotto and open it again.'));
  }
  const stored = await readSelf(storage);
  if (stored === null) throw new Error(t('There is no device here yet: sign in to make one.'));
  const { certificate, hash } = decodeCertificate(stored.certificate);
  const self: Self = {
    account: stored.account,
    device: stored.device,
    username: stored.username,
    name: stored.name,
    accountBytes: fromHex(stored.account),
    deviceBytes: fromHex(stored.device),
    aik: stored.aik,
    certificateHashes: [hash, ...stored.formerCertificates],
    suites: certificate.suites,
    created: certificate.created,
    expires: certificate.expires,
    ...(await openKeyring(storage, crypto, stored)),
  };
  return { self, stored };
}

/** Pins one's own account as it stood when the device was enrolled or renewed: the newest list that this device signed. */
export async function pinSelf(ctx: Context, stored: StoredSelf): Promise<void> {
  await ctx.operate(async (op) => {
    const { list, hash } = decodeDeviceList(stored.deviceList);
    const known = await readPeer(op, stored.account);
    if (known !== null && known.listVersion >= list.version) return;
    const own = decodeCertificate(stored.certificate);
    const base = known ?? barePeer(stored);
    const others = base.devices.filter(({ device }) => device !== stored.device);
    writePeer(op, {
      ...base,
      verified: true,
      listVersion: list.version,
      listHash: hash,
      listed: list.certificates.length,
      vaultVersion: list.vaultVersion,
      devices: [
        ...others.filter(({ certificateHash }) =>
          list.certificates.some((each) => each.toHex() === certificateHash.toHex()),
        ),
        {
          device: stored.device,
          certificateHash: own.hash,
          signingKey: own.certificate.signingKey,
          agreementKey: own.certificate.agreementKey,
          suites: own.certificate.suites,
          created: own.certificate.created,
          expires: own.certificate.expires,
        },
      ],
    });
  });
}

/** A device under a new certificate: the same id, the same keys, every session goes on (protocol/README 3). */

import { deviceId, fromBase64, fromHex, toBase64 } from '../../contract/bytes.ts';
import type { DeviceId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import {
  CERTIFICATE_LIFETIME_MS,
  decodeCertificate,
  issueCertificate,
  verifyCertificate,
} from '../../protocol/certificate.ts';
import { decodeDeviceList, signDeviceList } from '../../protocol/device-list.ts';
import { equalBytes } from '../../protocol/hash.ts';
import type { Signer } from '../../protocol/identity.ts';
import type { Storage } from '../ports.ts';
import { readSelf, type StoredSelf, selfChange } from '../self.ts';
import { EnrolError } from './errors.ts';
import { leafFor, ownLeaf } from './own-leaf.ts';
import { ask } from './refusals.ts';
import type { EnrolTools, Unlocked } from './types.ts';

/** A certificate is renewed when the vault is open and it is older than this: 60 days in milliseconds. */
const RENEW_AFTER_MS = 60 * 24 * 3_600_000;
/** Former certificates that handshakes under way may still name. */
const FORMER_KEPT = 4;

/**
 * Renews the certificate of the device in storage when it is due, or when the account is not in the log yet. An answer that was lost is found out here as well: the
 * certificate that the list names is then taken over.
 *
 * @param signing the device's own pair
 * @throws EnrolError offline, conflict, identity-mismatch, refused
 */
export async function renewCertificate(
  { crypto, transport }: Pick<EnrolTools, 'crypto' | 'transport'>,
  unlocked: Unlocked,
  storage: Storage,
  signing: Signer,
): Promise<void> {
  const { aik } = unlocked;
  const { directory, username } = unlocked.signedIn;
  const self = await readSelf(storage);
  if (self === null) return;
  const stored = decodeCertificate(self.certificate);
  const listed = listedCertificate(directory.certificates.map(fromBase64), self.device);
  if (listed === null) return;
  const now = crypto.clock();
  const known = decodeCertificate(listed);
  if (!equalBytes(known.hash, stored.hash)) {
    await verifyCertificate(crypto, listed, {
      aik: aik.publicKey,
      account: fromHex(self.account),
      now,
    }).catch((cause: unknown) => {
      throw mismatch(cause);
    });
    const { signingKey, agreementKey } = known.certificate;
    if (
      !equalBytes(signingKey, stored.certificate.signingKey) ||
      !equalBytes(agreementKey, stored.certificate.agreementKey)
    )
      throw mismatch();
    await keep(storage, self, stored.hash, listed, fromBase64(directory.deviceList));
    return;
  }
  // An account from before the log begins its chain there with this renewal: nobody else believes its devices until then.
  const isDue = directory.leaf === null || now - stored.certificate.created >= RENEW_AFTER_MS;
  if (!isDue) return;
  const certificate = await issueCertificate(crypto, aik, signing, {
    ...stored.certificate,
    created: now,
    expires: now + CERTIFICATE_LIFETIME_MS,
  });
  const { list, hash } = decodeDeviceList(fromBase64(directory.deviceList));
  const renewed = decodeCertificate(certificate).hash;
  const deviceList = await signDeviceList(crypto, aik, {
    ...list,
    version: list.version + 1,
    previous: hash,
    certificates: list.certificates.map((each) => (equalBytes(each, stored.hash) ? renewed : each)),
  });
  const leaf = await leafFor(crypto, aik, username, deviceList, await ownLeaf(crypto, unlocked));
  await ask(() =>
    transport.renewDevice(self.device, {
      certificate: toBase64(certificate),
      deviceList: toBase64(deviceList),
      leaf,
    }),
  );
  await keep(storage, self, stored.hash, certificate, deviceList);
}

async function keep(
  storage: Storage,
  self: StoredSelf,
  former: Uint8Array,
  certificate: Uint8Array,
  deviceList: Uint8Array,
): Promise<void> {
  const formerCertificates = [former, ...self.formerCertificates].slice(0, FORMER_KEPT);
  await storage.exclusive(() =>
    storage.commit([selfChange({ ...self, published: true, certificate, deviceList, formerCertificates })]),
  );
}

const listedCertificate = (certificates: readonly Uint8Array[], device: DeviceId): Uint8Array | null =>
  certificates.find((signed) => deviceId(decodeCertificate(signed).certificate.device) === device) ?? null;

const mismatch = (cause?: unknown): EnrolError =>
  new EnrolError(
    'identity-mismatch',
    t(
      'The server shows another certificate for this device than you signed. Tell your administrator, and do not go on.',
    ),
    { cause },
  );

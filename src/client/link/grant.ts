/**
 * The answer to a link request: checked whole, and taken once its person has said yes (protocol/README 10,
 * "Approving a device"; R38, R40).
 */

import type { DeviceUpload } from '../../contract/accounts.ts';
import { accountId, deviceId, toBase64 } from '../../contract/bytes.ts';
import { PREKEY_BATCH } from '../../contract/limits.ts';
import { sentence, t } from '../../contract/words.ts';
import { decodeCertificate, proveDevice, verifyCertificate } from '../../protocol/certificate.ts';
import { decodeDeviceList, verifyDeviceList } from '../../protocol/device-list.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { equalBytes, wipe } from '../../protocol/hash.ts';
import type { SigningKeyPair } from '../../protocol/identity.ts';
import type { LinkRequest } from '../../protocol/link-request.ts';
import { type LinkGrant, openLinkGrant, type TransferSecrets } from '../../protocol/link-transfer.ts';
import type { Crypto } from '../../protocol/ports.ts';
import { createPrekeyBatch, createSignedPrekey } from '../../protocol/prekeys.ts';
import { verifyLogLeaf } from '../../protocol/transparency.ts';
import { FIRST_PREKEY_ID } from '../enrol/device-keys.ts';
import { EnrolError } from '../enrol/errors.ts';
import { ask, isRefusal } from '../enrol/refusals.ts';
import type { Enrolled, OpenStorage } from '../enrol/types.ts';
import type { Storage } from '../ports.ts';
import {
  forgetDevice,
  keepBackupKey,
  markPublished,
  readSelf,
  type StoredSelf,
  storeNewDevice,
} from '../self.ts';
import type { LinkTransport } from './link-transport.ts';

export interface LinkTools {
  readonly crypto: Crypto;
  readonly links: LinkTransport;
  readonly openStorage: OpenStorage;
  /** Resolves after so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** The secrets behind a request, in memory until it is approved. */
export interface LinkKeys {
  readonly signing: SigningKeyPair;
  readonly agreement: Uint8Array;
  readonly transfer: TransferSecrets;
}

/** The grant, after everything in it was checked against one's own keys. */
export async function openAnswer(crypto: Crypto, request: LinkRequest, keys: LinkKeys, answer: Uint8Array) {
  try {
    const opened = await openLinkGrant(crypto, request, keys.transfer, answer);
    const { account, aik, deviceList, leaf } = opened.grant;
    const certificate = await proveDevice(crypto, keys.signing, opened.grant.certificate);
    const { certificate: named, hash } = await verifyCertificate(crypto, certificate, {
      aik,
      account,
      now: crypto.clock(),
    });
    const { list, hash: listHash } = await verifyDeviceList(crypto, deviceList, { aik, account });
    const { leaf: logged } = await verifyLogLeaf(crypto, leaf, { aik, account });
    const isOwn =
      equalBytes(named.device, request.device) &&
      equalBytes(named.agreementKey, request.agreementKey) &&
      list.certificates.some((each) => equalBytes(each, hash)) &&
      equalBytes(logged.deviceList, listHash);
    if (!isOwn) throw forged();
    return opened;
  } catch (cause) {
    throw isProtocolError(cause) ? forged(cause) : cause;
  }
}

const forged = (cause?: unknown): EnrolError =>
  new EnrolError(
    'identity-mismatch',
    t(
      'The answer that the server gave does not hold, so nothing was added. Start again, and tell your administrator if it happens twice.',
    ),
    { cause },
  );

/** The device as it lies in storage, and what publishes it. */
interface StoredDevice {
  readonly storage: Storage;
  readonly upload: DeviceUpload;
}

/**
 * What takes the grant: stores the device once, then publishes it. After `offline` it may be called again, and offers the
 * same device; after the server's no it only gives that error again.
 * @throws EnrolError offline, conflict, link-used, not-this-account, refused
 */
export function acceptance(
  tools: LinkTools,
  token: string,
  request: LinkRequest,
  keys: LinkKeys,
  grant: LinkGrant,
): () => Promise<Enrolled> {
  let stored: Promise<StoredDevice> | null = null;
  let isUnsure = false;
  return async () => {
    stored ??= storeDevice(tools, request, keys, grant);
    const { storage, upload } = await stored;
    try {
      const signedIn = await ask(() => tools.links.completeLink({ token, ...upload }));
      await markPublished(storage, grant.logKey);
      return { signedIn, device: deviceId(request.device), storage, resumed: false };
    } catch (error) {
      // Without an answer it may be published: the keys stay, and signing in here finds out.
      isUnsure ||= !isRefusal(error);
      if (!isRefusal(error)) throw error;
      const last = isUnsure ? new EnrolError('offline', UNSURE, { cause: error }) : error;
      stored = Promise.reject(last);
      stored.catch(() => {});
      if (!isUnsure) await forgetDevice(storage);
      await storage.close();
      throw last;
    }
  };
}

const UNSURE = sentence(
  'It is not known whether this place became a device, because the first answer was lost. Sign in here: it goes on from where it was.',
);

async function storeDevice(
  { crypto, openStorage }: LinkTools,
  request: LinkRequest,
  { signing, agreement, transfer }: LinkKeys,
  grant: LinkGrant,
): Promise<StoredDevice> {
  const account = accountId(grant.account);
  const device = deviceId(request.device);
  const storage = await openStorage({ account, newDevice: device, deviceWrapKey: grant.deviceWrapKey });
  try {
    const found = await readSelf(storage);
    if (found && (found.published || isNamed(found, grant)))
      throw new EnrolError(
        'not-this-account',
        t(
          'This place is a device of {username} already. Sign in here instead, or remove that device first.',
          { username: found.username },
        ),
      );
    if (found) await forgetDevice(storage);
    const certificate = await proveDevice(crypto, signing, grant.certificate);
    const signedPrekey = await createSignedPrekey(crypto, signing, FIRST_PREKEY_ID);
    const oneTimePrekeys = await createPrekeyBatch(crypto, signing, FIRST_PREKEY_ID, PREKEY_BATCH);
    await storeNewDevice(storage, {
      account,
      device,
      username: grant.username,
      name: grant.name,
      aik: grant.aik,
      signing: signing.secret,
      agreement,
      certificate,
      deviceList: grant.deviceList,
      signedPrekey,
      oneTimePrekeys,
      now: decodeCertificate(certificate).certificate.created,
    });
    await keepBackupKey(storage, grant.backupKey);
    return {
      storage,
      upload: {
        certificate: toBase64(certificate),
        deviceList: toBase64(grant.deviceList),
        leaf: toBase64(grant.leaf),
        prekeys: { signedPrekey: toBase64(signedPrekey.signed), batch: toBase64(oneTimePrekeys.batch) },
      },
    };
  } catch (error) {
    await storage.close();
    throw error;
  } finally {
    wipe(transfer.x25519, transfer.kem, grant.deviceWrapKey, grant.backupKey);
  }
}

/** Whether the account has the device that lies here, though the answer that said so never came. */
function isNamed({ certificate }: StoredSelf, { deviceList }: LinkGrant): boolean {
  const { hash } = decodeCertificate(certificate);
  return decodeDeviceList(deviceList).list.certificates.some((each) => equalBytes(each, hash));
}

/** The keys of a new device and the records that publish them (protocol/README 3). */

import type { DeviceUpload } from '../../contract/accounts.ts';
import { deviceId, toBase64 } from '../../contract/bytes.ts';
import type { DeviceId } from '../../contract/ids.ts';
import { PREKEY_BATCH } from '../../contract/limits.ts';
import { CERTIFICATE_LIFETIME_MS, decodeCertificate, issueCertificate } from '../../protocol/certificate.ts';
import { type DeviceList, signDeviceList } from '../../protocol/device-list.ts';
import { createSigningKeyPair, type SigningKeyPair } from '../../protocol/identity.ts';
import type { Crypto } from '../../protocol/ports.ts';
import { createPrekeyBatch, createSignedPrekey } from '../../protocol/prekeys.ts';
import { ACTIVE_SUITE } from '../../protocol/suite.ts';
import type { PlacedLeaf } from '../../protocol/transparency.ts';
import type { NewDevice } from '../self.ts';
import { leafFor } from './own-leaf.ts';

/** Ids of prekeys count from here; a device never uses one twice. */
export const FIRST_PREKEY_ID = 1;

/** Whose device, and what its list follows. */
export interface Owner {
  /** 16 B. */
  readonly account: Uint8Array;
  readonly aik: SigningKeyPair;
  readonly username: string;
  readonly name: string;
  readonly vaultVersion: number;
  /** The list that the new one follows; null for the account's first. */
  readonly previous: { readonly list: DeviceList; readonly hash: Uint8Array } | null;
  /** The account's newest leaf of the log; null for its first. */
  readonly leaf: PlacedLeaf | null;
}

/** What goes into storage, and what goes to the server afterwards. */
export interface MadeDevice {
  readonly stored: Omit<NewDevice, 'account'>;
  readonly upload: DeviceUpload;
}

/**
 * Makes a device: signing and agreement keys, certificate, the next device list, one signed prekey and a hundred
 * one-time ones.
 * @param id 16 B, fresh
 */
export async function makeDevice(crypto: Crypto, owner: Owner, id: Uint8Array): Promise<MadeDevice> {
  const now = crypto.clock();
  const signing = await createSigningKeyPair(crypto);
  const agreement = crypto.random(32);
  const certificate = await issueCertificate(crypto, owner.aik, signing, {
    account: owner.account,
    device: id,
    signingKey: signing.publicKey,
    agreementKey: await crypto.provider.x25519PublicKey(agreement),
    suites: [ACTIVE_SUITE],
    created: now,
    expires: now + CERTIFICATE_LIFETIME_MS,
  });
  const deviceList = await signDeviceList(
    crypto,
    owner.aik,
    listWith(owner, decodeCertificate(certificate).hash),
  );
  const leaf = await leafFor(crypto, owner.aik, owner.username, deviceList, owner.leaf);
  const signedPrekey = await createSignedPrekey(crypto, signing, FIRST_PREKEY_ID);
  const oneTimePrekeys = await createPrekeyBatch(crypto, signing, FIRST_PREKEY_ID, PREKEY_BATCH);
  return {
    stored: {
      device: deviceId(id),
      username: owner.username,
      name: owner.name,
      aik: owner.aik.publicKey,
      signing: signing.secret,
      agreement,
      certificate,
      deviceList,
      signedPrekey,
      oneTimePrekeys,
      now,
    },
    upload: {
      certificate: toBase64(certificate),
      deviceList: toBase64(deviceList),
      leaf,
      prekeys: { signedPrekey: toBase64(signedPrekey.signed), batch: toBase64(oneTimePrekeys.batch) },
    },
  };
}

function listWith({ account, previous, vaultVersion }: Owner, certificate: Uint8Array): DeviceList {
  return {
    account,
    version: (previous?.list.version ?? 0) + 1,
    previous: previous?.hash ?? new Uint8Array(32),
    certificates: [...(previous?.list.certificates ?? []), certificate],
    revoked: previous?.list.revoked ?? [],
    vaultVersion,
  };
}

/** The certificate hash that the directory gives for a device, or null. */
export function certificateHashOf(certificates: readonly Uint8Array[], device: DeviceId): Uint8Array | null {
  for (const signed of certificates) {
    const { certificate, hash } = decodeCertificate(signed);
    if (deviceId(certificate.device) === device) return hash;
  }
  return null;
}

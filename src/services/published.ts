/**
 * What clients publish, checked before it is stored: that a device's certificate, its account's list and its prekeys
 * are what they say, under the account's own key. The server gains nothing from it; people are spared a mistake that
 * every other client would refuse.
 */
import { deviceId, fromHex, toHex } from '../contract/bytes.ts';
import type { AccountId, DeviceId } from '../contract/ids.ts';
import { verifyCertificate } from '../protocol/certificate.ts';
import { type DeviceList, verifyDeviceList } from '../protocol/device-list.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { equalBytes } from '../protocol/hash.ts';
import type { Crypto } from '../protocol/ports.ts';
import { decodePrekeyBatch, verifyOneTimePrekey, verifySignedPrekey } from '../protocol/prekeys.ts';
import type { DeviceListRow, DeviceRow } from '../store/devices.ts';
import type { OneTimeRow, SignedPrekeyRow } from '../store/prekeys.ts';
import { prekeyPaths } from './prekey-paths.ts';
import { invalid, Refusal } from './refusal.ts';

/** Whose publication it is. */
export interface Publisher {
  readonly account: AccountId;
  /** Hybrid public key, 1,984 bytes. */
  readonly aik: Uint8Array;
}

export interface VerifiedDevice {
  readonly row: DeviceRow;
  /** 1,984 bytes. */
  readonly signingKey: Uint8Array;
}

export interface VerifiedBatch {
  readonly id: string;
  readonly root: Uint8Array;
  readonly size: number;
  readonly leaves: readonly OneTimeRow[];
}

/** A certificate of this account. ValidationError on `certificate`. */
export function verifyDevice(
  crypto: Crypto,
  publisher: Publisher,
  signed: Uint8Array,
): Promise<VerifiedDevice> {
  return refusing(
    'certificate',
    "This device's certificate does not verify under the account's key.",
    async () => {
      const now = crypto.clock();
      const { certificate, hash } = await verifyCertificate(crypto, signed, {
        aik: publisher.aik,
        account: fromHex(publisher.account),
        now,
      });
      const row = {
        id: deviceId(certificate.device),
        account: publisher.account,
        certificate: signed,
        certificate_hash: hash,
        expires_at: certificate.expires,
        created_at: now,
      };
      return { row, signingKey: certificate.signingKey };
    },
  );
}

/**
 * A list of this account that follows `previous`, or the first one. ValidationError on `deviceList`; Conflict when it
 * follows another one than is here.
 */
export async function verifyList(
  crypto: Crypto,
  publisher: Publisher,
  signed: Uint8Array,
  previous: { readonly version: number; readonly hash: Uint8Array } | null,
): Promise<{ readonly row: DeviceListRow; readonly list: DeviceList }> {
  const { list, hash } = await refusing(
    'deviceList',
    "This device list does not verify under the account's key.",
    () => verifyDeviceList(crypto, signed, { aik: publisher.aik, account: fromHex(publisher.account) }),
  );
  if (!previous && list.version !== 1)
    throw invalid({ deviceList: ['The first device list of an account has version 1.'] });
  if (previous && (list.version !== previous.version + 1 || !equalBytes(list.previous, previous.hash)))
    throw new Refusal('Conflict', 'Your devices were changed elsewhere. Reload and try again.');
  const row = {
    account: publisher.account,
    version: list.version,
    vault_version: list.vaultVersion,
    hash,
    signed,
  };
  return { row, list };
}

/** Refuses a list that does not name exactly these certificates, revoked devices and vault. */
export function checkList(
  list: DeviceList,
  expected: {
    /** 32-byte hashes. */
    readonly certificates: readonly Uint8Array[];
    readonly revoked: readonly DeviceId[];
    readonly vaultVersion: number;
  },
): void {
  const same = (left: readonly string[], right: readonly string[]) =>
    left.length === right.length && left.toSorted().join() === right.toSorted().join();
  if (
    !same(list.certificates.map(toHex), expected.certificates.map(toHex)) ||
    !same(list.revoked.map(toHex), expected.revoked)
  )
    throw invalid({ deviceList: ['This device list does not name the devices that this account has.'] });
  if (list.vaultVersion !== expected.vaultVersion)
    throw invalid({ deviceList: ['This device list names another version of the vault.'] });
}

/** A signed prekey by the device's signing key. ValidationError on `signedPrekey`. */
export function verifyStatement(
  crypto: Crypto,
  device: DeviceId,
  signingKey: Uint8Array,
  signed: Uint8Array,
): Promise<SignedPrekeyRow> {
  return refusing(
    'signedPrekey',
    'This signed prekey was not made by the device, or is too old.',
    async () => {
      const { prekey } = await verifySignedPrekey(crypto, signed, { signingKey, now: crypto.clock() });
      return { device, id: prekey.id, statement: signed, prekey_created_at: prekey.created };
    },
  );
}

/** A batch of one-time prekeys by the device's signing key, with the path of each leaf. ValidationError on `batch`. */
export function verifyBatch(
  crypto: Crypto,
  signingKey: Uint8Array,
  encoded: Uint8Array,
): Promise<VerifiedBatch> {
  return refusing('batch', 'These one-time prekeys were not made by the device.', async () => {
    const { root, leaves, ids } = decodePrekeyBatch(encoded);
    const paths = prekeyPaths(leaves);
    const rows = leaves.map((leaf, position) => {
      const id = ids[position];
      const path = paths[position];
      if (id === undefined || path === undefined)
        throw new ProtocolError('E_FORMAT', 'a prekey without an id');
      return { id, position, leaf, path };
    });
    const [first] = rows;
    if (!first) throw new ProtocolError('E_FORMAT', 'an empty batch');
    // The leaves make the root, so that one leaf under the signed root stands for all of them.
    await verifyOneTimePrekey(
      crypto,
      { leaf: first.leaf, path: siblings(first.path), index: 0, size: rows.length, root },
      { signingKey },
    );
    const id = new Bun.CryptoHasher('sha256').update(root).digest('hex');
    return { id, root, size: rows.length, leaves: rows };
  });
}

/** The 32-byte hashes of a stored path. */
export function siblings(path: Uint8Array): Uint8Array[] {
  return Array.from({ length: path.length / 32 }, (_, index) => path.subarray(index * 32, index * 32 + 32));
}

async function refusing<T>(field: string, sentence: string, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof ProtocolError) throw invalid({ [field]: [sentence] });
    throw error;
  }
}

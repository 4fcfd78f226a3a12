/** What a server that makes up keys can make: records that are well formed and signed, by keys of its own. */
import type { DirectoryEntry, PrekeyBundleRecord } from '../../../src/contract/accounts.ts';
import { fromBase64, fromHex, toBase64 } from '../../../src/contract/bytes.ts';
import type { AccountId } from '../../../src/contract/ids.ts';
import { concat } from '../../../src/protocol/codec.ts';
import { decodeDeviceList } from '../../../src/protocol/device-list.ts';
import { createSigningKeyPair } from '../../../src/protocol/identity.ts';
import {
  createPrekeyBatch,
  createSignedPrekey,
  decodePrekeyBatch,
  prekeyPath,
} from '../../../src/protocol/prekeys.ts';
import { decodeSignedLeaf, signNextLeaf } from '../../../src/protocol/transparency.ts';
import { appendLeaf, leafOf } from '../../../src/store/leaves.ts';
import { type Device, type Identity, newDevice, newList, tools } from '../../support/person.ts';
import type { HostileServer } from './server.ts';

/** Another identity under somebody's account, with a device, a list and prekeys: whole, and all the server's. */
export interface Forgery {
  readonly identity: Identity;
  readonly device: Device;
  readonly entry: (honest: DirectoryEntry) => DirectoryEntry;
  readonly bundle: PrekeyBundleRecord;
  /** Puts its leaf into the server's log as well, after the true one: from then on the lie is the log's. */
  readonly log: (server: HostileServer, username: string) => Promise<void>;
}

export async function forgeIdentity(account: AccountId): Promise<Forgery> {
  const identity: Identity = { account, bytes: fromHex(account), aik: await createSigningKeyPair(tools) };
  const device = await newDevice(identity);
  const list = await newList(identity, { devices: [device] });
  let leaf: string | null = null;
  return {
    identity,
    device,
    log: async (server, username) => {
      leaf = await logList(server, identity, username, list);
    },
    bundle: await forgeBundle(device),
    entry: (honest) => ({
      ...honest,
      aik: toBase64(identity.aik.publicKey),
      deviceList: toBase64(list),
      certificates: [toBase64(device.certificate)],
      leaf: leaf ?? honest.leaf,
    }),
  };
}

/** Appends the leaf of a device list to the server's log, by this identity; gives it signed, in base64url. */
export async function logList(
  server: HostileServer,
  { account, bytes, aik }: Identity,
  username: string,
  deviceList: Uint8Array,
): Promise<string> {
  const { list, hash } = decodeDeviceList(deviceList);
  const { db } = server.app.deps;
  const before = await leafOf(db, account);
  const signed = await signNextLeaf(tools, aik, {
    account: bytes,
    username,
    deviceList: hash,
    vaultVersion: list.vaultVersion,
    previous: before && decodeSignedLeaf(concat(before.leaf, before.signature)),
  });
  const { leaf, hash: leafHash, encoded } = decodeSignedLeaf(signed);
  const signature = signed.slice(encoded.length);
  await db.write((tx) =>
    appendLeaf(tx, { account, version: leaf.version, hash: leafHash, leaf: encoded, signature }),
  );
  return toBase64(signed);
}

/** Prekeys that this device's own key has signed. */
export async function forgeBundle(device: Device): Promise<PrekeyBundleRecord> {
  const { signed } = await createSignedPrekey(tools, device.dik, 1);
  const { root, leaves } = decodePrekeyBatch((await createPrekeyBatch(tools, device.dik, 2, 1)).batch);
  const [leaf = new Uint8Array()] = leaves;
  return {
    device: device.id,
    signedPrekey: toBase64(signed),
    oneTime: {
      leaf: toBase64(leaf),
      path: prekeyPath(leaves, 0).map(toBase64),
      index: 0,
      size: leaves.length,
      root: toBase64(root),
    },
  };
}

/** One bit of a base64url text flipped, counted from the front in bytes, or from the end when negative. */
export function flipped(text: string, at: number): string {
  const bytes = fromBase64(text);
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return toBase64(bytes);
}

/** A base64url text with these bytes from a place on. */
export function withBytes(text: string, at: number, ...values: readonly number[]): string {
  const bytes = fromBase64(text);
  bytes.set(values, at);
  return toBase64(bytes);
}

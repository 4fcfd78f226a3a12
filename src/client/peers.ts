/**
 * People as this device has pinned them, in the store `peers` by account: the identity key seen first, and the devices
 * that it has signed. What the server says is believed only when it verifies here (protocol/README 2, 3, 11; R15, R36).
 */

import type { DirectoryEntry } from '../contract/accounts.ts';
import { accountId, deviceId, fromBase64, fromHex } from '../contract/bytes.ts';
import { type AccountId, type DeviceId, isAccountId, isDeviceId } from '../contract/ids.ts';
import { t } from '../contract/words.ts';
import { decodeCertificate, verifyCertificate } from '../protocol/certificate.ts';
import { decodeDeviceList, verifyDeviceList } from '../protocol/device-list.ts';
import { ProtocolError, unauthentic } from '../protocol/errors.ts';
import { equalBytes } from '../protocol/hash.ts';
import { fingerprint } from '../protocol/identity.ts';
import type { LoggedAccount, LogReplay } from '../protocol/log-replay.ts';
import type { Crypto } from '../protocol/ports.ts';
import { verifyLogLeaf } from '../protocol/transparency.ts';
import { displayName } from './display-text.ts';
import type { PeerView } from './engine-types.ts';
import { type Operation, type Reads, readRecord } from './operation.ts';
import { added, bytes, flag, list, nullable, number, type Of, record, text, word } from './stored.ts';

/** A device whose certificate has verified under the pinned identity. */
export const PeerDevice = record({
  device: word(isDeviceId),
  /** H of the certificate without its signatures, 32 bytes. */
  certificateHash: bytes,
  /** DIK, 1,984 bytes, and DHK, 32 bytes. */
  signingKey: bytes,
  agreementKey: bytes,
  suites: list(number),
  created: number,
  expires: number,
});
export type PeerDevice = Of<typeof PeerDevice>;

/** What is pinned of one account. */
export const StoredPeer = record({
  account: word(isAccountId),
  username: text,
  name: text,
  /** The pinned identity key, 1,984 bytes. */
  aik: bytes,
  /** Of the newest device list: its version, its hash (32 bytes), and how many devices it names. Versions only grow. */
  listVersion: number,
  listHash: bytes,
  listed: number,
  vaultVersion: number,
  /** Of the account's leaf in the log that stands for this list, 32 bytes; empty when it was pinned before there was a log. */
  leafHash: added(bytes, new Uint8Array()),
  devices: list(PeerDevice),
  verified: flag,
  /** The identity that the server shows now, when it is another one. */
  changed: nullable(bytes),
});
export type StoredPeer = Of<typeof StoredPeer>;

/** The pin of an account, or null for one not seen before. Throws StoredError. */
export async function readPeer(reads: Reads, account: AccountId): Promise<StoredPeer | null> {
  return readRecord(reads, 'peers', account, StoredPeer);
}

/** Writes a pin; its view is told after the commit. */
export function writePeer(op: Operation, peer: StoredPeer): void {
  op.write('peers', peer.account, StoredPeer, peer);
  op.touched.peers.add(peer.account);
}

/** Whether every device that the list names is known with its certificate. */
export function isWhole(peer: StoredPeer): boolean {
  return peer.listVersion > 0 && peer.devices.length === peer.listed;
}

/** A pinned person as they are drawn. */
export function viewPeer(peer: StoredPeer): PeerView {
  return {
    account: peer.account,
    username: peer.username,
    name: peer.name,
    verified: peer.verified,
    identityChanged: peer.changed !== null,
    devices: peer.devices.length,
  };
}

/** Why nothing may be sealed for this person now, in one sentence, or null. */
export function blockedReason(peer: StoredPeer): string | null {
  if (peer.changed === null) return null;
  return peer.verified
    ? t(
        'The identity of {name} is no longer the one you verified: nothing is sent until you compare the safety number again.',
        { name: peer.name },
      )
    : t('{name} has a new identity: nothing is sent until you have acknowledged it.', { name: peer.name });
}

/** Whether the pinned list is the one that the log has now. Whoever was pinned before there was a log has none there. */
export function isLogged({ account, listHash }: StoredPeer, log: LogReplay): boolean {
  const logged = log.account(fromHex(account));
  return logged === null || equalBytes(logged.leaf.deviceList, listHash);
}

/** Whether this identity (H of its key, 32 bytes) is the one that directory and log show now, acknowledged or not. */
export const isShown = ({ aik, changed }: StoredPeer, identity: Uint8Array): boolean =>
  equalBytes(fingerprint(changed ?? aik), identity);

/** A pin made from one's own stored identity, before the server was asked. */
export function barePeer(peer: Pick<StoredPeer, 'account' | 'username' | 'name' | 'aik'>): StoredPeer {
  return {
    ...peer,
    listVersion: 0,
    listHash: new Uint8Array(32),
    listed: 0,
    vaultVersion: 0,
    leafHash: new Uint8Array(),
    devices: [],
    verified: false,
    changed: null,
  };
}

/**
 * The directory and the log were asked one after the other, and do not say the same: one of them may have moved on in
 * between.
 */
export class NotAsLogged extends ProtocolError {
  constructor() {
    super('E_KT', 'an entry that is not what the log says');
  }
}

/**
 * What the pin of an account becomes when the server shows this entry, which has to be what the log says. The pin is null for somebody not seen before:
 * first sight is trusted. Gives the pin itself when nothing is new. Throws ProtocolError: E_AUTH for signatures,
 * E_ROSTER for a list that goes back or names a revoked device, E_SUITE for a device that lost a suite, E_FORMAT;
 * NotAsLogged.
 * @param logged the account's newest leaf in the replayed log
 */
export async function pinEntry(
  crypto: Crypto,
  pin: StoredPeer | null,
  entry: DirectoryEntry,
  logged: LoggedAccount | null,
): Promise<StoredPeer> {
  const next = await nextPin(crypto, pin, entry);
  await checkLogged(crypto, pin, entry, logged);
  // Another identity waits for the person: the pin stays that of the old one, with its leaf.
  if (logged === null || next.changed !== null || equalBytes(next.leafHash, logged.hash)) return next;
  return { ...next, leafHash: logged.hash };
}

async function nextPin(crypto: Crypto, pin: StoredPeer | null, entry: DirectoryEntry): Promise<StoredPeer> {
  const aik = fromBase64(entry.aik);
  const name = displayName(entry.name, entry.username);
  const base = pin ?? barePeer({ account: entry.account, username: entry.username, name, aik });
  if (!equalBytes(base.aik, aik)) {
    const seen = base.changed !== null && equalBytes(base.changed, aik);
    return seen ? base : { ...base, changed: aik };
  }
  const named = base.name === name && base.changed === null ? base : { ...base, name, changed: null };
  const signed = fromBase64(entry.deviceList);
  const { list: claimed, hash: claimedHash } = decodeDeviceList(signed);
  if (isWhole(base) && claimed.version === base.listVersion && equalBytes(claimedHash, base.listHash)) {
    return named;
  }
  const { list: verified, hash } = await verifyDeviceList(crypto, signed, {
    aik,
    account: fromHex(entry.account),
    ...(base.listVersion > 0
      ? { previous: { version: base.listVersion, hash: base.listHash, vaultVersion: base.vaultVersion } }
      : {}),
  });
  const offered = entry.certificates.map(fromBase64);
  const devices: PeerDevice[] = [];
  for (const wanted of verified.certificates) {
    const certificate = offered.find((each) => equalBytes(decodeCertificate(each).hash, wanted));
    if (certificate === undefined)
      throw new ProtocolError('E_FORMAT', 'a certificate of the list is missing');
    devices.push(await pinDevice(crypto, base, certificate));
  }
  if (new Set(devices.map(({ device }) => device)).size !== devices.length) {
    throw new ProtocolError('E_ROSTER', 'a device twice in the list');
  }
  if (devices.some(({ device }) => verified.revoked.some((gone) => deviceId(gone) === device))) {
    throw new ProtocolError('E_ROSTER', 'a revoked device in the list');
  }
  return {
    ...named,
    listVersion: verified.version,
    listHash: hash,
    listed: devices.length,
    vaultVersion: verified.vaultVersion,
    devices,
  };
}

/**
 * The log says the same of this account: its identity has signed the newest leaf, which names this very list, and the name
 * that the entry gives it.
 */
async function checkLogged(
  crypto: Crypto,
  pin: StoredPeer | null,
  entry: DirectoryEntry,
  logged: LoggedAccount | null,
): Promise<void> {
  if (logged === null || entry.leaf === null || entry.username !== logged.leaf.username)
    throw new NotAsLogged();
  const { list, hash } = decodeDeviceList(fromBase64(entry.deviceList));
  if (!equalBytes(logged.leaf.deviceList, hash) || logged.leaf.vaultVersion !== list.vaultVersion)
    throw new NotAsLogged();
  const aik = fromBase64(entry.aik);
  if (!equalBytes(logged.leaf.identity, fingerprint(aik))) throw new NotAsLogged();
  // What was verified once under the same key need not be verified again.
  if (pin !== null && equalBytes(pin.aik, aik) && equalBytes(pin.leafHash, logged.hash)) return;
  const signed = fromBase64(entry.leaf);
  const leaf = await verifyLogLeaf(crypto, signed, { aik, account: fromHex(entry.account) });
  if (!equalBytes(leaf.hash, logged.hash)) throw new NotAsLogged();
}

/**
 * A certificate under the pinned identity. One that has run out is kept: its signatures still hold, and whoever seals
 * leaves the device out by its date.
 */
async function pinDevice(crypto: Crypto, pin: StoredPeer, signed: Uint8Array): Promise<PeerDevice> {
  const { created, expires } = decodeCertificate(signed).certificate;
  const now = crypto.clock();
  const { certificate, hash } = await verifyCertificate(crypto, signed, {
    aik: pin.aik,
    account: fromHex(pin.account),
    now: expires <= now ? created : now,
  });
  if (accountId(certificate.account) !== pin.account) throw unauthentic();
  const device = deviceId(certificate.device);
  const before = pin.devices.find((each) => each.device === device);
  if (before !== undefined && Math.max(...certificate.suites) < Math.max(...before.suites)) {
    throw new ProtocolError('E_SUITE', 'a device that had a higher suite before');
  }
  return {
    device,
    certificateHash: hash,
    signingKey: certificate.signingKey,
    agreementKey: certificate.agreementKey,
    suites: certificate.suites,
    created: certificate.created,
    expires: certificate.expires,
  };
}

/** The device of a pinned person, or null. */
export function findDevice(peer: StoredPeer, device: DeviceId): PeerDevice | null {
  return peer.devices.find((each) => each.device === device) ?? null;
}

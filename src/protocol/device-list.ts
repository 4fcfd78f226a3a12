/**
 * Device lists (protocol/README 3): which certificates an account has now, which devices it revoked, and which version
 * of the vault belongs to it [R10]. Wire: record || HSig "devlist" by the AIK (3,373 B). Versions only grow.
 */
import { concat } from './codec.ts';
import { malformed, ProtocolError, unauthentic } from './errors.ts';
import { equalBytes, hash } from './hash.ts';
import { SIGNATURE_BYTES, type SigningKeyPair, signHybrid, verifyHybrid } from './identity.ts';
import type { Crypto } from './ports.ts';
import { fixed, list, type RecordOf, record, u32 } from './record.ts';

/** Devices of one account. */
const MAX_DEVICES = 5;
/** Revoked devices that a list can remember; more than anybody goes through. */
const MAX_REVOKED = 1000;

export const deviceListRecord = record(2, 'device list', {
  /** 16 B. */
  account: fixed(16),
  /** From 1. */
  version: u32,
  /** Hash of the list before, 32 B; zeros for version 1. */
  previous: fixed(32),
  /** Hashes of certificates without signatures, 32 B each. */
  certificates: list(32, MAX_DEVICES),
  /** Device ids, 16 B each. */
  revoked: list(16, MAX_REVOKED),
  /** From 1; an older vault is refused. */
  vaultVersion: u32,
});
export type DeviceList = RecordOf<typeof deviceListRecord>;

export interface HashedDeviceList {
  readonly list: DeviceList;
  /** H of the record without the signature, 32 B. */
  readonly hash: Uint8Array;
}

const NO_LIST = new Uint8Array(32);

function checkShape({ version, previous, certificates, revoked }: DeviceList): void {
  if (version === 0) throw malformed('device lists count from 1');
  if ((version === 1) !== equalBytes(previous, NO_LIST))
    throw malformed('the first device list has no predecessor, and every other one has');
  for (const items of [certificates, revoked])
    if (new Set(items.map(String)).size !== items.length)
      throw malformed('a device list names something twice');
}

/** Signs a device list. @throws E_FORMAT for more than 5 certificates, doubles, or a wrong predecessor */
export async function signDeviceList(
  crypto: Crypto,
  aik: SigningKeyPair,
  list: DeviceList,
): Promise<Uint8Array> {
  checkShape(list);
  const encoded = deviceListRecord.encode(list);
  return concat(encoded, await signHybrid(crypto, aik, 'devlist', encoded));
}

function split(signed: Uint8Array): readonly [encoded: Uint8Array, signature: Uint8Array] {
  const end = signed.length - SIGNATURE_BYTES;
  if (end <= 0) throw malformed('a device list without its signature');
  return [signed.subarray(0, end), signed.subarray(end)];
}

/** Reads a device list and verifies nothing but its form. @throws E_FORMAT */
export function decodeDeviceList(signed: Uint8Array): HashedDeviceList {
  const [encoded] = split(signed);
  const decoded = deviceListRecord.decode(encoded);
  checkShape(decoded);
  return { list: decoded, hash: hash(encoded) };
}

/**
 * Verifies a device list under the pinned account key, and that it follows what was seen before [R12].
 * @param expected.previous the newest list seen of this account; leave it out for the first contact
 * @throws E_FORMAT, E_AUTH (other account or signature), E_ROSTER (an older version, another list under the same
 *   version, a successor of another list, an older vault)
 */
export async function verifyDeviceList(
  crypto: Pick<Crypto, 'provider'>,
  signed: Uint8Array,
  expected: {
    readonly aik: Uint8Array;
    readonly account: Uint8Array;
    readonly previous?: {
      readonly version: number;
      readonly hash: Uint8Array;
      readonly vaultVersion?: number;
    };
  },
): Promise<HashedDeviceList> {
  const decoded = decodeDeviceList(signed);
  const { list: current } = decoded;
  if (!equalBytes(current.account, expected.account)) throw unauthentic();
  const [encoded, signature] = split(signed);
  if (!(await verifyHybrid(crypto, expected.aik, 'devlist', encoded, signature))) throw unauthentic();
  if (expected.previous) checkSuccession(decoded, expected.previous);
  return decoded;
}

function checkSuccession(
  { list: current, hash: currentHash }: HashedDeviceList,
  previous: { readonly version: number; readonly hash: Uint8Array; readonly vaultVersion?: number },
): void {
  const refuse = (why: string) => new ProtocolError('E_ROSTER', why);
  if (current.version < previous.version) throw refuse('an older device list than the one seen before');
  if (current.version === previous.version && !equalBytes(currentHash, previous.hash))
    throw refuse('two device lists under one version');
  if (current.version === previous.version + 1 && !equalBytes(current.previous, previous.hash))
    throw refuse('a device list that follows another one than was seen');
  if (current.vaultVersion < (previous.vaultVersion ?? 0))
    throw refuse('a device list that names an older vault');
}

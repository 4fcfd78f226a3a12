/**
 * The transparency log (protocol/README 11, "Transparency"): a leaf for each device list that an account publishes, in
 * one tree for the whole workspace, and the log's own word on how large that tree is. A leaf carries H of the identity,
 * not the key, so that replaying all of them stays cheap; the key comes with the directory entry and must hash to it.
 */
import { concat } from './codec.ts';
import { malformed, ProtocolError, unauthentic } from './errors.ts';
import { equalBytes, sha256 } from './hash.ts';
import { fingerprint, SIGNATURE_BYTES, type SigningKeyPair, signHybrid, verifyHybrid } from './identity.ts';
import { leafHash } from './merkle.ts';
import type { Crypto } from './ports.ts';
import { fixed, type RecordOf, record, text, u32, u64 } from './record.ts';

/** Bytes of UTF-8 that a username has in a leaf, at most. */
const MAX_LEAF_USERNAME_BYTES = 64;

/** One that looks like somebody else's, by letters of another script or ones that cannot be seen, is nobody's. */
const USERNAME = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/;

/** Wire: record || HSig "kt-leaf" by the AIK (3,373 B). About 170 bytes without the signature. */
export const logLeafRecord = record(16, 'log leaf', {
  /** 16 B. */
  account: fixed(16),
  username: text(MAX_LEAF_USERNAME_BYTES),
  /** Number of this account's leaf, from 1, without gaps. */
  version: u32,
  /** H(AIK), 32 B. */
  identity: fixed(32),
  /** H of the device list without its signature, 32 B. */
  deviceList: fixed(32),
  /** As the device list says. */
  vaultVersion: u32,
  /** logLeafHash of this account's leaf before, 32 B; zeros in version 1. */
  previous: fixed(32),
});
export type LogLeaf = RecordOf<typeof logLeafRecord>;

/** Wire: record || HSig "kt-head" by the log's key (3,373 B). */
export const logHeadRecord = record(17, 'log head', {
  /** Leaves. */
  size: u64,
  /** RFC 6962 root over all leaves with SHA-256, 32 B. */
  root: fixed(32),
  /** When it was signed, epoch ms. */
  time: u64,
});
export type LogHead = RecordOf<typeof logHeadRecord>;

const NO_LEAF = new Uint8Array(32);

/** What a tree of the log has for a leaf: SHA-256(0x00 || record without the signature), 32 B. */
export const logLeafHash = (encoded: Uint8Array): Uint8Array => leafHash(sha256, encoded);

/** A leaf as it stands in the tree. */
export interface PlacedLeaf {
  readonly leaf: LogLeaf;
  /** logLeafHash, 32 B. */
  readonly hash: Uint8Array;
}

/** A leaf that was read from its signed form. */
export interface DecodedLeaf extends PlacedLeaf {
  /** The record without its signature: what the tree holds. */
  readonly encoded: Uint8Array;
}

/** What a new device list says to the log; the rest of the leaf follows from the account's leaf before. */
export interface LeafOf {
  /** 16 B. */
  readonly account: Uint8Array;
  readonly username: string;
  /** H of the device list without its signature, 32 B. */
  readonly deviceList: Uint8Array;
  readonly vaultVersion: number;
  /** The account's newest leaf, or null for its first. */
  readonly previous: PlacedLeaf | null;
}

/** Signs the leaf that follows `previous`. @throws E_FORMAT for a username that is too long */
export async function signNextLeaf(crypto: Crypto, aik: SigningKeyPair, next: LeafOf): Promise<Uint8Array> {
  const { previous, ...said } = next;
  return signLogLeaf(crypto, aik, {
    ...said,
    version: (previous?.leaf.version ?? 0) + 1,
    identity: fingerprint(aik.publicKey),
    previous: previous?.hash ?? NO_LEAF,
  });
}

/** Signs a leaf as it is given. @throws E_FORMAT */
export async function signLogLeaf(crypto: Crypto, aik: SigningKeyPair, leaf: LogLeaf): Promise<Uint8Array> {
  checkLeaf(leaf);
  const encoded = logLeafRecord.encode(leaf);
  return concat(encoded, await signHybrid(crypto, aik, 'kt-leaf', encoded));
}

function checkLeaf({ version, previous, username }: LogLeaf): void {
  if (version === 0) throw malformed('leaves of the log count from 1');
  if ((version === 1) !== equalBytes(previous, NO_LEAF))
    throw malformed('the first leaf of an account has no predecessor, and every other one has');
  if (!USERNAME.test(username)) throw malformed('a leaf whose username nobody can be registered under');
}

/** Reads a leaf without its signature. @throws E_FORMAT */
export function decodeLogLeaf(encoded: Uint8Array): PlacedLeaf {
  const leaf = logLeafRecord.decode(encoded);
  checkLeaf(leaf);
  return { leaf, hash: logLeafHash(encoded) };
}

function split(signed: Uint8Array, what: string): readonly [encoded: Uint8Array, signature: Uint8Array] {
  const end = signed.length - SIGNATURE_BYTES;
  if (end <= 0) throw malformed(`a ${what} without its signature`);
  return [signed.subarray(0, end), signed.subarray(end)];
}

/** Reads a signed leaf and verifies nothing but its form. @throws E_FORMAT */
export function decodeSignedLeaf(signed: Uint8Array): DecodedLeaf {
  const [encoded] = split(signed, 'leaf');
  return { ...decodeLogLeaf(encoded), encoded: encoded.slice() };
}

/**
 * Verifies a leaf under the account's key (1,984 B). @throws E_FORMAT, E_AUTH for another account, identity or signature
 */
export async function verifyLogLeaf(
  crypto: Pick<Crypto, 'provider'>,
  signed: Uint8Array,
  expected: { readonly aik: Uint8Array; readonly account: Uint8Array },
): Promise<DecodedLeaf> {
  const decoded = decodeSignedLeaf(signed);
  const { account, identity } = decoded.leaf;
  if (!equalBytes(account, expected.account) || !equalBytes(identity, fingerprint(expected.aik)))
    throw unauthentic();
  const [encoded, signature] = split(signed, 'leaf');
  if (!(await verifyHybrid(crypto, expected.aik, 'kt-leaf', encoded, signature))) throw unauthentic();
  return decoded;
}

/** Signs a head with the log's key. */
export async function signLogHead(
  crypto: Crypto,
  logKey: SigningKeyPair,
  head: LogHead,
): Promise<Uint8Array> {
  const encoded = logHeadRecord.encode(head);
  return concat(encoded, await signHybrid(crypto, logKey, 'kt-head', encoded));
}

/** Reads a head and verifies nothing but its form. @throws E_FORMAT */
export function decodeLogHead(signed: Uint8Array): LogHead {
  return logHeadRecord.decode(split(signed, 'head')[0]);
}

/** Verifies a head under the pinned key of the log (1,984 B). @throws E_FORMAT; E_KT for another key or signature */
export async function verifyLogHead(
  crypto: Pick<Crypto, 'provider'>,
  signed: Uint8Array,
  logKey: Uint8Array,
): Promise<LogHead> {
  const [encoded, signature] = split(signed, 'head');
  const head = logHeadRecord.decode(encoded);
  if (!(await verifyHybrid(crypto, logKey, 'kt-head', encoded, signature)))
    throw new ProtocolError('E_KT', 'a head that the log’s key has not signed');
  return head;
}

/**
 * Prekeys (PROTOCOL 3): a signed one that is replaced every 7 days, with a KEM key of last resort, and one-time ones in
 * batches whose leaves stand under one signed root.
 */

import { CLOCK_TOLERANCE_MS } from './certificate.ts';
import { concat } from './codec.ts';
import { malformed, ProtocolError, unauthentic } from './errors.ts';
import { equalBytes, hash } from './hash.ts';
import { SIGNATURE_BYTES, type SigningKeyPair, signHybrid, verifyHybrid } from './identity.ts';
import { inclusionPath, leafHash, root as treeRoot, verifyInclusion } from './merkle.ts';
import type { Crypto } from './ports.ts';
import { bytes, fixed, list, type RecordOf, record, u32, u64 } from './record.ts';
import { ACTIVE_SUITE } from './suite.ts';

/** A new signed prekey is due after so long: 7 days in milliseconds. */
export const SIGNED_PREKEY_ROTATION_MS = 7 * 24 * 3_600_000;
/** The private half is kept for so long after its replacement: 21 days in milliseconds. */
export const SIGNED_PREKEY_KEPT_MS = 21 * 24 * 3_600_000;
/** Senders refuse an older statement: 30 days in milliseconds. */
export const SIGNED_PREKEY_MAX_AGE_MS = 30 * 24 * 3_600_000;
/** One-time prekeys in a batch, at most. */
export const MAX_BATCH = 100;
/** ML-KEM-768, FIPS 203, table 3. */
const KEM_PUBLIC_BYTES = 1184;
const KEM_SEED_BYTES = 64;

/** The private half of a prekey; never exported, never backed up [R18]. */
export interface PrekeySecret {
  readonly id: number;
  /** X25519 secret, 32 B. */
  readonly x25519: Uint8Array;
  /** ML-KEM seed d || z, 64 B. */
  readonly kem: Uint8Array;
  /** Epoch ms. */
  readonly created: number;
}

export const signedPrekeyRecord = record(3, 'signed prekey', {
  id: u32,
  /** 32 B. */
  x25519: fixed(32),
  /** 1,184 B. */
  kem: fixed(KEM_PUBLIC_BYTES),
  /** Epoch ms. */
  created: u64,
});
export type SignedPrekey = RecordOf<typeof signedPrekeyRecord>;

export const oneTimePrekeyRecord = record(4, 'one-time prekey', {
  id: u32,
  /** 32 B. */
  x25519: fixed(32),
  /** 1,184 B. */
  kem: fixed(KEM_PUBLIC_BYTES),
});
export type OneTimePrekey = RecordOf<typeof oneTimePrekeyRecord>;
const LEAF_BYTES = oneTimePrekeyRecord.encode({
  id: 0,
  x25519: new Uint8Array(32),
  kem: new Uint8Array(KEM_PUBLIC_BYTES),
}).length;

export const prekeyRootRecord = record(5, 'prekey root', {
  /** Leaves under it, 1 to 100. */
  size: u32,
  /** 32 B. */
  root: fixed(32),
  /** Epoch ms. */
  created: u64,
});
const ROOT_BYTES =
  prekeyRootRecord.encode({ size: 0, root: new Uint8Array(32), created: 0 }).length + SIGNATURE_BYTES;

export const prekeyBatchRecord = record(6, 'prekey batch', {
  /** Root record || HSig "otp". */
  root: bytes(ROOT_BYTES),
  leaves: list(LEAF_BYTES, MAX_BATCH),
});

/** A new pair under this id: its public halves, and what to keep. */
async function createPrekey(crypto: Crypto, id: number, created: number) {
  const secret: PrekeySecret = { id, x25519: crypto.random(32), kem: crypto.random(KEM_SEED_BYTES), created };
  const x25519 = await crypto.provider.x25519PublicKey(secret.x25519);
  const { publicKey: kem } = await crypto.provider.mlKemKeyPair(ACTIVE_SUITE, secret.kem);
  return { secret, id, x25519, kem };
}

/**
 * Makes and signs a prekey: record || HSig "spk" by the DIK.
 * @param id up to 2^32 - 1, never reused by this device
 */
export async function createSignedPrekey(
  crypto: Crypto,
  dik: SigningKeyPair,
  id: number,
): Promise<{ readonly signed: Uint8Array; readonly secret: PrekeySecret }> {
  const created = crypto.clock();
  const { secret, x25519, kem } = await createPrekey(crypto, id, created);
  const encoded = signedPrekeyRecord.encode({ id, x25519, kem, created });
  return { signed: concat(encoded, await signHybrid(crypto, dik, 'spk', encoded)), secret };
}

function split(signed: Uint8Array): readonly [encoded: Uint8Array, signature: Uint8Array] {
  const end = signed.length - SIGNATURE_BYTES;
  if (end <= 0) throw malformed('a prekey without its signature');
  return [signed.subarray(0, end), signed.subarray(end)];
}

/** Reads a statement and verifies nothing but its form; `hash` is H of the record without signature, 32 B. @throws E_FORMAT */
export function decodeSignedPrekey(signed: Uint8Array): {
  readonly prekey: SignedPrekey;
  readonly hash: Uint8Array;
} {
  const [encoded] = split(signed);
  return { prekey: signedPrekeyRecord.decode(encoded), hash: hash(encoded) };
}

/**
 * Verifies a statement under the device's signing key.
 * @param expected.signingKey of the verified certificate, 1,984 B; `now` epoch ms
 * @throws E_FORMAT, E_STALE (older than 30 days, or from a future more than 24 h away), E_AUTH
 */
export async function verifySignedPrekey(
  crypto: Pick<Crypto, 'provider'>,
  signed: Uint8Array,
  expected: { readonly signingKey: Uint8Array; readonly now: number },
): Promise<{ readonly prekey: SignedPrekey; readonly hash: Uint8Array }> {
  const decoded = decodeSignedPrekey(signed);
  const age = expected.now - decoded.prekey.created;
  if (age > SIGNED_PREKEY_MAX_AGE_MS || age < -CLOCK_TOLERANCE_MS)
    throw new ProtocolError('E_STALE', 'the signed prekey is too old, or from the future');
  const [encoded, signature] = split(signed);
  if (!(await verifyHybrid(crypto, expected.signingKey, 'spk', encoded, signature))) throw unauthentic();
  return decoded;
}

/**
 * Makes one-time prekeys with ids from `firstId` up, under one signed root.
 * @param count 1 to 100
 * @returns the batch to upload, and the secrets in the order of its leaves
 * @throws E_LIMIT
 */
export async function createPrekeyBatch(
  crypto: Crypto,
  dik: SigningKeyPair,
  firstId: number,
  count: number,
): Promise<{ readonly batch: Uint8Array; readonly secrets: PrekeySecret[] }> {
  if (!Number.isSafeInteger(count) || count < 1 || count > MAX_BATCH)
    throw new ProtocolError('E_LIMIT', `a batch holds 1 to ${MAX_BATCH} prekeys`);
  const created = crypto.clock();
  const secrets: PrekeySecret[] = [];
  const leaves: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const { secret, ...prekey } = await createPrekey(crypto, firstId + i, created);
    secrets.push(secret);
    leaves.push(oneTimePrekeyRecord.encode(prekey));
  }
  const root = prekeyRootRecord.encode({ size: count, root: treeRoot(hash, leafHashes(leaves)), created });
  const signedRoot = concat(root, await signHybrid(crypto, dik, 'otp', root));
  return { batch: prekeyBatchRecord.encode({ root: signedRoot, leaves }), secrets };
}

const leafHashes = (leaves: readonly Uint8Array[]): Uint8Array[] =>
  leaves.map((leaf) => leafHash(hash, leaf));

/**
 * Reads a batch and checks that its leaves make its root; verifies no signature.
 * @returns the signed root, the encoded leaves, and their ids in the same order
 * @throws E_FORMAT
 */
export function decodePrekeyBatch(batch: Uint8Array): {
  readonly root: Uint8Array;
  readonly leaves: readonly Uint8Array[];
  readonly ids: readonly number[];
} {
  const { root, leaves } = prekeyBatchRecord.decode(batch);
  const [encoded] = split(root);
  const statement = prekeyRootRecord.decode(encoded);
  if (leaves.length === 0 || statement.size !== leaves.length)
    throw malformed('a batch of another size than its root');
  if (!equalBytes(statement.root, treeRoot(hash, leafHashes(leaves))))
    throw malformed('a batch under another root');
  const ids = leaves.map((leaf) => oneTimePrekeyRecord.decode(leaf).id);
  if (new Set(ids).size !== ids.length) throw malformed('a batch that names an id twice');
  return { root, leaves, ids };
}

/** Sibling hashes of one leaf, from the leaf up, 32 B each; `leaves` are encoded. @throws E_FORMAT when there is no such leaf */
export function prekeyPath(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  return inclusionPath(hash, leafHashes(leaves), index);
}

/**
 * Verifies one prekey as the relay hands it out: the path first, then the root's signature [R41].
 * @param served.leaf encoded leaf; `path` sibling hashes; `root` the signed root
 * @param expected.signingKey of the verified certificate, 1,984 B
 * @returns the prekey, and the leaf's hash in the tree (32 B)
 * @throws E_FORMAT, E_AUTH
 */
export async function verifyOneTimePrekey(
  crypto: Pick<Crypto, 'provider'>,
  served: {
    readonly leaf: Uint8Array;
    readonly path: readonly Uint8Array[];
    readonly index: number;
    readonly size: number;
    readonly root: Uint8Array;
  },
  expected: { readonly signingKey: Uint8Array },
): Promise<OneTimePrekey & { readonly leafHash: Uint8Array }> {
  const prekey = oneTimePrekeyRecord.decode(served.leaf);
  const [encoded, signature] = split(served.root);
  const { size, root } = prekeyRootRecord.decode(encoded);
  if (size !== served.size || size > MAX_BATCH) throw unauthentic();
  const leaf = leafHash(hash, served.leaf);
  if (!verifyInclusion(hash, { leaf, index: served.index, size, path: served.path, root }))
    throw unauthentic();
  if (!(await verifyHybrid(crypto, expected.signingKey, 'otp', encoded, signature))) throw unauthentic();
  return { ...prekey, leafHash: leaf };
}

/**
 * One-time prekeys: batches whose leaves stand under one signed root, and are handed out one by one
 * (protocol/README 3).
 */
import { concat } from './codec.ts';
import { malformed, ProtocolError, unauthentic } from './errors.ts';
import { equalBytes, hash } from './hash.ts';
import { SIGNATURE_BYTES, type Signer, signHybrid, verifyHybrid } from './identity.ts';
import { inclusionPath, leafHash, root as treeRoot, verifyInclusion } from './merkle.ts';
import type { Crypto } from './ports.ts';
import { createPrekey, type PrekeySecret, prekeyFields } from './prekey-pair.ts';
import { bytes, fixed, list, type RecordOf, record, u32, u64 } from './record.ts';

/** One-time prekeys in a batch, at most. */
export const MAX_BATCH = 100;

export const oneTimePrekeyRecord = record(4, 'one-time prekey', {
  ...prekeyFields,
});
export type OneTimePrekey = RecordOf<typeof oneTimePrekeyRecord>;
const LEAF_BYTES = oneTimePrekeyRecord.encode({
  id: 0,
  x25519: new Uint8Array(32),
  kem: new Uint8Array(prekeyFields.kem.max),
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

/**
 * Makes one-time prekeys with ids from `firstId` up, under one signed root.
 * @param count 1 to 100
 * @returns the batch to upload, and the secrets in the order of its leaves
 * @throws E_LIMIT
 */
export async function createPrekeyBatch(
  crypto: Crypto,
  dik: Signer,
  firstId: number,
  count: number,
): Promise<{ readonly batch: Uint8Array; readonly secrets: PrekeySecret[] }> {
  if (!Number.isSafeInteger(count) || count < 1 || count > MAX_BATCH)
    throw new ProtocolError('E_LIMIT', `a batch holds 1 to ${MAX_BATCH} prekeys`);
  const created = crypto.clock();
  const secrets: PrekeySecret[] = [];
  const leaves: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const { secret, prekey } = await createPrekey(crypto, firstId + i, created);
    secrets.push(secret);
    leaves.push(oneTimePrekeyRecord.encode(prekey));
  }
  const root = prekeyRootRecord.encode({ size: count, root: treeRoot(hash, leafHashes(leaves)), created });
  const signedRoot = concat(root, await signHybrid(crypto, dik, 'otp', root));
  return { batch: prekeyBatchRecord.encode({ root: signedRoot, leaves }), secrets };
}

function splitRoot(signed: Uint8Array): readonly [encoded: Uint8Array, signature: Uint8Array] {
  const end = signed.length - SIGNATURE_BYTES;
  if (end <= 0) throw malformed('a prekey root without its signature');
  return [signed.subarray(0, end), signed.subarray(end)];
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
  const [encoded] = splitRoot(root);
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
  const [encoded, signature] = splitRoot(served.root);
  const { size, root } = prekeyRootRecord.decode(encoded);
  if (size !== served.size || size > MAX_BATCH) throw unauthentic();
  const leaf = leafHash(hash, served.leaf);
  if (!verifyInclusion(hash, { leaf, index: served.index, size, path: served.path, root }))
    throw unauthentic();
  if (!(await verifyHybrid(crypto, expected.signingKey, 'otp', encoded, signature))) throw unauthentic();
  return { ...prekey, leafHash: leaf };
}

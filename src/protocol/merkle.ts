/**
 * Merkle trees as in RFC 6962, 2.1, with the hash as an argument: H for prekey batches and handshake roots, SHA-256 for
 * transparency and files. Leaves are hashed behind 0x00, nodes behind 0x01, so that neither can stand for the other.
 */
import { malformed } from './errors.ts';
import { equalBytes } from './hash.ts';

/** A hash over the concatenation of its arguments, 32 B. */
export type TreeHash = (...parts: readonly Uint8Array[]) => Uint8Array;

const HASH_BYTES = 32;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Hash of a leaf's data: H(0x00 || data), 32 B. */
export const leafHash = (hash: TreeHash, data: Uint8Array): Uint8Array => hash(LEAF, data);
/** Hash of two nodes' parent: H(0x01 || left || right), 32 B. */
export const nodeHash = (hash: TreeHash, left: Uint8Array, right: Uint8Array): Uint8Array =>
  hash(NODE, left, right);

/** The largest power of two below `size`: where RFC 6962 splits a tree. For sizes from 2. */
export function splitPoint(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** The root over leaf hashes (32 B each), 32 B; H of nothing for no leaves. */
export function root(hash: TreeHash, leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return hash();
  if (leaves.length === 1) return only;
  const split = splitPoint(leaves.length);
  return nodeHash(hash, root(hash, leaves.slice(0, split)), root(hash, leaves.slice(split)));
}

/**
 * The sibling hashes of one leaf, from the leaf up (RFC 6962, 2.1.1).
 * @param leaves leaf hashes
 * @throws E_FORMAT when there is no such leaf
 */
export function inclusionPath(hash: TreeHash, leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= leaves.length) throw malformed('no such leaf');
  if (leaves.length === 1) return [];
  const split = splitPoint(leaves.length);
  const left = leaves.slice(0, split);
  const right = leaves.slice(split);
  return index < split
    ? [...inclusionPath(hash, left, index), root(hash, right)]
    : [...inclusionPath(hash, right, index - split), root(hash, left)];
}

const areSizes = (...sizes: readonly number[]): boolean =>
  sizes.every((size) => Number.isSafeInteger(size) && size >= 0);
const areHashes = (...hashes: readonly Uint8Array[]): boolean =>
  hashes.every((each) => each.length === HASH_BYTES);

/** Whether a leaf stands at `index` in the tree of `size` leaves with this root (RFC 9162, 2.1.3.2). */
export function verifyInclusion(
  hash: TreeHash,
  proof: {
    /** 32 B. */
    readonly leaf: Uint8Array;
    readonly index: number;
    readonly size: number;
    /** Sibling hashes from the leaf up, 32 B each. */
    readonly path: readonly Uint8Array[];
    /** 32 B. */
    readonly root: Uint8Array;
  },
): boolean {
  const { leaf, index, size, path } = proof;
  if (!areSizes(index, size) || index >= size || !areHashes(leaf, proof.root, ...path)) return false;
  let position = index;
  let last = size - 1;
  let reached = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      reached = nodeHash(hash, sibling, reached);
      // A node at the right edge has no sibling until its number is odd: it moves up by itself.
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, Math.floor(last / 2)];
    } else reached = nodeHash(hash, reached, sibling);
    [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  }
  return last === 0 && equalBytes(reached, proof.root);
}

/**
 * The hashes that show that the tree of all leaves continues the tree of the first `size` ones (RFC 6962, 2.1.2).
 * @param leaves leaf hashes
 * @throws E_FORMAT unless 0 < size <= leaves.length
 */
export function consistencyPath(hash: TreeHash, leaves: readonly Uint8Array[], size: number): Uint8Array[] {
  if (!Number.isSafeInteger(size) || size <= 0 || size > leaves.length) throw malformed('no such tree');
  return subproof(hash, leaves, size, true);
}

function subproof(hash: TreeHash, leaves: readonly Uint8Array[], size: number, whole: boolean): Uint8Array[] {
  if (size === leaves.length) return whole ? [] : [root(hash, leaves)];
  const split = splitPoint(leaves.length);
  const left = leaves.slice(0, split);
  const right = leaves.slice(split);
  return size <= split
    ? [...subproof(hash, left, size, whole), root(hash, right)]
    : [...subproof(hash, right, size - split, false), root(hash, left)];
}

/**
 * Whether the larger tree continues the smaller one (RFC 9162, 2.1.4.2). An empty tree proves nothing: false, unless
 * both are the same empty tree.
 */
export function verifyConsistency(
  hash: TreeHash,
  proof: {
    readonly from: { readonly size: number; readonly root: Uint8Array };
    readonly to: { readonly size: number; readonly root: Uint8Array };
    /** 32 B each. */
    readonly path: readonly Uint8Array[];
  },
): boolean {
  const { from, to, path } = proof;
  if (!areSizes(from.size, to.size) || from.size > to.size) return false;
  if (!areHashes(from.root, to.root, ...path)) return false;
  if (from.size === to.size) return path.length === 0 && equalBytes(from.root, to.root);
  if (from.size === 0) return false;
  let position = from.size - 1;
  let last = to.size - 1;
  while (position % 2 === 1) [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  // A smaller tree that is one whole subtree of the larger one is the proof's first hash itself.
  const hashes = position === 0 ? [from.root, ...path] : path;
  const [first, ...rest] = hashes;
  if (first === undefined) return false;
  let before = first;
  let after = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      before = nodeHash(hash, sibling, before);
      after = nodeHash(hash, sibling, after);
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, Math.floor(last / 2)];
    } else after = nodeHash(hash, after, sibling);
    [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  }
  return last === 0 && equalBytes(before, from.root) && equalBytes(after, to.root);
}

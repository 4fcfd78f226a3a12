/** The paths of all leaves of a batch at once: a hundred paths for the price of one tree (RFC 6962, 2.1). */

/** Path of each leaf: sibling hashes (SHA3-256) from the leaf up, 32 bytes each, one after another. */
export function prekeyPaths(leaves: readonly Uint8Array[]): Uint8Array[] {
  const paths: Uint8Array[][] = leaves.map(() => []);
  if (leaves.length > 0) climb(leaves, paths, 0, leaves.length);
  return paths.map((path) => Buffer.concat(path));
}

/** The hash of the subtree over leaves `from` to `to`; adds its siblings to their paths. */
function climb(
  leaves: readonly Uint8Array[],
  paths: readonly Uint8Array[][],
  from: number,
  to: number,
): Uint8Array {
  if (to - from === 1) return sha3(LEAF, leaves[from] ?? new Uint8Array());
  // The left part is the largest power of two below the size.
  const middle = from + 2 ** Math.floor(Math.log2(to - from - 1));
  const left = climb(leaves, paths, from, middle);
  const right = climb(leaves, paths, middle, to);
  for (let index = from; index < to; index++) paths[index]?.push(index < middle ? right : left);
  return sha3(NODE, left, right);
}

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

function sha3(...parts: readonly Uint8Array[]): Uint8Array {
  const hasher = new Bun.CryptoHasher('sha3-256');
  for (const part of parts) hasher.update(part);
  return hasher.digest();
}

import { expect, test } from 'bun:test';
import { utf8 } from './codec.ts';
import { sha256 } from './hash.ts';
import { consistencyPath, leafHash, root, verifyConsistency } from './merkle.ts';
import { MerkleLog } from './merkle-log.ts';

const MOST = 64;
const leaves = Array.from({ length: MOST }, (_, i) => leafHash(sha256, utf8(`leaf ${i}`)));
const log = new MerkleLog(sha256);
for (const leaf of leaves) log.append(leaf);

test('every size it ever had has the root of RFC 6962', () => {
  for (let size = 0; size <= MOST; size++)
    expect(log.root(size)).toEqual(root(sha256, leaves.slice(0, size)));
});

test('a tree that is still growing has the same roots at every step', () => {
  const growing = new MerkleLog(sha256);
  leaves.forEach((leaf, i) => {
    growing.append(leaf);
    expect(growing.root()).toEqual(log.root(i + 1));
  });
});

test('every two sizes are consistent by the same path as over all leaves, and the path verifies', () => {
  for (let to = 1; to <= MOST; to++)
    for (let from = 1; from <= to; from++) {
      const path = log.consistency(from, to);
      expect(path).toEqual(consistencyPath(sha256, leaves.slice(0, to), from));
      const proof = {
        from: { size: from, root: log.root(from) },
        to: { size: to, root: log.root(to) },
        path,
      };
      expect(verifyConsistency(sha256, proof)).toBe(true);
    }
});

test('sizes that it has not had are refused', () => {
  for (const size of [-1, 0.5, MOST + 1, Number.NaN]) expect(() => log.root(size)).toThrow('no such tree');
  expect(() => log.consistency(0, 4)).toThrow('no such tree');
  expect(() => log.consistency(5, 4)).toThrow('no such tree');
  expect(() => log.consistency(5, MOST + 1)).toThrow('no such tree');
});

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { prekeyPath } from '../protocol/prekeys.ts';
import { prekeyPaths } from './prekey-paths.ts';
import { siblings } from './published.ts';

test('every path is the one that the protocol computes alone', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 1, maxLength: 40 }), (leaves) => {
      const paths = prekeyPaths(leaves).map(siblings);
      for (const [index] of leaves.entries())
        expect(paths[index]?.map((hash) => hash.toHex())).toEqual(
          prekeyPath(leaves, index).map((hash) => hash.toHex()),
        );
    }),
    { numRuns: 40 },
  );
});

test('no leaves, no paths; one leaf is the root itself', () => {
  expect(prekeyPaths([])).toEqual([]);
  expect(prekeyPaths([new Uint8Array([1])]).map((path) => path.length)).toEqual([0]);
});

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { handshakeTree, isHandshakeProven } from './handshake.ts';
import { hash } from './hash.ts';
import { inclusionPath, leafHash, root as treeRoot } from './merkle.ts';

const transcript = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('every handshake of a message is proven by its own path, and no other is', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(transcript, { minLength: 1, maxLength: 40, selector: String }),
      transcript,
      (all, stranger) => {
        const { root, proofs } = handshakeTree(all);
        const leaves = all.map((each) => leafHash(hash, each));
        expect(root).toEqual(treeRoot(hash, leaves));
        expect(proofs.map(({ path }) => path)).toEqual(leaves.map((_, i) => inclusionPath(hash, leaves, i)));
        for (const [i, proof] of proofs.entries()) {
          const own = all[i] ?? stranger;
          expect(isHandshakeProven(own, proof, root)).toBe(true);
          if (!all.some((other) => String(other) === String(stranger)))
            expect(isHandshakeProven(stranger, proof, root)).toBe(false);
          const next = all[(i + 1) % all.length] ?? own;
          expect(isHandshakeProven(next, proof, root)).toBe(next === own);
          expect(isHandshakeProven(own, proof, new Uint8Array())).toBe(false);
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('no handshake has an empty root, and 1,025 are too many', () => {
  expect(handshakeTree([])).toEqual({ root: new Uint8Array(), proofs: [] });
  const many = Array.from({ length: 1025 }, (_, i) => new Uint8Array(32).fill(i % 256).with(0, i >> 8));
  expect(() => handshakeTree(many)).toThrow('E_LIMIT');
  const { proofs } = handshakeTree(many.slice(1));
  expect(Math.max(...proofs.map(({ path }) => path.length))).toBe(10);
});

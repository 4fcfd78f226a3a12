import { describe, expect, test } from 'bun:test';
import { utf8 } from './codec.ts';
import { hash, sha256 } from './hash.ts';
import {
  consistencyPath,
  inclusionPath,
  leafHash,
  root,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';

const MOST = 64;
const data = Array.from({ length: MOST }, (_, i) => utf8(`leaf ${i}`));
const flipped = (bytes: Uint8Array): Uint8Array => bytes.with(0, (bytes[0] ?? 0) ^ 1);

describe.each([
  ['SHA-256', sha256],
  ['H', hash],
] as const)('with %s', (_, h) => {
  const leaves = data.map((each) => leafHash(h, each));
  const roots = Array.from({ length: MOST + 1 }, (_, size) => root(h, leaves.slice(0, size)));
  const rootOf = (size: number): Uint8Array => roots[size] ?? new Uint8Array();

  test('every leaf of every tree up to 64 proves itself, and nothing else', () => {
    for (let size = 1; size <= MOST; size++)
      for (let index = 0; index < size; index++) {
        const path = inclusionPath(h, leaves.slice(0, size), index);
        const proof = { leaf: leaves[index] ?? new Uint8Array(), index, size, path, root: rootOf(size) };
        expect(verifyInclusion(h, proof)).toBe(true);
        expect(verifyInclusion(h, { ...proof, index: index + 1 })).toBe(false);
        expect(verifyInclusion(h, { ...proof, index: index - 1 })).toBe(false);
        expect(verifyInclusion(h, { ...proof, leaf: flipped(proof.leaf) })).toBe(false);
        expect(verifyInclusion(h, { ...proof, root: flipped(proof.root) })).toBe(false);
        expect(verifyInclusion(h, { ...proof, path: [...path, rootOf(1)] })).toBe(false);
        if (path.length > 0) expect(verifyInclusion(h, { ...proof, path: path.slice(1) })).toBe(false);
        for (let at = 0; at < path.length; at++)
          expect(
            verifyInclusion(h, { ...proof, path: path.map((each, i) => (i === at ? flipped(each) : each)) }),
          ).toBe(false);
      }
  });

  test('every tree up to 64 continues every smaller one, and no other', () => {
    for (let to = 1; to <= MOST; to++)
      for (let from = 1; from <= to; from++) {
        const path = consistencyPath(h, leaves.slice(0, to), from);
        const proof = { from: { size: from, root: rootOf(from) }, to: { size: to, root: rootOf(to) }, path };
        expect(verifyConsistency(h, proof)).toBe(true);
        expect(verifyConsistency(h, { ...proof, from: { size: from, root: flipped(rootOf(from)) } })).toBe(
          false,
        );
        expect(verifyConsistency(h, { ...proof, to: { size: to, root: flipped(rootOf(to)) } })).toBe(false);
        expect(verifyConsistency(h, { ...proof, path: [...path, rootOf(1)] })).toBe(false);
        expect(verifyConsistency(h, { ...proof, path: [rootOf(1), ...path] })).toBe(false);
        if (from < to) {
          expect(verifyConsistency(h, { ...proof, from: proof.to, to: proof.from })).toBe(false);
          expect(verifyConsistency(h, { ...proof, from: { size: from + 1, root: rootOf(from) } })).toBe(
            false,
          );
          expect(verifyConsistency(h, { ...proof, path: path.slice(1) })).toBe(false);
          expect(verifyConsistency(h, { ...proof, path: path.slice(0, -1) })).toBe(false);
          for (let at = 0; at < path.length; at++)
            expect(
              verifyConsistency(h, {
                ...proof,
                path: path.map((each, i) => (i === at ? flipped(each) : each)),
              }),
            ).toBe(false);
        }
      }
  });

  test('a history that was rewritten continues nothing', () => {
    const forged = leaves.with(3, flipped(leaves[3] ?? new Uint8Array()));
    for (let from = 4; from < MOST; from++)
      expect(
        verifyConsistency(h, {
          from: { size: from, root: rootOf(from) },
          to: { size: MOST, root: root(h, forged) },
          path: consistencyPath(h, forged, from),
        }),
      ).toBe(false);
  });

  test('a path is as long as its tree is high, even where a longer one reaches the root', () => {
    const second = { leaf: leaves[1] ?? new Uint8Array(), path: [rootOf(1)], root: rootOf(2) };
    expect(verifyInclusion(h, { ...second, index: 1, size: 2 })).toBe(true);
    expect(verifyInclusion(h, { ...second, index: 0, size: 1 })).toBe(false);
    // Eight continue seven by the path by which four continue three, and one hash more.
    const path = consistencyPath(h, leaves.slice(0, 8), 7);
    const roots78 = [rootOf(7), rootOf(8)] as const;
    const claim = (from: number, to: number) =>
      verifyConsistency(h, {
        from: { size: from, root: roots78[0] },
        to: { size: to, root: roots78[1] },
        path,
      });
    expect(claim(7, 8)).toBe(true);
    expect(claim(3, 4)).toBe(false);
  });

  test('an empty tree is the hash of nothing and proves nothing', () => {
    expect(root(h, [])).toEqual(h());
    const empty = { size: 0, root: h() };
    expect(verifyConsistency(h, { from: empty, to: empty, path: [] })).toBe(true);
    expect(verifyConsistency(h, { from: empty, to: { size: 5, root: rootOf(5) }, path: [] })).toBe(false);
    expect(verifyInclusion(h, { leaf: rootOf(1), index: 0, size: 0, path: [], root: h() })).toBe(false);
  });

  test('a node is no leaf', () => {
    const [left, right] = leaves;
    if (!left || !right) throw new Error('no leaves');
    const node = root(h, [left, right]);
    expect(leafHash(h, new Uint8Array([...left, ...right]))).not.toEqual(node);
  });

  test('sizes and hashes that are none are refused', () => {
    const good = { leaf: rootOf(1), index: 0, size: 1, path: [], root: rootOf(1) };
    expect(verifyInclusion(h, good)).toBe(true);
    for (const wrong of [-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
      expect(verifyInclusion(h, { ...good, index: wrong })).toBe(false);
      expect(verifyInclusion(h, { ...good, size: wrong })).toBe(false);
    }
    for (const length of [0, 31, 33])
      expect(
        verifyInclusion(h, { ...good, leaf: new Uint8Array(length), root: new Uint8Array(length) }),
      ).toBe(false);
    expect(() => inclusionPath(h, leaves, MOST)).toThrow('E_FORMAT');
    expect(() => inclusionPath(h, leaves, -1)).toThrow('E_FORMAT');
    expect(() => consistencyPath(h, leaves, 0)).toThrow('E_FORMAT');
    expect(() => consistencyPath(h, leaves, MOST + 1)).toThrow('E_FORMAT');
  });
});

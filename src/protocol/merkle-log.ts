/**
 * A growing RFC 6962 tree that keeps the hash of every whole subtree, so that roots and proofs of any size it ever had
 * cost a few hashes and not a walk over all leaves. Same answers as merkle.ts, which says them more plainly.
 */
import { malformed } from './errors.ts';
import { nodeHash, splitPoint, type TreeHash } from './merkle.ts';

export class MerkleLog {
  /** `levels[h][i]`: the subtree of 2^h leaves that begins at leaf i * 2^h. */
  private readonly levels: Uint8Array[][] = [[]];

  constructor(private readonly hash: TreeHash) {}

  /** Another one with the same leaves, which grows by itself. */
  copy(): MerkleLog {
    const copy = new MerkleLog(this.hash);
    copy.levels.splice(0, 1, ...this.levels.map((level) => [...level]));
    return copy;
  }

  /** Leaves. */
  get size(): number {
    return this.level(0).length;
  }

  private level(height: number): Uint8Array[] {
    const known = this.levels[height];
    if (known !== undefined) return known;
    const fresh: Uint8Array[] = [];
    this.levels[height] = fresh;
    return fresh;
  }

  /** Adds a leaf by its leafHash (32 B). */
  append(leaf: Uint8Array): void {
    let height = 0;
    let right = leaf;
    this.level(0).push(leaf);
    // Each subtree that this leaf makes whole joins the one to its left.
    while (this.level(height).length % 2 === 0) {
      const left = this.level(height).at(-2);
      if (left === undefined) return;
      right = nodeHash(this.hash, left, right);
      height += 1;
      this.level(height).push(right);
    }
  }

  /** The root of the first `size` leaves, 32 B; of all of them when left out. @throws E_FORMAT when it has fewer */
  root(size = this.size): Uint8Array {
    this.check(size);
    return size === 0 ? this.hash() : this.range(0, size);
  }

  /**
   * The hashes that show that the tree of `to` leaves continues the one of `from` (RFC 6962, 2.1.2).
   * @throws E_FORMAT unless 0 < from <= to <= size
   */
  consistency(from: number, to = this.size): Uint8Array[] {
    this.check(to);
    if (!Number.isSafeInteger(from) || from <= 0 || from > to) throw malformed('no such tree');
    return this.subproof(0, to, from, true);
  }

  private check(size: number): void {
    if (!Number.isSafeInteger(size) || size < 0 || size > this.size) throw malformed('no such tree');
  }

  /** The node over leaves `start` to `end`, a range that RFC 6962's splitting gives. */
  private range(start: number, end: number): Uint8Array {
    const length = end - start;
    const height = Math.log2(length);
    const whole = Number.isInteger(height) ? this.levels[height]?.[start / length] : undefined;
    if (whole !== undefined) return whole;
    const middle = start + splitPoint(length);
    return nodeHash(this.hash, this.range(start, middle), this.range(middle, end));
  }

  private subproof(start: number, end: number, size: number, isWhole: boolean): Uint8Array[] {
    if (start + size === end) return isWhole ? [] : [this.range(start, end)];
    const split = splitPoint(end - start);
    const middle = start + split;
    return size <= split
      ? [...this.subproof(start, middle, size, isWhole), this.range(middle, end)]
      : [...this.subproof(middle, end, size - split, false), this.range(start, middle)];
  }
}

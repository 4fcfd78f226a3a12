import { giveBack } from './bytes.ts';

/**
 * Large buffers of one length that are used again and again: the system would take the memory back in between, and hand it out anew.
 * What was in one of them is still there when it is taken again.
 */
export class SpareBytes {
  private readonly spare: ArrayBuffer[] = [];

  /** @param most of them that are kept */
  constructor(private readonly most: number) {}

  /** Bytes that the taker writes over, all of them. */
  take(length: number): Uint8Array<ArrayBuffer> {
    const last = this.spare.at(-1);
    if (last?.byteLength !== length) return new Uint8Array(length);
    this.spare.pop();
    return new Uint8Array(last);
  }

  /** What looks at the same buffer is empty after that. */
  giveBack(bytes: Uint8Array): void {
    const { buffer } = bytes;
    // Another length is wanted by now.
    if (this.spare[0]?.byteLength !== buffer.byteLength) this.clear();
    if (buffer instanceof ArrayBuffer && buffer.transfer !== undefined && this.spare.length < this.most)
      this.spare.push(buffer.transfer());
    else giveBack(bytes);
  }

  /** Keeps none. */
  clear(): void {
    for (const buffer of this.spare.splice(0)) giveBack(new Uint8Array(buffer));
  }
}

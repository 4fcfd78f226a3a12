/** Small reads of a large file: what is asked for lies in a block that was read before, mostly. */
import type { FileSource } from '../ports.ts';

const BLOCK_BYTES = 256 * 1024;
const OVERLAP_BYTES = 64;
const MAX_SEARCHED_BYTES = 8 * 1024 * 1024;

/** The file is not what its beginning says, or has more parts than any honest one. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

export class Scan {
  private block: Uint8Array = new Uint8Array();
  private start = 0;

  constructor(private readonly source: FileSource) {}

  get size(): number {
    return this.source.size;
  }

  /** Bytes `from` to `to` (exclusive), at most a block. @throws Unreadable beyond the end */
  async bytes(from: number, to: number): Promise<Uint8Array> {
    if (from < 0 || to < from || to > this.size || to - from > BLOCK_BYTES)
      throw new Unreadable('a part that lies outside');
    if (from < this.start || to > this.start + this.block.length) {
      this.block = await this.source.read(from, Math.min(this.size, from + BLOCK_BYTES));
      this.start = from;
    }
    return this.block.subarray(from - this.start, to - this.start);
  }

  /** What is there of `length` bytes at `from`. */
  here(from: number, length: number): Promise<Uint8Array> {
    return this.bytes(Math.min(from, this.size), Math.min(from + length, this.size));
  }

  /** Whether `says` is true of any stretch between two places, a word across two stretches included; more than 8 MiB are taken as yes. */
  async some(from: number, to: number, says: (bytes: Uint8Array) => boolean): Promise<boolean> {
    if (to - from > MAX_SEARCHED_BYTES) return true;
    for (let at = from; at < to; at += BLOCK_BYTES - OVERLAP_BYTES)
      if (says(await this.bytes(at, Math.min(to, at + BLOCK_BYTES)))) return true;
    return false;
  }

  /** `bytes`, to read numbers from. */
  async view(from: number, to: number): Promise<DataView> {
    const bytes = await this.bytes(from, to);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

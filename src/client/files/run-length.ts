/**
 * How many chunks one request may take. On a good line many: one answer, and one wait for the server's disk, for all of them. On a slow
 * one a single chunk, so that little is lost when it is cut.
 */
import { MAX_RUN_CHUNKS } from '../../contract/files.ts';

/** A request that was answered within so many milliseconds may have been larger. */
const QUICK_MS = 1000;
/** One that took longer is too large. */
const SLOW_MS = 4000;

export class RunLength {
  private most = 1;
  private ceiling: number = MAX_RUN_CHUNKS;

  /** Chunks for the next request. */
  get now(): number {
    return Math.min(this.most, this.ceiling);
  }

  /** A request of so many chunks was answered after so many milliseconds. */
  answered(chunks: number, ms: number): void {
    if (ms > SLOW_MS) this.most = Math.max(1, Math.floor(chunks / 2));
    else if (ms <= QUICK_MS && chunks >= this.most) this.most = Math.min(MAX_RUN_CHUNKS, this.most * 2);
  }

  /** One was too large, or not answered: for a proxy, a server that is busy, or something on the way that takes none of this size. */
  tooLong(chunks: number): void {
    this.ceiling = Math.max(1, Math.floor(chunks / 2));
  }
}

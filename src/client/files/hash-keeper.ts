/** Keeps hashes of sealed chunks before those leave: each commit waits for the disk, so what comes meanwhile goes together into the next. */

/** Keeps them durably. Throws what the storage throws. */
export type KeepHashes = (hashes: ReadonlyMap<number, Uint8Array>) => Promise<void>;

interface Batch {
  readonly hashes: Map<number, Uint8Array>;
  readonly kept: PromiseWithResolvers<void>;
}
const newBatch = (): Batch => ({ hashes: new Map(), kept: Promise.withResolvers() });

export class HashKeeper {
  private next = newBatch();
  private isKeeping = false;

  constructor(private readonly keepAll: KeepHashes) {}

  /** Resolves once the chunks may leave. @param hashes of those of them of which none is kept */
  async keep(hashes: ReadonlyMap<number, Uint8Array>): Promise<void> {
    if (hashes.size === 0) return;
    for (const [n, hash] of hashes) this.next.hashes.set(n, hash);
    const { promise } = this.next.kept;
    this.look();
    await promise;
  }

  private look(): void {
    if (this.isKeeping || this.next.hashes.size === 0) return;
    const { hashes, kept } = this.next;
    this.next = newBatch();
    this.isKeeping = true;
    void this.keepAll(hashes)
      .then(kept.resolve, kept.reject)
      .finally(() => {
        this.isKeeping = false;
        this.look();
      });
  }
}

/**
 * Keeps hashes of sealed chunks before those leave, some at a time: each commit waits for the disk, so it is put off while enough
 * runs of chunks that may leave keep the line busy.
 */

/** Keeps them durably. Throws what the storage throws. */
export type KeepHashes = (hashes: ReadonlyMap<number, Uint8Array>) => Promise<void>;

interface Batch {
  readonly hashes: Map<number, Uint8Array>;
  /** Runs that they belong to. */
  runs: number;
  readonly kept: PromiseWithResolvers<void>;
}
const newBatch = (): Batch => ({ hashes: new Map(), runs: 0, kept: Promise.withResolvers() });

export class HashKeeper {
  private next = newBatch();
  private isKeeping = false;
  /** Runs that may leave, or are leaving. */
  private ready = 0;

  /** @param enough runs that keep the line busy */
  constructor(
    private readonly keepAll: KeepHashes,
    private readonly enough: number,
  ) {}

  /** Resolves once a run may leave. @param hashes of those of its chunks of which none is kept */
  async keep(hashes: ReadonlyMap<number, Uint8Array>): Promise<void> {
    if (hashes.size === 0) {
      this.ready++;
      return;
    }
    for (const [n, hash] of hashes) this.next.hashes.set(n, hash);
    this.next.runs++;
    const { promise } = this.next.kept;
    this.look();
    await promise;
  }

  /** One that might leave has left, or does not leave. */
  left(): void {
    this.ready--;
    this.look();
  }

  private look(): void {
    if (this.isKeeping || this.ready >= this.enough || this.next.hashes.size === 0) return;
    const batch = this.next;
    this.next = newBatch();
    this.isKeeping = true;
    void this.keepAll(batch.hashes)
      .then(
        () => {
          this.ready += batch.runs;
          batch.kept.resolve();
        },
        (error: unknown) => batch.kept.reject(error),
      )
      .finally(() => {
        this.isKeeping = false;
        this.look();
      });
  }
}

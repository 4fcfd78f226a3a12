/** Work of which one runs at a time: a call while it runs waits for one more run, shared by all who call meanwhile. */
export class Single<T> {
  private running: Promise<unknown> = Promise.resolve();
  private queued: Promise<T> | null = null;

  constructor(private readonly work: () => Promise<T>) {}

  /** Runs after what runs now; the result is of a run that began after this call. */
  run(): Promise<T> {
    if (this.queued !== null) return this.queued;
    const next = this.running.then(() => {
      this.queued = null;
      return this.work();
    });
    this.queued = next;
    this.running = next.catch(() => {});
    return next;
  }
}

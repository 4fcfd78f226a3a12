/** Says how far something is, and not more often than anybody looks. */
import type { Clock } from '../ports.ts';

/** Milliseconds between two words of it. */
const TOLD_EVERY_MS = 100;

export class Progress {
  private done = 0;
  private toldAt = Number.NEGATIVE_INFINITY;
  private told = 0;

  constructor(
    private readonly clock: Clock,
    private readonly tell: ((done: number) => void) | undefined,
  ) {}

  add(bytes: number): void {
    this.done += bytes;
    if (this.clock() - this.toldAt >= TOLD_EVERY_MS) this.say();
  }

  /** Says where it ended. */
  end(): void {
    if (this.told !== this.done) this.say();
  }

  private say(): void {
    this.toldAt = this.clock();
    this.told = this.done;
    this.tell?.(this.done);
  }
}

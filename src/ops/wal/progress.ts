/** How far the log is kept, and what fails of it: for the health page, the metrics and the log. */
import type { Log } from '../log.ts';

/** Times are epoch milliseconds. */
export interface ShippingState {
  /** For people. */
  readonly to: string;
  /** Everything that was committed until then is kept; null: nothing is yet. */
  readonly until: number | null;
  /** When the current generation began. */
  readonly begunAt: number | null;
  /** When a segment was last kept. */
  readonly shippedAt: number | null;
  /** Why it fails, since its last success. */
  readonly failing: string | null;
  /** Bytes of segments kept, and failures, since the process began. */
  readonly bytes: number;
  readonly failures: number;
}

/** A copy of the database, and the log after it. */
type Work = 'copy' | 'ship';

export class ShippingProgress {
  #state: ShippingState;
  readonly #reasons: Record<Work, string | null> = { copy: null, ship: null };

  /** @param to for people */
  constructor(
    to: string,
    private readonly log: Log,
  ) {
    this.#state = {
      to,
      until: null,
      begunAt: null,
      shippedAt: null,
      failing: null,
      bytes: 0,
      failures: 0,
    };
  }

  get state(): ShippingState {
    return this.#state;
  }

  isFailing(work: Work): boolean {
    return this.#reasons[work] !== null;
  }

  note(change: Partial<ShippingState>): void {
    this.#state = { ...this.#state, ...change };
  }

  succeed(work: Work): void {
    if (this.#reasons[work] === null) return;
    this.#explain(work, null);
    if (this.#state.failing === null) this.log.warn('log kept again', { to: this.#state.to });
  }

  fail(work: Work, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (this.#state.failing === null) this.log.error('log not kept', { reason });
    this.note({ failures: this.#state.failures + 1 });
    this.#explain(work, reason);
  }

  #explain(work: Work, reason: string | null): void {
    this.#reasons[work] = reason;
    this.note({ failing: this.#reasons.ship ?? this.#reasons.copy });
  }
}

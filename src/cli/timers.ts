/** The engine's Timer port, whose work can be done early by a command that is about to end. */
import type { Timer } from '../client/ports.ts';

export class Timers {
  readonly #due = new Map<object, { readonly at: number; readonly run: () => void }>();

  readonly timer: Timer = (delay, task) => {
    const entry = {};
    const run = () => {
      clearTimeout(timeout);
      if (this.#due.delete(entry)) task();
    };
    const timeout = setTimeout(run, delay);
    this.#due.set(entry, { at: performance.now() + delay, run });
    return () => {
      clearTimeout(timeout);
      this.#due.delete(entry);
    };
  };

  /** Does now what is due within so many milliseconds; gives how much that was. */
  hurry(within: number): number {
    const until = performance.now() + within;
    const soon = [...this.#due.values()].filter(({ at }) => at <= until);
    for (const { run } of soon) run();
    return soon.length;
  }

  /** Milliseconds until the next of what is due within so many, or null when nothing is. */
  next(within: number): number | null {
    const now = performance.now();
    const delays = [...this.#due.values()].map(({ at }) => at - now).filter((delay) => delay <= within);
    return delays.length === 0 ? null : Math.max(0, Math.min(...delays));
  }
}

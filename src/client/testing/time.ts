/** A clock that stands still until a test moves it, with a timer that goes by it. */
import type { Clock, Timer } from '../ports.ts';

export class FakeTime {
  private waiting: { at: number; task: () => void }[] = [];

  constructor(public now = Date.UTC(2026, 0, 5, 9)) {}

  readonly clock: Clock = () => this.now;

  readonly timer: Timer = (delay, task) => {
    const entry = { at: this.now + Math.ceil(delay), task };
    this.waiting.push(entry);
    return () => {
      this.waiting = this.waiting.filter((each) => each !== entry);
    };
  };

  /** How many tasks are due by now. */
  due(): number {
    return this.waiting.filter(({ at }) => at <= this.now).length;
  }

  /** Moves the clock and runs what falls due on the way, each at its time; `settle` is awaited after each. */
  async advance(by: number, settle: () => Promise<void>): Promise<void> {
    const until = this.now + by;
    for (;;) {
      const next = this.waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.waiting = this.waiting.filter((each) => each !== next);
      this.now = Math.max(this.now, next.at);
      next.task();
      await settle();
    }
    this.now = until;
  }
}

/** Time that passes by itself, as it does, and can be moved on besides. */
import type { Clock, Timer } from '../../../src/client/ports.ts';

interface Waiting {
  readonly at: number;
  readonly task: () => void;
  readonly handle: ReturnType<typeof setTimeout>;
}

export class MovableTime {
  private ahead = 0;
  private waiting: readonly Waiting[] = [];

  readonly clock: Clock = () => Date.now() + this.ahead;

  readonly timer: Timer = (delay, task) => {
    const run = () => {
      this.forget(entry);
      task();
    };
    const entry: Waiting = { at: this.clock() + delay, task, handle: setTimeout(run, delay) };
    this.waiting = [...this.waiting, entry];
    return () => this.forget(entry);
  };

  /** Moves the clock on by so many milliseconds; what falls due meanwhile runs, each once, in its order. */
  pass(ms: number): void {
    this.ahead += ms;
    const due = this.waiting.filter(({ at }) => at <= this.clock()).sort((a, b) => a.at - b.at);
    for (const entry of due) this.forget(entry);
    for (const { task } of due) task();
  }

  private forget(entry: Waiting): void {
    clearTimeout(entry.handle);
    this.waiting = this.waiting.filter((each) => each !== entry);
  }
}

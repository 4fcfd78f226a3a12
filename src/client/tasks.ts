/** Work that is due later, by name: asking twice for the same thing does it once, at the earlier time. */
import type { Clock, Timer } from './ports.ts';

/** Names are the caller's; delays in milliseconds. */
export class Tasks {
  private readonly due = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  private readonly running = new Set<Promise<void>>();
  private stopped = false;

  constructor(
    private readonly timer: Timer,
    private readonly clock: Clock,
  ) {}

  /** Runs `task` in `delay` milliseconds unless the same name is due earlier. What it throws is dropped. */
  later(name: string, delay: number, task: () => Promise<void>): void {
    if (this.stopped) return;
    const at = this.clock() + Math.max(0, delay);
    const waiting = this.due.get(name);
    if (waiting !== undefined) {
      if (waiting.at <= at) return;
      waiting.cancel();
    }
    const cancel = this.timer(Math.max(0, delay), () => {
      this.due.delete(name);
      this.run(task);
    });
    this.due.set(name, { at, cancel });
  }

  /** Runs `task` now, beside whatever runs; `stop` and `settled` wait for it. */
  run(task: () => Promise<void>): void {
    if (this.stopped) return;
    const promise = task()
      .catch(() => {})
      .finally(() => this.running.delete(promise));
    this.running.add(promise);
  }

  cancel(name: string): void {
    this.due.get(name)?.cancel();
    this.due.delete(name);
  }

  /** Resolves when nothing runs any more; what is due later stays due. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** Calls off what is due and waits for what runs. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const { cancel } of this.due.values()) cancel();
    this.due.clear();
    await this.settled();
  }
}

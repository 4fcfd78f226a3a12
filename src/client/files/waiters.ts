/** Who waits for a pending message to be said. */
import type { HistoryMessage } from '../engine-types.ts';

interface Waiter {
  resolve(message: HistoryMessage | null): void;
  reject(error: Error): void;
}

export class Waiters {
  private readonly waiting = new Map<string, Waiter[]>();

  wait(id: string): Promise<HistoryMessage | null> {
    return new Promise((resolve, reject) => {
      this.waiting.set(id, [...(this.waiting.get(id) ?? []), { resolve, reject }]);
    });
  }

  /** It was said, or called off: null. */
  tell(id: string, message: HistoryMessage | null): void {
    for (const { resolve } of this.take(id)) resolve(message);
  }

  /** It does not go on by itself. */
  refuse(id: string, reason: string): void {
    for (const { reject } of this.take(id)) reject(new Error(reason));
  }

  private take(id: string): readonly Waiter[] {
    const waiting = this.waiting.get(id) ?? [];
    this.waiting.delete(id);
    return waiting;
  }
}

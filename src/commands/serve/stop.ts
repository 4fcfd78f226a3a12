/** How the server ends: in a fixed order, within a bounded time, and at once when it is told a second time. */
import type { Log } from '../../ops/log.ts';
import type { Stopping } from '../../ops/stopping.ts';

/** One thing to end. `run` resolves when it has ended. */
export interface StopStep {
  readonly name: string;
  run(): unknown;
}

/** Resolves with the first SIGINT or SIGTERM; a second one ends the process with the code that a shell expects of it. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let told = false;
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const)
      process.on(signal, () => {
        if (told) process.exit(code);
        told = true;
        resolve();
      });
  });
}

/** Milliseconds after which sockets are sent elsewhere at the latest. */
const LATEST_LEAVE_MS = 5000;

/**
 * Other nodes take over: /readyz says no, no socket is opened, and everything else is answered for `drain` milliseconds. Sockets go
 * in the middle of it, when whatever spreads connections knows not to bring them back here.
 */
export async function drain(stopping: Stopping, milliseconds: number): Promise<void> {
  if (milliseconds === 0) return;
  const until = performance.now() + milliseconds;
  stopping.drain();
  await Bun.sleep(Math.min(milliseconds / 2, LATEST_LEAVE_MS));
  stopping.leave();
  await Bun.sleep(until - performance.now());
}

/** Milliseconds that a step gets even when those before it took all the time: closing the database takes less. */
const LEAST_MS = 500;

/**
 * Runs the steps one after the other, `grace` milliseconds in all. What does not end in time is not waited for, what fails is logged,
 * and neither stops the rest.
 */
export async function stopInOrder(steps: readonly StopStep[], grace: number, log: Log): Promise<void> {
  const until = performance.now() + grace;
  for (const { name, run } of steps) {
    try {
      const ended = Promise.resolve(run()).then(() => true);
      const left = Math.max(LEAST_MS, until - performance.now());
      if (!(await Promise.race([ended, Bun.sleep(left).then(() => false)]))) {
        ended.catch(() => {});
        log.warn('not waited for', { step: name });
      }
    } catch (error) {
      log.error('stopping failed', {
        step: name,
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }
}

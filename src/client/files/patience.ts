/** A call that is made again while the server is away, or wants patience. */
import type { Timer } from '../ports.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { problemOf } from './problems.ts';

/** Resolves after so many milliseconds; rejects with AbortError when the signal is. */
export type Wait = (delay: number, signal: AbortSignal) => Promise<void>;

/** Calls that fail in a row before somebody is told. */
const TRIES = 5;
const FIRST_MS = 500;
/** What a server may ask for at a time, and how often. */
const LONGEST_ASKED_MS = 60_000;
const MOST_ASKED = 60;

/** Milliseconds until a refused call is made again: what the server asked for; null when it will not help. */
export function askedDelay(error: unknown): number | null {
  if (!(error instanceof TransportRefused) || (error.status !== 429 && error.status !== 503)) return null;
  const seconds = 'retry_after' in error.body ? (error.body.retry_after ?? 1) : 1;
  return Math.min(LONGEST_ASKED_MS, Math.max(1, seconds) * 1000);
}

/** @throws FileProblem, AbortError */
export async function patiently<T>(wait: Wait, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  let failures = 0;
  let asked = 0;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      const delay = askedDelay(error);
      if (delay !== null && asked++ < MOST_ASKED) await wait(delay, signal);
      else if (error instanceof TransportFailed && ++failures < TRIES)
        await wait(FIRST_MS * 2 ** (failures - 1), signal);
      else throw problemOf(error);
    }
  }
}

/** Waiting by a timer. */
export const waitBy =
  (timer: Timer): Wait =>
  (delay, signal) =>
    new Promise((resolve, reject) => {
      const end = () => {
        cancel();
        reject(signal.reason);
      };
      const cancel = timer(delay, () => {
        signal.removeEventListener('abort', end);
        resolve();
      });
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });

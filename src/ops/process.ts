/** What the process takes of the machine. */

import { heapStats } from 'bun:jsc';
import { readdir } from 'node:fs/promises';

export interface ProcessFigures {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly heapObjects: number;
  /** Seconds that this question waited for a turn of the event loop. */
  readonly lag: number;
  /** Null where the system does not tell. */
  readonly openFiles: number | null;
}

export async function processFigures(): Promise<ProcessFigures> {
  const { user, system } = process.cpuUsage();
  const { heapSize, objectCount } = heapStats();
  return {
    cpuSeconds: (user + system) / 1e6,
    residentBytes: process.memoryUsage.rss(),
    heapBytes: heapSize,
    heapObjects: objectCount,
    lag: await loopLag(),
    openFiles: await readdir('/proc/self/fd').then(
      (names) => names.length,
      () => null,
    ),
  };
}

async function loopLag(): Promise<number> {
  const asked = performance.now();
  await new Promise<void>((resolve) => setImmediate(resolve));
  return (performance.now() - asked) / 1000;
}

/** From nothing to the first answer, and what the process holds when nobody asks for anything. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FROM_SOURCE, ROOT, startServer } from '../support/server.ts';

export interface Start {
  /** Milliseconds from starting the process to its first answer over HTTP; the median of three. */
  readonly ms: number;
  /** Resident memory while idle, megabytes. */
  readonly resident: number;
}

/** The server from source, and the single binary where it was built. */
export async function starts(): Promise<{ readonly source: Start; readonly binary: Start | null }> {
  const binary = join(ROOT, 'dist/sotto');
  return {
    source: await start(FROM_SOURCE),
    binary: existsSync(binary) ? await start([binary]) : null,
  };
}

async function start(command: readonly string[]): Promise<Start> {
  const times: number[] = [];
  let resident = 0;
  for (let round = 0; round < 3; round++) {
    const began = performance.now();
    const server = await startServer({ command });
    times.push(performance.now() - began);
    await Bun.sleep(500); // start-up work is over
    resident = residentOf(server.pid);
    await server.remove();
  }
  return { ms: Math.round(times.toSorted((a, b) => a - b)[1] ?? Number.NaN), resident };
}

/** Linux only; NaN elsewhere. */
function residentOf(pid: number): number {
  const path = `/proc/${pid}/status`;
  const kib = existsSync(path) ? /VmRSS:\s+(\d+) kB/.exec(readFileSync(path, 'utf8'))?.[1] : undefined;
  return Math.round(Number(kib) / 1024);
}

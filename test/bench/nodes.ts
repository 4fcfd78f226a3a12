/** The same load on one process with SQLite, and on nodes with PostgreSQL and Redis. */
import { alone, type Fleet, nodes, type Spent } from './fleet.ts';
import { latencyOf } from './latency.ts';
import { sotto } from './load.ts';
import { throughputOf } from './throughput.ts';

export interface NodesCost {
  readonly what: string;
  readonly delivered: number;
  readonly perCpuSecond: number;
  /** Milliseconds at a steady rate. */
  readonly p50: number;
  readonly p99: number;
  /** Where the CPU time of a message went, microseconds. */
  readonly spent: Spent;
}

/** Messages a second at which waiting is measured: what a busy team of thousands sends, and far from what any of them can do. */
const STEADY = 200;

/** SQLite first, then each of these numbers of nodes; every one of them begins empty. */
export async function nodesCost(counts: readonly number[], seconds: number): Promise<readonly NodesCost[]> {
  const costs = [await measure('1 process, SQLite', () => alone('server'), seconds)];
  for (const count of counts)
    costs.push(await measure(`${count} on PostgreSQL and Redis`, () => nodes(count), seconds));
  return costs;
}

async function measure(what: string, start: () => Promise<Fleet>, seconds: number): Promise<NodesCost> {
  const { delivered, perCpuSecond, spent } = await throughputOf(await start(), sotto, {
    circles: 50,
    people: 2,
    inFlight: 8,
    seconds,
  });
  const { p50, p99 } = await latencyOf(await start(), sotto, { perSecond: STEADY, seconds });
  return { what, delivered, perCpuSecond, p50, p99, spent };
}

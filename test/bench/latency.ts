/** How long a message takes from one client to the other, at a steady rate that leaves the server mostly idle. */
import { alone, type Fleet } from './fleet.ts';
import { connectAll, type Dialect, floor, sotto } from './load.ts';

export interface Latency {
  /** Milliseconds from handing a message to the socket until it is in the other client's hands. */
  readonly p50: number;
  readonly p99: number;
}

export interface Rate {
  readonly perSecond: number;
  readonly seconds: number;
}

const PAIRS = 50;
/** Milliseconds between two looks at the clock: messages due by then leave together. */
const TICK_MS = 2;

/** Our server and the floor at the same rate, one after the other. */
export async function latency(rate: Rate): Promise<{ readonly sotto: Latency; readonly floor: Latency }> {
  return {
    floor: await latencyOf(await alone('floor'), floor, rate),
    sotto: await latencyOf(await alone('server'), sotto, rate),
  };
}

/** Ends the fleet. */
export async function latencyOf(fleet: Fleet, dialect: Dialect, rate: Rate): Promise<Latency> {
  const peers = await connectAll(dialect, fleet.ports, await fleet.seed(PAIRS, 2));
  const taken: number[] = [];
  const lanes = peers.map(([writer, reader]) => {
    const sentAt: number[] = [];
    if (reader)
      reader.onDelivery = () => {
        const at = sentAt.shift();
        if (at !== undefined) taken.push(performance.now() - at);
      };
    return {
      send() {
        sentAt.push(performance.now());
        writer?.send();
      },
    };
  });
  const run = async (seconds: number) => {
    const start = performance.now();
    const total = Math.round(rate.perSecond * seconds);
    for (let sent = 0; sent < total; ) {
      const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * rate.perSecond));
      for (; sent < due; sent++) lanes[sent % lanes.length]?.send();
      await Bun.sleep(TICK_MS);
    }
  };
  await run(1); // compilers and caches warm up
  taken.length = 0;
  await run(rate.seconds);
  for (const peer of peers.flat()) peer.close();
  await fleet.stop();
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (share: number) => rounded(sorted[Math.floor(sorted.length * share)] ?? Number.NaN);
  return { p50: at(0.5), p99: at(0.99) };
}

const rounded = (ms: number) => Math.round(ms * 100) / 100;

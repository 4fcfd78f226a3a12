/** Durable delivered messages a second, and a second of the server's CPU: pairs, and one writer to a whole group. */
import { alone, type Fleet, type Spent, sum } from './fleet.ts';
import { connectAll, type Dialect, floor, type Peer, sotto } from './load.ts';

export interface Throughput {
  /** Messages that arrived at a recipient, a second. */
  readonly delivered: number;
  /** The same, a second of CPU time of everything that serves. */
  readonly perCpuSecond: number;
  /** CPU time of one message, microseconds. */
  readonly spent: Spent;
}

export interface Shape {
  readonly circles: number;
  readonly people: number;
  /** Messages that one writer has on their way at once; the next leaves when one has reached everybody. */
  readonly inFlight: number;
  readonly seconds: number;
}

/** CPU time of one message on a fresh relay, and on one that remembers so many; microseconds. */
export async function historyCost(
  messages: number,
  seconds: number,
): Promise<{ readonly fresh: number; readonly old: number }> {
  const shape = { circles: 50, people: 2, inFlight: 8, seconds };
  const cost = ({ perCpuSecond }: Throughput) => Math.round(1e7 / perCpuSecond) / 10;
  return {
    fresh: cost(await throughputOf(await alone('server'), sotto, shape)),
    old: cost(await throughputOf(await alone('server'), sotto, shape, messages)),
  };
}

/** Our server and the floor under the same load, one after the other. */
export async function throughput(
  shape: Shape,
): Promise<{ readonly sotto: Throughput; readonly floor: Throughput }> {
  return {
    floor: await throughputOf(await alone('floor'), floor, shape),
    sotto: await throughputOf(await alone('server'), sotto, shape),
  };
}

/** Ends the fleet. */
export async function throughputOf(
  fleet: Fleet,
  dialect: Dialect,
  shape: Shape,
  history = 0,
): Promise<Throughput> {
  const circles = await fleet.seed(shape.circles, shape.people);
  if (history > 0) await fleet.history(history);
  const peers = await connectAll(dialect, fleet.ports, circles);
  let delivered = 0;
  let running = true;
  for (const [writer, ...readers] of peers) {
    if (!writer) continue;
    let arrived = 0;
    for (const reader of readers)
      reader.onDelivery = () => {
        delivered++;
        if (++arrived % readers.length === 0 && running) writer.send();
      };
    for (let message = 0; message < shape.inFlight; message++) writer.send();
  }
  await Bun.sleep(shape.seconds * 500); // compilers and caches warm up
  const result = await window(fleet, shape.seconds * 1000, () => delivered);
  running = false;
  close(peers);
  await fleet.stop();
  return result;
}

async function window(fleet: Fleet, ms: number, count: () => number): Promise<Throughput> {
  const before = { count: count(), cpu: await fleet.cpu(), at: performance.now() };
  await Bun.sleep(ms);
  const after = { count: count(), cpu: await fleet.cpu(), at: performance.now() };
  const delivered = after.count - before.count;
  const each = (part: keyof Spent) =>
    Math.round(((after.cpu[part] - before.cpu[part]) * 10) / delivered) / 10;
  return {
    delivered: Math.round(delivered / ((after.at - before.at) / 1000)),
    perCpuSecond: Math.round(delivered / ((sum(after.cpu) - sum(before.cpu)) / 1e6)),
    spent: { nodes: each('nodes'), database: each('database'), redis: each('redis') },
  };
}

function close(peers: readonly (readonly Peer[])[]): void {
  for (const peer of peers.flat()) peer.close();
}

/**
 * A load balancer as many set-ups have one: TCP, each connection to the next node in turn, none to a node whose /readyz is not 200. Who
 * is connected stays where they are. No sticky sessions.
 */
import { connect, createServer, type Socket } from 'node:net';

export interface Balancer {
  readonly url: string;
  /** Resolves once `count` nodes take connections. */
  ready(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds between two looks at each node, and how long one may take. */
const LOOK_MS = 100;
const PATIENCE_MS = 2000;

/** @param ports of the nodes, of this machine */
export async function openBalancer(ports: readonly number[]): Promise<Balancer> {
  const ready = new Set<number>();
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let turn = 0;

  const look = async () => {
    await Promise.all(
      ports.map(async (port) => {
        if (await isReady(port)) ready.add(port);
        else ready.delete(port);
      }),
    );
    for (const wake of waiting) wake();
    waiting.clear();
  };
  let looking = look();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, LOOK_MS);

  /** The next node that takes the connection; null when none does. */
  const reach = async (): Promise<Socket | null> => {
    const order = [...ports.slice(turn % ports.length), ...ports.slice(0, turn % ports.length)];
    turn++;
    for (const port of order) {
      if (!ready.has(port)) continue;
      const socket = await connected(port);
      if (socket !== null) return socket;
      ready.delete(port);
    }
    return null;
  };

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, async (client) => {
    client.on('error', () => client.destroy());
    const node = await reach();
    if (node === null) {
      client.resetAndDestroy();
      return;
    }
    for (const [from, to] of [
      [client, node],
      [node, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
    client.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();

  return {
    url: `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`,
    async ready(count) {
      while (ready.size < count) await new Promise<void>((resolve) => waiting.add(resolve));
    },
    async close() {
      clearInterval(timer);
      await looking;
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      keepalive: false,
    });
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** Null when nobody listens. */
const connected = (port: number): Promise<Socket | null> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(null));
  });

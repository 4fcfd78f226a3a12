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

/** Where a node listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export async function openBalancer(nodes: readonly Address[]): Promise<Balancer> {
  const ready = new Set<Address>();
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let turn = 0;

  const look = async () => {
    await Promise.all(
      nodes.map(async (node) => {
        if (await isReady(node)) ready.add(node);
        else ready.delete(node);
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
    const order = [...nodes.slice(turn % nodes.length), ...nodes.slice(0, turn % nodes.length)];
    turn++;
    for (const node of order) {
      if (!ready.has(node)) continue;
      const socket = await connected(node);
      if (socket !== null) return socket;
      ready.delete(node);
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

async function isReady({ host, port }: Address): Promise<boolean> {
  try {
    const answer = await fetch(`http://${host}:${port}/readyz`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      keepalive: false,
    });
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** Null when nobody listens, or nobody answers in time. */
const connected = ({ host, port }: Address): Promise<Socket | null> =>
  new Promise((resolve) => {
    const socket = connect({ port, host, allowHalfOpen: true, timeout: PATIENCE_MS });
    const failed = () => {
      socket.destroy();
      resolve(null);
    };
    socket.once('timeout', failed);
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('timeout', failed);
      resolve(socket);
    });
  });

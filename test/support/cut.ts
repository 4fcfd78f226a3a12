/** A line between two programs that a test can cut: TCP in between, nothing is looked at. */
import { connect, createServer, type Socket } from 'node:net';

export interface Cut {
  readonly port: number;
  /** Resets what is connected, and whoever comes, until it heals. */
  cut(): void;
  /** As a network that loses everything: connections stay, nothing comes through, and new ones are never answered. */
  hang(): void;
  heal(): void;
  close(): Promise<void>;
}

type State = 'whole' | 'cut' | 'hung';

/**
 * @param target port of this machine; a function where it changes
 * @param host where it listens, for programs that are not on this host
 */
export async function openCut(target: number | (() => number), host = '127.0.0.1'): Promise<Cut> {
  let state: State = 'whole';
  const sockets = new Set<Socket>();

  const carry = (from: Socket, to: Socket) => {
    sockets.add(from);
    if (state === 'hung') from.pause();
    from.setNoDelay(true);
    from.on('data', (data) => {
      if (to.write(data)) return;
      from.pause();
      to.once('drain', () => {
        if (state === 'whole') from.resume();
      });
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (state === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const port = typeof target === 'number' ? target : target();
    const there = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    carry(client, there);
    carry(there, client);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();

  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut() {
      state = 'cut';
      for (const socket of sockets) socket.resetAndDestroy();
    },
    hang() {
      state = 'hung';
      for (const socket of sockets) socket.pause();
    },
    heal() {
      state = 'whole';
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

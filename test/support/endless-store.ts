/** A store whose answers do not end. */
import type { S3Place } from '../../src/config/outside.ts';

export interface EndlessStore {
  readonly place: S3Place;
  /** Bytes that were sent, and requests whose connection has ended since. */
  readonly sent: () => number;
  readonly ended: () => number;
  stop(): void;
}

/** @param head of each answer, without the empty line */
export function endlessStore(head: string): EndlessStore {
  const block = new Uint8Array(256 * 1024).fill(0x41);
  let [sent, ended] = [0, 0];
  type Line = Parameters<NonNullable<Bun.SocketHandler['drain']>>[0];
  const send = (line: Line): void => {
    for (;;) {
      const taken = line.write(block);
      sent += Math.max(0, taken);
      // The rest when the other end has taken that, or never.
      if (taken < block.length) return;
    }
  };
  const server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data(line) {
        line.write(`${head}\r\n\r\n`);
        send(line);
      },
      drain: send,
      close() {
        ended++;
      },
    },
  });
  return {
    place: {
      bucket: 'files',
      endpoint: `http://127.0.0.1:${server.port}`,
      region: 'us-east-1',
      virtualHosted: false,
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      sessionToken: null,
      publicEndpoint: null,
    },
    sent: () => sent,
    ended: () => ended,
    stop: () => server.stop(true),
  };
}

/** A socket client for tests: what came, in order, and waiting for more without sleeping. */
import net from 'node:net';

/** A WebSocket with headers: the runtime takes them, the browser's types do not know it. */
export function openWebSocket(url: string, options: Bun.WebSocketOptions): WebSocket {
  return Reflect.construct(WebSocket, [url, options]);
}

export interface TestSocket {
  readonly frames: readonly unknown[];
  readonly protocol: string;
  send(frame: unknown): void;
  /** The first frame so far, or to come, that satisfies `wanted`; throws when the socket closes before. */
  next<T = Record<string, unknown>>(wanted: (frame: Record<string, unknown>) => boolean): Promise<T>;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  close(): void;
}

export interface SocketOptions {
  readonly cookie?: string;
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Connects; throws when the upgrade is refused. */
export async function connect(
  url: string,
  { cookie = '', protocols = [], headers = {} }: SocketOptions,
): Promise<TestSocket> {
  const options: Bun.WebSocketOptions = {
    headers: { cookie, ...headers },
    ...(protocols.length > 0 ? { protocols: [...protocols] } : {}),
  };
  const ws = openWebSocket(url.replace(/^http/, 'ws'), options);
  const frames: Record<string, unknown>[] = [];
  let wake: (() => void)[] = [];
  let open = true;
  const changed = () => {
    const waiting = wake;
    wake = [];
    for (const resolve of waiting) resolve();
  };
  ws.onmessage = ({ data }) => {
    frames.push(typeof data === 'string' ? JSON.parse(data) : { binary: data });
    changed();
  };
  const closed = new Promise<number>((resolve) => {
    ws.onclose = ({ code }) => {
      open = false;
      changed();
      resolve(code);
    };
  });
  await new Promise<void>((resolve, reject) => {
    ws.onopen = () => resolve();
    ws.onerror = () => reject(new Error('the upgrade was refused'));
  });
  return {
    frames,
    protocol: ws.protocol,
    send: (frame) =>
      ws.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame)),
    async next<T>(wanted: (frame: Record<string, unknown>) => boolean) {
      for (let at = 0; ; ) {
        for (; at < frames.length; at++) {
          const frame = frames[at];
          if (frame && wanted(frame)) return frame as T;
        }
        if (!open) throw new Error(`closed before it came; had ${JSON.stringify(frames).slice(0, 500)}`);
        await new Promise<void>((resolve) => wake.push(resolve));
      }
    },
    closed,
    close: () => ws.close(),
  };
}

/** A reader that can stop reading: a socket by hand (RFC 6455), because a WebSocket of the runtime always reads. */
export async function connectSlowly(url: string, { cookie = '', protocols = [] }: SocketOptions) {
  const { hostname, port, pathname } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  let received = Buffer.alloc(0);
  const texts: string[] = [];
  let wake = () => {};
  socket.on('data', (bytes: Buffer<ArrayBuffer>) => {
    received = Buffer.concat([received, bytes]);
    take();
    wake();
  });
  await new Promise<void>((resolve) => {
    socket.on('connect', () => resolve());
  });
  socket.write(
    `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nCookie: ${cookie}\r\n` +
      `Sec-WebSocket-Protocol: ${protocols.join(', ')}\r\n\r\n`,
  );
  let open = false;
  function take() {
    if (!open) {
      const end = received.indexOf('\r\n\r\n');
      if (end === -1) return;
      open = true;
      received = received.subarray(end + 4);
    }
    while (received.length >= 2) {
      const short = (received[1] ?? 0) & 127;
      const start = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (received.length < start) return;
      const length =
        short === 126
          ? received.readUInt16BE(2)
          : short === 127
            ? Number(received.readBigUInt64BE(2))
            : short;
      if (received.length < start + length) return;
      texts.push(received.toString('utf8', start, start + length));
      received = received.subarray(start + length);
    }
  }
  return {
    texts,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    async until(reached: () => boolean) {
      while (!reached())
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
    close: () => socket.destroy(),
  };
}

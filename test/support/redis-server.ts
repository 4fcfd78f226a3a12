/** A private Redis server that keeps nothing, where Debian's program for it is installed. */
import { freePort } from './free-port.ts';

/** Null where it is not installed (apt-get install redis-server). */
export const REDIS_PROGRAM: string | null = Bun.which('redis-server');

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Of the process that runs now. */
  readonly pid: number;
  /** As a power cut ends it. */
  kill(): Promise<void>;
  /** On the same port, with nothing in it. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** @param options further lines of its configuration, as arguments: `--requirepass x` */
export async function startRedis(options: readonly string[] = []): Promise<RedisServer> {
  const program = REDIS_PROGRAM;
  if (program === null) throw new Error('Redis is not installed.');
  const port = await freePort();
  let child: Bun.Subprocess<'ignore', 'pipe', 'ignore'> | null = null;
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return child?.pid ?? 0;
    },
    async start() {
      const begun = Bun.spawn(
        [
          program,
          '--port',
          String(port),
          '--bind',
          '127.0.0.1',
          '--save',
          '',
          '--appendonly',
          'no',
          ...options,
        ],
        { stdin: 'ignore', stdout: 'pipe', stderr: 'ignore', cwd: '/' },
      );
      child = begun;
      await listening(begun.stdout);
    },
    async kill() {
      child?.kill('SIGKILL');
      await child?.exited;
    },
    remove: () => server.kill(),
  };
  await server.start();
  return server;
}

/** It says so in its log, of which the rest is thrown away. */
async function listening(log: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  const reader = log.getReader();
  let said = '';
  while (!said.includes('Ready to accept connections')) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Redis ended: ${said}`);
    said += decoder.decode(value, { stream: true });
  }
  void (async () => {
    while (!(await reader.read()).done);
  })();
}

/** A real server process on a free port with a data folder of its own, for tests that want the whole thing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createDatabaseOf, databaseOf, dropDatabaseOf } from './database.ts';

export const ROOT = resolve(import.meta.dir, '../..');
/** From source, as whoever works on it starts it. */
export const FROM_SOURCE: readonly string[] = [process.execPath, join(ROOT, 'src/main.ts')];
/** How the tests start Sotto: as the executable that the whole run has built, which starts in a fifth of the time, or from source. */
export const SOTTO: readonly string[] = process.env.SOTTO_TEST_BINARY
  ? [process.env.SOTTO_TEST_BINARY]
  : FROM_SOURCE;

export interface TestServer {
  readonly url: string;
  /** The set-up link, while there is no owner. */
  readonly setupLink: string | null;
  readonly port: number;
  readonly data: string;
  readonly pid: number;
  /** Everything the process wrote to standard error so far: the log. */
  log(): string;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Stops it where it runs, and starts another on the same port and data. */
  restart(): Promise<TestServer>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

export interface ServerOptions {
  readonly data?: string;
  readonly port?: number;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A database of its own where one is named, and then also the Redis that `SOTTO_TEST_REDIS` names: as one of several nodes. */
function placesOf(data: string): Readonly<Record<string, string | undefined>> {
  const database = databaseOf(data);
  return database.DATABASE_URL === undefined ? {} : { ...database, REDIS_URL: process.env.SOTTO_TEST_REDIS };
}

/** Starts a server and resolves when it has printed where it listens; throws what it wrote when it ends before. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'sotto-data-'));
  const command = [
    ...(options.command ?? SOTTO),
    'serve',
    '--port',
    String(options.port ?? 0),
    '--data',
    data,
    ...(options.args ?? []),
  ];
  const isPlaced = options.env?.DATABASE_URL === undefined;
  const env = { ...process.env, ...(isPlaced ? placesOf(data) : {}), ...options.env };
  if (isPlaced) await createDatabaseOf(data);
  const child = Bun.spawn([...command], {
    cwd: options.cwd ?? ROOT,
    env,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  let log = '';
  const logged = (async () => {
    await pump(child.stderr, (text) => {
      log += text;
    });
  })();

  let out = '';
  let url: string | null = null;
  const decoder = new TextDecoder();
  const reader = child.stdout.getReader();
  // The set-up link follows in the same breath; a workspace that is ready prints none.
  while (!url || (out.includes('Set-up link:') && !/Set-up link: (\S+)\n/.test(out))) {
    const { done, value } = await reader.read();
    if (done) {
      await logged;
      throw new Error(`the server ended with ${await child.exited}: ${out}${log}`);
    }
    out += decoder.decode(value, { stream: true });
    url = /Listening: (\S+)\n/.exec(out)?.[1] ?? null;
  }
  const setupExpected = await notReady(url);
  while (setupExpected && !/Set-up link: (\S+)\n/.test(out)) {
    const { done, value } = await reader.read();
    if (done) break;
    out += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();

  const stop = async () => {
    child.kill('SIGTERM');
    const code = await child.exited;
    await logged;
    return code;
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await child.exited;
  };
  const port = Number(new URL(url).port);
  return {
    url,
    setupLink: /Set-up link: (\S+)\n/.exec(out)?.[1] ?? null,
    port,
    data,
    pid: child.pid,
    log: () => log,
    stop,
    kill,
    async restart() {
      await stop();
      return startServer({ ...options, data, port });
    },
    async remove() {
      await kill();
      await dropDatabaseOf(data);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Reads a process's output to its end. */
export async function pump(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    take(decoder.decode(value, { stream: true }));
  }
}

/** Whether nobody has set it up yet. */
export async function notReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/api/v1/workspace`);
  const workspace = (await response.json()) as { ready: boolean };
  return !workspace.ready;
}

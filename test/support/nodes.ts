/**
 * Several nodes as a team has them that outgrew one machine: real processes on one PostgreSQL and one Redis, files in a folder that all
 * see, a load balancer before them, and lines to PostgreSQL and Redis that a test can cut for each node.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Balancer, openBalancer } from './balancer.ts';
import { type Cut, openCut } from './cut.ts';
import { createPostgresDatabase } from './database.ts';
import { freePort } from './free-port.ts';
import { type Namespace, openNamespace } from './namespaces.ts';
import { POSTGRES_PROGRAMS, type PostgresServer, startPostgres } from './postgres-server.ts';
import { REDIS_PROGRAM, type RedisServer, startRedis } from './redis-server.ts';
import { notReady, pump, ROOT, SOTTO } from './server.ts';

export interface Node {
  /** Its own, past the balancer. */
  readonly url: string;
  readonly data: string;
  readonly database: Cut;
  readonly redis: Cut;
  /** The line to everything else; null where nodes are on this host. */
  readonly network: Pick<Namespace, 'plug' | 'unplug'> | null;
  /** Everything that its processes wrote to standard error so far. */
  log(): string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number>;
  /** Again, on the same port and data. @param command another program, for the next release */
  start(command?: readonly string[]): Promise<void>;
}

export interface Nodes {
  /** Of the balancer: what people open. */
  readonly url: string;
  /** While there is no owner. */
  readonly setupLink: string;
  readonly nodes: readonly Node[];
  readonly balancer: Balancer;
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  /** Address of the database, past all lines. */
  readonly database: string;
  stop(): Promise<void>;
}

export interface NodesOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** One program for all nodes, or one for each. */
  readonly commands?: readonly (readonly string[])[];
  /** False: nodes learn of each other from the database alone. */
  readonly redis?: boolean;
  /** Each node on a host of its own (namespaces.ts), where the machine allows it. */
  readonly namespaces?: boolean;
}

/** Why `startNodes` cannot be had on this machine; null when it can. */
export const NODES_MISSING: string | null =
  POSTGRES_PROGRAMS === null || REDIS_PROGRAM === null
    ? 'Tests of several nodes need PostgreSQL and Redis (apt-get install postgresql redis-server).'
    : null;

const LOCAL = '127.0.0.1';

/** Resolves when all of them answer. Throws what one wrote that ended instead. */
export async function startNodes(count: number, options: NodesOptions = {}): Promise<Nodes> {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-nodes-'));
  const [postgres, redis, ports] = await Promise.all([
    startPostgres(),
    startRedis(),
    Promise.all(Array.from({ length: count }, () => freePort())),
  ]);
  const { url: database } = await createPostgresDatabase(postgres.url);
  const hosts = ports.map((_, index) => (options.namespaces ? openNamespace(index + 1) : null));
  const balancer = await openBalancer(
    ports.map((port, index) => ({ port, host: hosts[index]?.host ?? LOCAL })),
  );
  mkdirSync(join(folder, 'blobs'));
  const nodes = await Promise.all(
    ports.map((port, index) =>
      createNode({
        ...options,
        port,
        folder,
        url: balancer.url,
        database,
        redisPort: redis.port,
        index,
        own: hosts[index] ?? null,
      }),
    ),
  );
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await balancer.close();
    await Promise.all(nodes.flatMap((node) => [node.database.close(), node.redis.close()]));
    await Promise.all([postgres.remove(), redis.remove()]);
    for (const host of hosts) host?.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
    await balancer.ready(count);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: balancer.url,
    setupLink: nodes.map((node) => node.setupLink()).find((link) => link !== null) ?? '',
    nodes,
    balancer,
    postgres,
    redis,
    database,
    stop,
  };
}

interface Place extends NodesOptions {
  readonly index: number;
  readonly port: number;
  readonly folder: string;
  readonly url: string;
  readonly database: string;
  readonly redisPort: number;
  /** Its own host; null: this one. */
  readonly own: Namespace | null;
}

interface StartedNode extends Node {
  setupLink(): string | null;
}

async function createNode(place: Place): Promise<StartedNode> {
  const { index, port, folder, own } = place;
  const host = own?.host ?? LOCAL;
  const outside = own?.gateway ?? LOCAL;
  const data = join(folder, `node-${index + 1}`);
  mkdirSync(data);
  symlinkSync(join(folder, 'blobs'), join(data, 'blobs'));
  const direct = new URL(place.database);
  const [database, redis] = await Promise.all([
    openCut(Number(direct.port), outside),
    openCut(place.redisPort, outside),
  ]);
  direct.hostname = outside;
  direct.port = String(database.port);
  let child: Bun.Subprocess<'ignore', 'pipe', 'pipe'> | null = null;
  let log = '';
  let link: string | null = null;
  const started = place.commands?.[index] ?? place.commands?.[0] ?? SOTTO;

  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number> => {
    child?.kill(signal);
    return (await child?.exited) ?? 0;
  };
  return {
    url: `http://${host}:${port}`,
    data,
    database,
    redis,
    network: own,
    log: () => log,
    setupLink: () => link,
    stop: () => end('SIGTERM'),
    async kill() {
      await end('SIGKILL');
    },
    async start(command = started) {
      const begun = Bun.spawn(
        [
          ...(own?.inside ?? []),
          ...command,
          'serve',
          '--host',
          own?.host ?? LOCAL,
          '--port',
          String(port),
          '--data',
          data,
          '--url',
          place.url,
          ...(place.args ?? []),
        ],
        {
          cwd: ROOT,
          env: {
            ...process.env,
            DATABASE_URL: direct.href,
            ...(place.redis === false ? {} : { REDIS_URL: `redis://${outside}:${redis.port}` }),
            ...place.env,
          },
          stdin: 'ignore',
          stdout: 'pipe',
          stderr: 'pipe',
        },
      );
      child = begun;
      void pump(begun.stderr, (text) => {
        log += text;
      });
      const wake = new Set<() => void>();
      let out = '';
      let isOver = false;
      const noted = () => {
        for (const resolve of wake) resolve();
        wake.clear();
      };
      void pump(begun.stdout, (text) => {
        out += text;
        link = /Set-up link: (\S+)\n/.exec(out)?.[1] ?? link;
        noted();
      }).then(async () => {
        await begun.exited;
        isOver = true;
        noted();
      });
      const until = async (isSo: () => boolean) => {
        while (!isSo()) {
          if (isOver) throw new Error(`node ${index + 1} ended with ${begun.exitCode}: ${out}${log}`);
          await new Promise<void>((resolve) => wake.add(resolve));
        }
      };
      await until(() => /Listening: \S+\n/.test(out));
      if (await notReady(`http://${host}:${port}`)) await until(() => link !== null);
    },
  };
}

/** What is measured as one: a server of one process, or nodes with the database and what carries events between them. */
import { createPostgresDatabase } from '../support/database.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { startRedis } from '../support/redis-server.ts';
import { type Child, type Circle, startChild } from './child.ts';
import { cpuOf } from './cpu.ts';

export interface Fleet {
  /** Where clients connect. */
  readonly ports: readonly number[];
  /** So many circles of so many people, one device each. */
  seed(circles: number, people: number): Promise<readonly Circle[]>;
  /** So many messages of the past. */
  history(messages: number): Promise<void>;
  /** CPU time so far, microseconds. */
  cpu(): Promise<Spent>;
  stop(): Promise<void>;
}

export interface Spent {
  readonly nodes: number;
  readonly database: number;
  readonly redis: number;
}

export const sum = ({ nodes, database, redis }: Spent): number => nodes + database + redis;

/** One process, with its database in a file. */
export async function alone(
  name: 'floor' | 'server',
  env: Readonly<Record<string, string>> = {},
): Promise<Fleet> {
  const child = await startChild(name, env);
  return {
    ports: [child.port],
    seed: child.seed,
    history: child.history,
    cpu: async () => ({ nodes: (await child.usage()).cpu, database: 0, redis: 0 }),
    stop: child.stop,
  };
}

/** So many nodes on PostgreSQL and Redis of their own, both as they come: what is answered is on the disk. */
export async function nodes(count: number): Promise<Fleet> {
  const [postgres, redis] = await Promise.all([startPostgres({ syncs: true }), startRedis()]);
  const { url } = await createPostgresDatabase(postgres.url);
  const env = { DATABASE_URL: url, REDIS_URL: redis.url };
  const children: Child[] = [];
  for (let node = 0; node < count; node++) children.push(await startChild('server', env));
  const [first] = children;
  if (!first) throw new Error('no node');
  return {
    ports: children.map(({ port }) => port),
    seed: first.seed,
    history: first.history,
    async cpu() {
      const usages = await Promise.all(children.map((child) => child.usage()));
      return {
        nodes: usages.reduce((total, { cpu }) => total + cpu, 0),
        database: cpuOf(postgres.pid),
        redis: cpuOf(redis.pid),
      };
    },
    async stop() {
      await Promise.all(children.map((child) => child.stop()));
      await Promise.all([postgres.remove(), redis.remove()]);
    },
  };
}

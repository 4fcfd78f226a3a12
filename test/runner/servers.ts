/** What servers of the tests stand on, besides SQLite: one private PostgreSQL and one private Redis for the whole run. */
import { POSTGRES_PROGRAMS, startPostgres } from '../support/postgres-server.ts';
import { REDIS_PROGRAM, startRedis } from '../support/redis-server.ts';
import type { Environment } from './spawn.ts';

export interface OutsideServers {
  /** What tests that use them are told. */
  readonly env: Environment;
  stop(): Promise<void>;
}

/** Null, and one line that says so, where the programs are not installed. */
export async function startOutsideServers(): Promise<OutsideServers | null> {
  if (POSTGRES_PROGRAMS === null || REDIS_PROGRAM === null) {
    console.log(
      'PostgreSQL and Redis are not both installed (apt-get install postgresql redis-server): the tests run on SQLite alone.',
    );
    return null;
  }
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  return {
    env: { SOTTO_TEST_POSTGRES: postgres.url, SOTTO_TEST_REDIS: redis.url },
    async stop() {
      await Promise.all([postgres.remove(), redis.remove()]);
    },
  };
}

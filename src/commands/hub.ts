/** How this node reaches the others. */
import type { Config } from '../config.ts';
import { createLimitSharing } from '../http/limit-sharing.ts';
import { LIMITS, RateLimits } from '../http/limits.ts';
import type { Log } from '../ops/log.ts';
import type { Ops } from '../ops/ops.ts';
import type { Hub } from '../realtime/hub.ts';
import { createLocalHub } from '../realtime/local.ts';
import { createMarkedHub } from '../realtime/marked.ts';
import type { Db } from '../store/db.ts';
import { createMissed } from '../store/missed.ts';
import { settingOr } from '../store/settings.ts';

/** Over Redis where there is one, which does not have to be there yet. */
export async function openHub(
  { redis, database }: Pick<Config, 'redis' | 'database'>,
  db: Db,
  log: Log,
): Promise<Hub> {
  if (redis === null)
    return database === null ? createLocalHub() : createMarkedHub(createMissed(db, random), log);
  // Whoever has a small server never loads it.
  const { createRedisHub } = await import('../realtime/redis.ts');
  return createRedisHub({ url: redis, key: await workspaceKey(db), mark: createMissed(db, random), log });
}

/** Limits that all nodes count together. */
export async function openLimits(ports: {
  readonly config: Pick<Config, 'redis'>;
  readonly db: Db;
  readonly hub: Hub;
  readonly ops: Ops;
  readonly clock: () => number;
}): Promise<RateLimits> {
  const { config, db, hub, ops, clock } = ports;
  const shared =
    config.redis === null
      ? null
      : createLimitSharing(await workspaceKey(db), (takes) => hub.tell({ type: 'taken', takes }));
  const limits = new RateLimits(clock, LIMITS, (limit) => ops.meter.count('rateLimited', { limit }), shared);
  hub.onNews((news) => {
    if (news.type === 'taken')
      for (const [limit, who, count] of news.takes) limits.takenElsewhere(limit, who, count);
  });
  return limits;
}

const workspaceKey = (db: Db): Promise<Uint8Array> => settingOr(db, 'workspace_key', random(32));
const random = (length: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(length));

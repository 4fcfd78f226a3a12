/** The whole server inside the test's own process: a real socket on port 0, a database file, a clock that can be moved. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app.ts';
import { ASSET_NAMES, type Assets, createAssets } from '../../src/assets.ts';
import { createDiskBlobs } from '../../src/blobs/disk.ts';
import { type Config, parseConfig } from '../../src/config.ts';
import type { Deps } from '../../src/deps.ts';
import { LIMITS, type Limit, type LimitName, RateLimits, type SharedLimits } from '../../src/http/limits.ts';
import { createJobs } from '../../src/ops/jobs.ts';
import { createLog } from '../../src/ops/log.ts';
import { createOps, watchPorts } from '../../src/ops/ops.ts';
import type { Hub, HubEvent } from '../../src/realtime/hub.ts';
import { createLocalHub } from '../../src/realtime/local.ts';
import { createServices } from '../../src/services/services.ts';
import type { Db } from '../../src/store/db.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openTestDb, TEST_DATABASE } from './database.ts';

/** What pages name; what stands in them does not matter here. */
const emptyAssets = () => createAssets(new Map(ASSET_NAMES.map((name) => [name, new Uint8Array()])));

export interface TestApp {
  readonly deps: Deps;
  readonly origin: string;
  readonly data: string;
  /** Everything that was published, in order. */
  readonly events: HubEvent[];
  /** What was logged so far. */
  log(): string;
  /** Moves the clock on by so many milliseconds. */
  pass(ms: number): void;
  /** Every route, by method and path with its `:parameters`. */
  routes(): readonly { readonly method: string; readonly path: string }[];
  /** Counts the rows of a table. */
  count(table: string): Promise<number>;
  stop(): Promise<void>;
}

export interface TestAppOptions {
  readonly config?: Partial<Config>;
  /** Rate limits as they are; otherwise so high that a test does not meet them. */
  readonly limited?: boolean;
  /** The files that browsers fetch; otherwise files of the right names with nothing in them. */
  readonly assets?: Assets;
  /** One of several nodes: what it shares with the others. The database stays open when it stops. */
  readonly node?: { readonly db: Db; readonly hub: Hub; readonly shared?: SharedLimits };
}

export async function startApp({
  config = {},
  limited = false,
  assets = emptyAssets(),
  node,
}: TestAppOptions = {}): Promise<TestApp> {
  const data = mkdtempSync(join(tmpdir(), 'sotto-app-'));
  let ahead = 0;
  let log = '';
  const events: HubEvent[] = [];
  const clock = () => Date.now() + ahead;
  const db = node?.db ?? (await openTestDb(join(data, 'sotto.sqlite')));
  if (!node) await migrate(db);
  const hub = node?.hub ?? createLocalHub();
  const bare = {
    config: { ...parseConfig(['--port', '0', '--data', data], TEST_DATABASE), ...config },
    db,
    blobs: createDiskBlobs(join(data, 'blobs')),
    hub: {
      ...hub,
      publish: (event: HubEvent) => {
        events.push(event);
        hub.publish(event);
      },
      get size() {
        return hub.size;
      },
      get way() {
        return hub.way;
      },
    },
    log: createLog('debug', clock, (line) => {
      log += line;
    }),
    clock,
    random: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  };
  const ports = watchPorts(bare, createOps(bare.log, clock));
  let port = 0;
  const origin = () => ports.config.url ?? `http://localhost:${port}`;
  const deps: Deps = {
    ...ports,
    services: createServices(ports, origin),
    assets,
    jobs: createJobs(ports.log, clock, (job, result) => ports.ops.meter.count('jobRuns', { job, result })),
    encryption: null,
    limits: new RateLimits(
      clock,
      limited ? LIMITS : unlimited(),
      (limit) => ports.ops.meter.count('rateLimited', { limit }),
      node?.shared ?? null,
    ),
    origin,
    peer: (request) => ({ address: app.server?.requestIP(request)?.address ?? null, isProxy: false }),
    // A test stands in for many places by saying where it is.
    address: (request) =>
      request.headers.get('x-test-address') ?? app.server?.requestIP(request)?.address ?? 'unknown',
  };
  const app = createApp(deps);
  app.listen({ port: 0, hostname: 'localhost' });
  port = app.server?.port ?? 0;

  return {
    deps,
    origin: `http://localhost:${port}`,
    data,
    events,
    log: () => log,
    pass(ms) {
      ahead += ms;
    },
    routes: () => app.routes.map(({ method, path }) => ({ method, path })),
    async count(table) {
      const [row] = await db.read<{ count: number }>(`SELECT COUNT(*) AS count FROM ${table}`);
      return row?.count ?? 0;
    },
    async stop() {
      await app.stop(true);
      await hub.close();
      if (!node) await db.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function unlimited(): Record<LimitName, Limit> {
  const limits: Record<LimitName, Limit> = { ...LIMITS };
  for (const name in limits) if (isLimit(name)) limits[name] = { burst: 1e9, perMinute: 1e9 };
  return limits;
}

const isLimit = (name: string): name is LimitName => name in LIMITS;

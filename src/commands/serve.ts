/** `sotto serve`: the server, until it is told to stop. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { createApp } from '../app.ts';
import { type Config, parseConfig, publicOrigin } from '../config.ts';
import { setupUrl, trustUrl } from '../contract/paths.ts';
import { RELEASE } from '../contract/release.ts';
import type { Deps } from '../deps.ts';
import { loadAssets } from '../embedded.ts';
import { clientAddress, peerAt, proxyCheck } from '../http/address.ts';
import { createJobs } from '../ops/jobs.ts';
import { createLeases, ONE_NODE } from '../ops/leases.ts';
import { createLog } from '../ops/log.ts';
import { createEncryption } from '../ops/tls/encryption.ts';
import type { Tracing } from '../ops/tracing.ts';
import type { Shipper } from '../ops/wal/shipper.ts';
import { packingOf } from '../packed-assets.ts';
import { createReleaseFiles } from '../services/release-files.ts';
import { createServices } from '../services/services.ts';
import type { Tx } from '../store/db.ts';
import { timeOf, whyApart } from '../store/postgres-clock.ts';
import { lockServing } from '../store/serving-lock.ts';
import { putSetting } from '../store/settings.ts';
import { CommandFailed } from './failed.ts';
import { openHub, openLimits } from './hub.ts';
import { openData } from './open.ts';
import { serverJobs } from './serve/jobs.ts';
import { type Listeners, openListeners } from './serve/listeners.ts';
import { openShipper } from './serve/shipper.ts';
import { drain, type StopStep, stopInOrder, stopSignal } from './serve/stop.ts';

/** Milliseconds that everything gets to end after a signal. */
const GRACE_MS = 8_000;
/** Milliseconds that a start waits for a database of another machine: what is started together with it takes its time. */
const DATABASE_WAIT_MS = 60_000;

/** Serves until SIGINT or SIGTERM; gives the exit code. */
export async function serve(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const config = parseConfig(args, env);
  const log = createLog(config.logLevel, Date.now);
  const [ports, assets] = await Promise.all([
    openData(config, log, await tracingOf(config), DATABASE_WAIT_MS, openHub),
    loadAssets(),
  ]);

  const { meter } = ports.ops;
  let boundPort = config.port;
  let shipper: Shipper | null = null;
  const origin = () => publicOrigin(config, boundPort);
  const services = createServices(ports, origin);
  const addressOf = clientAddress(config.trustedProxies);
  const isProxy = proxyCheck(config.trustedProxies);
  const deps: Deps = {
    ...ports,
    services,
    assets,
    releaseFiles:
      config.database === null ? null : createReleaseFiles(ports, packingOf(assets), services.releases),
    jobs: createJobs(
      ports.log,
      ports.clock,
      (job, result) => meter.count('jobRuns', { job, result }),
      // Nobody else opens a database that lies in the folder of this one.
      config.database === null ? ONE_NODE : createLeases(ports.db, timeOf, hostname()),
    ),
    encryption: createEncryption(config, log, ports.clock),
    limits: await openLimits(ports),
    shipping: () => shipper?.state() ?? null,
    origin,
    peer: (request) => peerAt(isProxy, app.server?.requestIP(request)?.address ?? null),
    address: (request) => addressOf(request, app.server?.requestIP(request)?.address ?? null),
  };
  const app = createApp(deps);
  let listeners: Listeners;
  let unlock: () => void;
  try {
    unlock = lockFolder(config);
    if (config.database !== null) {
      await checkClock(ports);
      // Pages of this release may ask any node, for its files as well.
      await deps.releaseFiles?.note();
      await services.releases.note();
    }
    shipper = await openShipper(config, ports);
    listeners = await openListeners(app, deps);
    boundPort = listeners.port;
  } catch (error) {
    await ports.db.close();
    throw error;
  }
  await ports.db.write(async (tx) => {
    await putSetting(tx, 'origin', new TextEncoder().encode(origin()));
    await noteServer(deps, 'server.started', tx);
  });
  // Whoever reads that it listens may tell it to stop.
  const told = stopSignal();
  await greet(deps, listeners);
  if (shipper !== null) console.log(`Every change is kept within seconds: ${shipper.state().to}`);
  for (const job of serverJobs(deps, listeners)) deps.jobs.add(job);
  shipper?.start();

  await told;
  log.info('stopping');
  await drain(deps.ops.stopping, config.drain);
  await stopInOrder([...stopOrder(deps, listeners, shipper), { name: 'lock', run: unlock }], GRACE_MS, log);
  log.info('stopped');
  return 0;
}

/** Held until the end, where the database lies in the folder. Throws CommandFailed where another server has it. */
function lockFolder({ data, database }: Config): () => void {
  if (database !== null) return () => {};
  const unlock = lockOf(resolve(data));
  if (unlock === null)
    throw new CommandFailed(
      `Another Sotto serves ${resolve(data)}: end it first, or give another folder with --data.`,
    );
  return unlock;
}

/** Where the database is on another machine. Throws CommandFailed where that is far from this one's. */
async function checkClock({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  const wrong = whyApart(await timeOf(db), clock());
  if (wrong !== null) throw new CommandFailed(`Sotto does not start: ${wrong}.`);
}

function lockOf(folder: string): (() => void) | null {
  try {
    return lockServing(folder);
  } catch (error) {
    // A disk that is full, or may not be written.
    if (error instanceof Error && 'code' in error)
      throw new CommandFailed(`The data folder ${folder} cannot be used: ${error.message} (${error.code}).`);
    throw error;
  }
}

/** The collector's library is large: who asks for no traces never loads it. */
async function tracingOf({ telemetry }: Config): Promise<Tracing | null> {
  return telemetry === null ? null : (await import('../ops/otlp.ts')).createTracing(telemetry);
}

/** What the person at the console is told. */
async function greet(
  { origin, services, encryption, config }: Deps,
  { plainPort }: Listeners,
): Promise<void> {
  console.log(`Listening: ${origin()}`);
  if (encryption?.authority) {
    console.log(`Certificate authority: SHA-256 ${encryption.authority.fingerprint}`);
    console.log(`Trust it once on each device: ${trustUrl(origin(), plainPort)}`);
  }
  if (await services.accounts.ready()) return;
  // Nodes that begin together each print one.
  const token = await services.invites.createSetupToken(config.database === null ? undefined : 'besides');
  console.log(`Set-up link: ${setupUrl(origin(), token)}`);
}

const noteServer = ({ services }: Deps, action: 'server.started' | 'server.stopped', tx: Tx) =>
  services.audit.record(tx, { actor: null, action, subject: '', detail: { release: RELEASE } });

/** What ends, in this order: who asks first, then what works by itself, the database last. */
const stopOrder = (deps: Deps, listeners: Listeners, shipper: Shipper | null): readonly StopStep[] => [
  { name: 'sockets', run: () => deps.ops.stopping.begin() },
  { name: 'requests', run: () => listeners.stop() },
  { name: 'jobs', run: () => deps.jobs.stop() },
  { name: 'usage', run: () => deps.services.usage.note() },
  { name: 'mail', run: () => deps.services.mail.close() },
  { name: 'audit', run: () => deps.db.write((tx) => noteServer(deps, 'server.stopped', tx)) },
  { name: 'log', run: () => shipper?.stop() },
  { name: 'traces', run: () => deps.ops.tracing?.close() },
  { name: 'nodes', run: () => deps.hub.close() },
  { name: 'database', run: () => deps.db.close() },
];

/** `sotto serve`: the server, until it is told to stop. */
import { createApp } from '../app.ts';
import { parseConfig, publicOrigin } from '../config.ts';
import { setupUrl } from '../contract/paths.ts';
import type { Deps } from '../deps.ts';
import { loadAssets } from '../embedded.ts';
import { clientAddress } from '../http/address.ts';
import { RateLimits } from '../http/limits.ts';
import { createLog } from '../ops/log.ts';
import { createRetention } from '../services/retention.ts';
import { createServices } from '../services/services.ts';
import { putSetting } from '../store/settings.ts';
import { CommandFailed } from './failed.ts';
import { openData } from './open.ts';

/** Milliseconds between two runs of the jobs that delete what is over. */
const JOB_INTERVAL_MS = 60_000;
/** Milliseconds between two runs that delete files that are over and bytes that nothing names. */
const FILES_INTERVAL_MS = 3600_000;
/** Milliseconds that open requests get to finish after a signal. */
const GRACE_MS = 5_000;

/** Serves until SIGINT or SIGTERM; gives the exit code. */
export async function serve(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const config = parseConfig(args, env);
  const log = createLog(config.logLevel, Date.now);
  const [ports, assets] = await Promise.all([openData(config, log), loadAssets()]);

  let boundPort = config.port;
  const origin = () => publicOrigin(config, boundPort);
  const services = createServices(ports, origin);
  const addressOf = clientAddress(config.trustedProxies);
  const deps: Deps = {
    ...ports,
    services,
    assets,
    limits: new RateLimits(ports.clock),
    origin,
    address: (request) => addressOf(request, app.server?.requestIP(request)?.address ?? null),
  };
  const app = createApp(deps);
  try {
    app.listen({ port: config.port, hostname: config.host });
  } catch (error) {
    await ports.db.close();
    throw new CommandFailed(
      `Cannot listen on ${config.host}:${config.port}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  boundPort = app.server?.port ?? config.port;
  await ports.db.write((tx) => putSetting(tx, 'origin', new TextEncoder().encode(origin())));

  console.log(`Listening: ${origin()}`);
  if (!(await services.accounts.ready())) {
    const token = await services.invites.createSetupToken();
    console.log(`Set-up link: ${setupUrl(origin(), token)}`);
  }

  const cleanFiles = async () => {
    try {
      // Links first: what was handed in through them goes with them.
      await services.shares.expire();
      await services.fileRequests.expire();
      await services.fileCleanup.run();
    } catch (error) {
      log.error('job failed', { reason: error instanceof Error ? error.message : String(error) });
    }
  };
  // What a crash left is found now.
  let cleaning = cleanFiles();
  const filesJob = setInterval(() => {
    cleaning = cleanFiles();
  }, FILES_INTERVAL_MS);
  const retention = createRetention(ports);
  const jobs = setInterval(async () => {
    try {
      await retention.run(ports.clock());
      await services.sessions.expire();
      await services.links.expire();
      await services.startAgain.links.expire();
    } catch (error) {
      log.error('job failed', { reason: error instanceof Error ? error.message : String(error) });
    }
  }, JOB_INTERVAL_MS);

  await stopSignal();
  clearInterval(jobs);
  clearInterval(filesJob);
  log.info('stopping');
  await Promise.race([Promise.all([app.stop(true), cleaning]), Bun.sleep(GRACE_MS)]);
  await ports.db.close();
  return 0;
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

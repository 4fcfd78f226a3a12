/** What the server does by itself. A room adds its job here in a line or two; what a job does lies in a service. */
import type { Deps } from '../../deps.ts';
import type { Job } from '../../ops/jobs.ts';
import { createRetention } from '../../services/retention.ts';
import { expireGuesses } from '../../services/wrong-guesses.ts';
import { checkBlobs } from '../blobs.ts';
import type { Listeners } from './listeners.ts';

/** Milliseconds between two runs of the jobs that delete what is over. */
const EXPIRE_EVERY_MS = 60_000;
/** Milliseconds between two runs that delete files that are over and bytes that nothing names. */
const FILES_EVERY_MS = 3600_000;

/** Milliseconds between two looks whether the bucket takes files: who looks after the server hears it before people do. */
const BUCKET_EVERY_MS = 5 * 60_000;

/** Milliseconds between two looks which releases other nodes are of. */
const RELEASES_EVERY_MS = 2000;

/** Milliseconds between two notes of how much the server is used. */
const USAGE_EVERY_MS = 60_000;
const USAGE_FIRST_MS = 1000;
/** Milliseconds between two looks whether a backup is due. */
const BACKUP_EVERY_MS = 60_000;
/** Milliseconds after the start: one may have been due while no server ran. */
const BACKUP_FIRST_MS = 1_000;
/** Milliseconds until certificate files that changed are in use. */
const CERTIFICATE_EVERY_MS = 10_000;
/** Milliseconds until a letter that was queued goes out, at most. */
const MAIL_EVERY_MS = 10_000;
/** Milliseconds between two looks for whom messages wait. */
const DIGEST_EVERY_MS = 15 * 60_000;

/** @param listeners whose certificate is looked after */
export function serverJobs(deps: Deps, listeners: Pick<Listeners, 'renew'>): readonly Job[] {
  const { services } = deps;
  const retention = createRetention(deps, deps.services.policies);
  return [
    ...(deps.config.database === null
      ? []
      : [
          {
            name: 'releases',
            every: RELEASES_EVERY_MS,
            everywhere: true,
            async run() {
              await services.releases.note();
              await deps.releaseFiles?.note();
            },
          } as const,
        ]),
    { name: 'relay', every: EXPIRE_EVERY_MS, run: () => retention.run(deps.clock()) },
    {
      name: 'sessions',
      every: EXPIRE_EVERY_MS,
      async run() {
        await services.sessions.expire();
        await services.links.expire();
        await services.startAgain.links.expire();
        await services.places.expire();
        await services.tokens.expire();
        await expireGuesses(deps);
      },
    },
    ...(deps.encryption
      ? [
          {
            name: 'certificate',
            every: CERTIFICATE_EVERY_MS,
            everywhere: true,
            run: () => listeners.renew(),
          } as const,
        ]
      : []),
    ...(deps.config.s3
      ? [
          {
            name: 'bucket',
            every: BUCKET_EVERY_MS,
            first: 0,
            // Each node has a way of its own to it.
            everywhere: true,
            run: () => checkBlobs(deps),
          } as const,
        ]
      : []),
    {
      name: 'backup',
      every: BACKUP_EVERY_MS,
      first: BACKUP_FIRST_MS,
      run: (signal) => services.serverBackups.tend(signal),
    },
    // Once the first people are answered: it loads the metrics' library.
    {
      name: 'usage',
      every: USAGE_EVERY_MS,
      first: USAGE_FIRST_MS,
      // Each node knows what it has relayed.
      everywhere: true,
      run: () => services.usage.note(),
    },
    { name: 'mail', every: MAIL_EVERY_MS, run: () => deliverAll(services.mail) },
    // Accounts whose deletion a crash has cut off, or a backup has kept waiting.
    { name: 'deletions', every: FILES_EVERY_MS, first: 0, run: () => services.deletion.finish() },
    { name: 'digest', every: DIGEST_EVERY_MS, run: () => services.mail.digest() },
    {
      name: 'files',
      every: FILES_EVERY_MS,
      // What a crash left is found now.
      first: 0,
      async run() {
        // Links first: what was handed in through them goes with them.
        await services.shares.expire();
        await services.fileRequests.expire();
        await services.fileCleanup.run();
      },
    },
  ];
}

async function deliverAll(mail: Deps['services']['mail']): Promise<void> {
  while ((await mail.deliver()) > 0);
}

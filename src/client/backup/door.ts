/**
 * The way to the backup: what the first page needs of it, and when it runs. Everything else is fetched when it is due, and
 * never on a device that has no key.
 */
import type { Context } from '../context.ts';
import { onDemand } from '../on-demand.ts';
import { readRecord } from '../operation.ts';
import { TransportRefused } from '../ports.ts';
import { readBackupKey } from '../self.ts';
import { number } from '../stored.ts';
import type { BackupActions } from './types.ts';

const part = () => onDemand(() => import('./main.ts'));

export function backupActions(ctx: Context): BackupActions {
  return {
    backup: async () => (await part()).viewBackup(ctx),
    setBackup: async (on) => (await part()).setBackup(ctx, on),
    backUpNow: async () => (await part()).backUpNow(ctx),
  };
}

/** After the first contact of a page: history of a new device is what its person waits for. */
const FIRST_MS = 500;
/** Store `backup`: when the last run ended, epoch milliseconds. */
const RAN_AT = 'ranAt';
const RUN_OFTEN_MS = 10 * 60_000;
/** New messages are saved together, after at least and at most so long, in milliseconds. */
const QUIET_MS = 30_000;
const SPREAD_MS = 90_000;
/** What failed is tried again after this, twice as long each time, and after this at most. */
const RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 30 * 60_000;

/** A command that ends within moments does not look each time: after a run, the next first one waits as new messages do. */
async function firstDelay(ctx: Context): Promise<number> {
  const ranAt = (await readRecord(ctx.storage, 'backup', RAN_AT, number)) ?? 0;
  return ctx.now() - ranAt < RUN_OFTEN_MS ? QUIET_MS + ctx.randomBelow(SPREAD_MS) : FIRST_MS;
}

/** Runs the backup by itself while the engine is open. */
export function tendBackup(ctx: Context): void {
  let failures = 0;
  let met = false;
  const later = (delay: number) => ctx.tasks.later('backup', delay, run);
  const run = async () => {
    if ((await readBackupKey(ctx.storage)) === null) return;
    try {
      const { runBackup } = await part();
      if ((await runBackup(ctx)) === 'later') later(RETRY_MS);
      else await ctx.operate(async (op) => op.write('backup', RAN_AT, number, ctx.now()));
      failures = 0;
    } catch (error) {
      // Signed out, or of another release: whoever syncs says so.
      if (error instanceof TransportRefused && (error.status === 401 || error.status === 426)) return;
      const asked =
        error instanceof TransportRefused && 'retry_after' in error.body ? error.body.retry_after : 0;
      later(Math.max((asked ?? 0) * 1000, Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** failures++)));
    }
  };
  ctx.subscribe((event) => {
    if (event.type === 'connection' && event.online && !met) {
      met = true;
      ctx.tasks.run(async () => later(await firstDelay(ctx)));
    }
    const isChange = event.type === 'message' || event.type === 'updated' || event.type === 'removed';
    if (isChange && met) later(QUIET_MS + ctx.randomBelow(SPREAD_MS));
  });
}

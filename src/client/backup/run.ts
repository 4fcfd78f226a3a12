/** One run of the backup: learn the newest manifest, take what is missing here, save what is missing there, tidy. */
import { sentence } from '../../contract/words.ts';
import type { Context } from '../context.ts';
import { syncSettings } from '../own-sync.ts';
import { StorageFull, TransportFailed, TransportRefused } from '../ports.ts';
import { decodeStored, number, record, text } from '../stored.ts';
import { appendChanged } from './append.ts';
import { sweepSaved } from './changed-entries.ts';
import { readChoice, seenSetting } from './choice.ts';
import { compactBackup } from './compact.ts';
import { releaseHeld } from './held.ts';
import { learnManifest, Untrusted } from './manifest.ts';
import { backupOwner, readMemory, remember } from './state.ts';
import { Outdated, takeSegments } from './take.ts';

/** Other tabs and processes leave it alone for so long after the last sign of life, in milliseconds. */
const LEASE_MS = 90_000;
/** How often a faster device is followed before the next run. */
const MOST_ROUNDS = 12;
/** One's own devices are told of the newest manifest at most this often, in milliseconds. */
const TOLD_EVERY_MS = 3600_000;

const OFF = sentence(
  'Your history is not saved any more: it was turned off on another device, or by the server. Turn it on here if that was not you.',
);
const NO_ROOM = sentence(
  'The server has no room left for more of your history, so newer messages are not saved. Your devices keep everything; ask your administrator.',
);

const Lease = record({ holder: text, until: number });

/** Names this engine among those on the same storage. */
const HOLDERS = new WeakMap<Context, string>();
function holderOf(ctx: Context): string {
  const known = HOLDERS.get(ctx) ?? ctx.crypto.random(8).toHex();
  HOLDERS.set(ctx, known);
  return known;
}

/** Whether this engine may work now; each call makes it last longer. */
function takeLease(ctx: Context): Promise<boolean> {
  return ctx.operate(async (op) => {
    const known = await op.get('backup', 'lease');
    const { holder, until } = known === null ? { holder: '', until: 0 } : decodeStored(Lease, known);
    const own = holderOf(ctx);
    if (holder !== own && until > ctx.now() && until <= ctx.now() + LEASE_MS) return false;
    op.write('backup', 'lease', Lease, { holder: own, until: ctx.now() + LEASE_MS });
    return true;
  });
}

/** One that ran out meanwhile is another's by now. */
function dropLease(ctx: Context): Promise<void> {
  return ctx.operate(async (op) => {
    const known = await op.get('backup', 'lease');
    if (known !== null && decodeStored(Lease, known).holder === holderOf(ctx)) op.remove('backup', 'lease');
  });
}

/**
 * Runs once. `done` when everything is taken and saved; `later` when another tab works on it, or devices were faster too
 * often; `off` when there is nothing to do until the person says so.
 * @throws TransportFailed, TransportRefused (the caller waits), StorageFull
 */
export async function runBackup(ctx: Context): Promise<'done' | 'later' | 'off'> {
  const owner = await backupOwner(ctx);
  const isOff = async () => !(await readChoice(ctx.storage)).on;
  if (owner === null || (await isOff())) return 'off';
  if (!(await takeLease(ctx))) return 'later';
  try {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      try {
        const shown = await ctx.transport.backup();
        const memory = await readMemory(ctx.storage);
        if (shown.off && !memory.turnOn) {
          await ctx.operate((op) => remember(op, { problem: OFF, stopped: true }));
          return 'off';
        }
        const { segments } = await learnManifest(ctx, owner, shown);
        await takeSegments(ctx, owner, segments);
        await releaseHeld(ctx);
        if (!(await readMemory(ctx.storage)).swept) await sweepSaved(ctx, segments);
        while (await appendChanged(ctx, owner)) {
          if (await isOff()) return 'off';
          await takeLease(ctx);
        }
        await compactBackup(ctx, owner);
        await tellSeen(ctx);
        return 'done';
      } catch (error) {
        if (!(error instanceof Outdated)) throw error;
      }
    }
    return 'later';
  } catch (error) {
    await explain(ctx, error);
    if (error instanceof Untrusted) return 'off';
    throw error;
  } finally {
    await dropLease(ctx);
  }
}

/** What the person can do about it stands in Settings. */
async function explain(ctx: Context, error: unknown): Promise<void> {
  if (error instanceof Untrusted) {
    await ctx.operate((op) => remember(op, { problem: error.message, stopped: true }));
    ctx.notice('E_BACKUP', error.message);
  } else if (error instanceof TransportRefused && error.status === 413)
    await ctx.operate((op) => remember(op, { problem: NO_ROOM }));
  else if (error instanceof StorageFull || error instanceof TransportFailed) return;
}

/** Tells one's own devices which manifest this one has seen, so that the server cannot show them an older one [R10]. */
async function tellSeen(ctx: Context): Promise<void> {
  await ctx.operate(async (op) => {
    const { version, root, toldAt } = await readMemory(op);
    if (version === 0 || ctx.now() - toldAt < TOLD_EVERY_MS) return;
    await remember(op, { toldAt: ctx.now() });
    await syncSettings(op, ctx, [seenSetting({ version, root }, ctx.now())]);
  });
}

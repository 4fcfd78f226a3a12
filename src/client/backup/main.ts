/** What the backup does: a part that is fetched when something is to be saved, restored or shown. */
import { say, t } from '../../contract/words.ts';
import type { Context } from '../context.ts';
import { syncSettings } from '../own-sync.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { listChanged } from './changed.ts';
import { choiceSetting, forgetHeard, readChoice, writeChoice } from './choice.ts';
import { runBackup } from './run.ts';
import {
  type BackupMemory,
  backupOwner,
  listTaken,
  NOTHING_SAVED,
  nameOf,
  readMemory,
  remember,
} from './state.ts';
import type { BackupView } from './types.ts';

export { runBackup } from './run.ts';

/** Messages that wait are counted up to here. */
const COUNTED = 100_000;

export async function viewBackup(ctx: Context): Promise<BackupView> {
  const { storage } = ctx;
  const owner = await backupOwner(ctx);
  const { on } = await readChoice(storage);
  const memory = await readMemory(storage);
  const state = owner === null ? 'no-key' : !on ? 'off' : memory.stopped ? 'stopped' : 'on';
  return {
    state,
    savedAt: memory.savedAt,
    messages: memory.here,
    bytes: memory.bytes,
    limit: memory.limit,
    waiting: state === 'no-key' || state === 'off' ? 0 : (await listChanged(storage, COUNTED)).length,
    restoring: state === 'on' ? await restoring(ctx, memory) : null,
    problem: state === 'off' ? null : await problemOf(ctx, memory),
  };
}

async function problemOf(ctx: Context, { problem, segments }: BackupMemory): Promise<string | null> {
  if (problem !== null) return say(problem);
  const taken = await listTaken(ctx.storage);
  const isDamaged = segments.some((each) => taken.get(nameOf(each))?.state === 'damaged');
  return isDamaged
    ? t(
        'A part of your saved history is damaged on the server and could not be read. Everything else was restored.',
      )
    : null;
}

async function restoring(ctx: Context, memory: BackupMemory): Promise<BackupView['restoring']> {
  const taken = await listTaken(ctx.storage);
  const isMissing = memory.segments.some((each) => !each.originals && !taken.has(nameOf(each)));
  return isMissing ? { done: Math.min(memory.here, memory.messages), total: memory.messages } : null;
}

/** @throws Error with one sentence */
export async function setBackup(ctx: Context, on: boolean): Promise<void> {
  if (!on) await inWords(() => ctx.transport.turnBackupOff());
  await ctx.operate(async (op) => {
    const choice = { on, changedAt: ctx.now() };
    writeChoice(op, choice);
    await syncSettings(op, ctx, [choiceSetting(choice)]);
    // Whatever was seen before is not asked for again, and everything that is here is saved anew.
    for (const prefix of ['i/', 't/', 'x/'])
      for (const [key] of await op.list('backup', { prefix })) op.remove('backup', key);
    forgetHeard(op);
    await remember(op, { ...NOTHING_SAVED, turnOn: on });
  });
  if (on) await backUpNow(ctx);
}

/** @throws Error with one sentence */
export async function backUpNow(ctx: Context): Promise<void> {
  const outcome = await inWords(() => runBackup(ctx));
  if (outcome === 'later') throw new Error(t('Another window saves your history right now.'));
  const { state, problem } = await viewBackup(ctx);
  if (state === 'no-key')
    throw new Error(t('Sign out and in again first: then this device gets the key of your saved history.'));
  if (state === 'stopped' && problem !== null) throw new Error(problem);
}

async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TransportFailed)
      throw new Error(t('The server cannot be reached. Try again when you are online.'), { cause: error });
    if (error instanceof TransportRefused) throw new Error(error.message, { cause: error });
    throw error;
  }
}

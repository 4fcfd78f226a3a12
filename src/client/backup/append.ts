/** Saves what the backup lacks: one round of new segments and the manifest that names them. */
import type { BackupKey } from '../../protocol/backup.ts';
import { ENTRY, entryName } from '../archive/record.ts';
import type { Context } from '../context.ts';
import { collectChanged } from './changed-entries.ts';
import { learnManifest } from './manifest.ts';
import { readSaved } from './saved.ts';
import { nameSegments, storeEntries } from './segments.ts';
import { type BackupMemory, listTaken, nameOf, readMemory, remember } from './state.ts';
import { takeEntries } from './take.ts';

/**
 * Saves a round. What was stored is then taken like any other segment, which notes where each thing is: after a crash in
 * between the next run does the same. Gives whether more waits.
 * @throws Outdated, Untrusted, TransportFailed, TransportRefused
 */
export async function appendChanged(ctx: Context, owner: BackupKey): Promise<boolean> {
  const known = await readMemory(ctx.storage);
  const { states, originals, more } = await collectChanged(ctx);
  if (states.length + originals.length === 0 && !known.turnOn) {
    if (!more) await ctx.operate((op) => remember(op, { savedAt: ctx.now(), problem: null }));
    return more;
  }
  const stored = [
    ...(await storeEntries(ctx, owner, states, false)),
    ...(await storeEntries(ctx, owner, originals, true)),
  ];
  const segments = [...known.segments, ...stored.map(({ segment }) => segment)];
  await nameSegments(ctx, owner, known, segments, await countMessages(ctx, known, states));
  const next = await learnManifest(ctx, owner, await ctx.transport.backup());
  for (const { segment, entries } of stored) await takeEntries(ctx, next.segments, nameOf(segment), entries);
  await ctx.operate((op) =>
    remember(op, { turnOn: false, ...(more ? {} : { savedAt: ctx.now(), problem: null }) }),
  );
  return more;
}

/** Messages that a restore gives after this round; while this device still restores, what the one before said counts too. */
async function countMessages(
  ctx: Context,
  known: BackupMemory,
  states: Parameters<typeof storeEntries>[2],
): Promise<number> {
  let added = 0;
  for (const entry of states)
    if (entry.kind === ENTRY.message && (await readSaved(ctx.storage, entryName(entry))) === null) added++;
  const taken = await listTaken(ctx.storage);
  const isWhole = known.segments.every((each) => each.originals || taken.has(nameOf(each)));
  return (isWhole ? known.here : Math.max(known.here, known.messages)) + added;
}

/**
 * Makes the backup smaller: what was taken back or is over leaves the server, small segments become large ones. What stays is
 * copied entry by entry, those of a later release too.
 */
import type { SegmentId } from '../../contract/backup.ts';
import type { ArchiveEntry } from '../../protocol/archive.ts';
import type { BackupKey, BackupSegment } from '../../protocol/backup.ts';
import { entryName } from '../archive/record.ts';
import type { Context } from '../context.ts';
import { learnManifest } from './manifest.ts';
import { listSaved, readSaved } from './saved.ts';
import { nameSegments, storeEntries } from './segments.ts';
import { type BackupMemory, listErasures, listTaken, nameOf, readMemory, remember } from './state.ts';
import { fetchEntries, takeEntries } from './take.ts';

/** Words that were taken back leave the server within so long while a device is here, in milliseconds. */
const COMPACT_EVERY_MS = 24 * 3600_000;
/** Segments below this many bytes are small; so many of them become one. */
const SMALL_BYTES = 192 * 1024;
const MANY_SMALL = 12;
/** Segments that are rewritten in one go. */
const AT_ONCE = 12;
const PAGE = 1000;

/** Rewrites what is due. Gives whether it did. @throws Outdated, Untrusted, TransportFailed, TransportRefused */
export async function compactBackup(ctx: Context, owner: BackupKey): Promise<boolean> {
  const known = await readMemory(ctx.storage);
  const daily = ctx.now() - known.compactedAt >= COMPACT_EVERY_MS;
  const isCrowded = [false, true].some((lane) => small(known, lane).length >= MANY_SMALL);
  if (!daily && !isCrowded) return false;
  const taken = await listTaken(ctx.storage);
  if (known.segments.some((segment) => taken.get(nameOf(segment))?.state !== 'taken')) return false;
  let did = false;
  for (const lane of [false, true]) did = (await compactLane(ctx, owner, lane, daily)) || did;
  if (daily) await ctx.operate((op) => remember(op, { compactedAt: ctx.now() }));
  return did;
}

const small = ({ segments }: BackupMemory, lane: boolean): readonly BackupSegment[] =>
  segments.filter(({ originals, size }) => originals === lane && size < SMALL_BYTES);

async function compactLane(ctx: Context, owner: BackupKey, lane: boolean, daily: boolean): Promise<boolean> {
  const known = await readMemory(ctx.storage);
  const live = daily ? await countLive(ctx) : null;
  const erasures = await listErasures(ctx.storage);
  const crowd = small(known, lane);
  const isDue = (segment: BackupSegment) =>
    (crowd.length >= MANY_SMALL && crowd.includes(segment)) ||
    (live !== null &&
      (erasures.has(nameOf(segment)) || (live.get(nameOf(segment)) ?? 0) * 2 < segment.entries));
  const due = known.segments.filter((each) => each.originals === lane && isDue(each)).slice(0, AT_ONCE);
  if (due.length === 0) return false;
  const kept: ArchiveEntry[] = [];
  for (const segment of due) kept.push(...(await liveEntries(ctx, owner, segment)));
  const stored = await storeEntries(ctx, owner, kept, lane);
  const gone = new Set(due.map(nameOf));
  const segments = [
    ...known.segments.filter((each) => !gone.has(nameOf(each))),
    ...stored.map(({ segment }) => segment),
  ];
  await nameSegments(ctx, owner, known, segments, known.here);
  const next = await learnManifest(ctx, owner, await ctx.transport.backup());
  for (const { segment, entries } of stored) await takeEntries(ctx, next.segments, nameOf(segment), entries);
  return true;
}

/** Entries of a segment that no later one stands for. */
async function liveEntries(
  ctx: Context,
  owner: BackupKey,
  segment: BackupSegment,
): Promise<readonly ArchiveEntry[]> {
  const live: ArchiveEntry[] = [];
  for (const entry of await fetchEntries(ctx, owner, segment)) {
    const saved = await readSaved(ctx.storage, entryName(entry));
    if (saved?.segment === nameOf(segment)) live.push(entry);
  }
  return live;
}

/** How many entries of each segment still count. */
async function countLive(ctx: Context): Promise<ReadonlyMap<SegmentId, number>> {
  const live = new Map<SegmentId, number>();
  for (let after: string | null = null; ; ) {
    const page: Awaited<ReturnType<typeof listSaved>> = await listSaved(ctx.storage, PAGE, after);
    for (const [, { segment }] of page) live.set(segment, (live.get(segment) ?? 0) + 1);
    after = page.at(-1)?.[0] ?? null;
    if (page.length < PAGE) return live;
  }
}

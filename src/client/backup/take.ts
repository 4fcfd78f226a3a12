/**
 * Takes what the backup has and this device has not: the newest messages first, so that conversations can be read at once,
 * originals when everything else is here. Where it is cut off it goes on; a damaged segment costs its own entries alone.
 */
import type { SegmentId } from '../../contract/backup.ts';
import { bodyId } from '../../contract/bytes.ts';
import type { BodyId } from '../../contract/ids.ts';
import { type ArchiveEntry, openBlob, splitEntries } from '../../protocol/archive.ts';
import { type BackupKey, type BackupSegment, segmentHash, segmentPlace } from '../../protocol/backup.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { equalBytes } from '../../protocol/hash.ts';
import { applyMessages, applyOriginals } from '../archive/apply.ts';
import { applyChoice } from '../archive/choices.ts';
import {
  type ArchivedOriginal,
  ENTRY,
  entryName,
  readMessageEntry,
  readOriginalEntry,
} from '../archive/record.ts';
import type { Context } from '../context.ts';
import { readConversation } from '../conversations.ts';
import { findMessage } from '../history.ts';
import { isForgotten } from '../messages/forget.ts';
import type { Operation, Reads } from '../operation.ts';
import { TransportRefused } from '../ports.ts';
import { StoredError } from '../stored.ts';
import { noteSaved } from './changed.ts';
import { currentDigests } from './changed-entries.ts';
import { conversationOfOriginal, holdEntries } from './held.ts';
import { DIGEST_BYTES, digestOf, readSaved, removeSaved, writeSaved } from './saved.ts';
import { listTaken, nameOf, noteErasure, noteTaken, readMemory, remember } from './state.ts';

/** Entries between two looks at the lock and two words about progress. */
const STEP = 100;
/** A segment that could not be read is asked for again after so long, in milliseconds. */
const DAMAGED_AGAIN_MS = 24 * 3600_000;

/** A newer manifest names other segments: look at it first. */
export class Outdated extends Error {
  override readonly name = 'Outdated';
}

/** Takes every segment that was not taken yet. @throws Outdated, TransportFailed, TransportRefused, StorageFull */
export async function takeSegments(
  ctx: Context,
  owner: BackupKey,
  segments: readonly BackupSegment[],
): Promise<void> {
  const taken = await listTaken(ctx.storage);
  const now = ctx.now();
  const isMissing = (segment: BackupSegment) => {
    const known = taken.get(nameOf(segment));
    return known === undefined || (known.state === 'damaged' && now - known.at >= DAMAGED_AGAIN_MS);
  };
  const missing = segments.filter(isMissing).reverse();
  const order = [...missing.filter((each) => !each.originals), ...missing.filter((each) => each.originals)];
  for (const segment of order) await takeSegment(ctx, owner, segments, segment);
}

async function takeSegment(
  ctx: Context,
  owner: BackupKey,
  segments: readonly BackupSegment[],
  segment: BackupSegment,
): Promise<void> {
  const id = nameOf(segment);
  const sealed = await ctx.transport.backupSegment(id).catch((error: unknown) => {
    if (error instanceof TransportRefused && error.status === 404) return null;
    throw error;
  });
  if (sealed === null && (await ctx.transport.backup()).version !== (await readMemory(ctx.storage)).version)
    throw new Outdated();
  const entries = sealed === null ? null : await openSegment(ctx, owner, segment, sealed);
  if (entries === null) {
    await ctx.operate(async (op) => {
      noteTaken(op, id, { state: 'damaged', at: ctx.now() });
      op.events.push({ type: 'backup' });
    });
    return;
  }
  await takeEntries(ctx, segments, id, entries);
}

/** The entries of a segment; null when it is not what the manifest names. */
async function openSegment(
  ctx: Context,
  owner: BackupKey,
  segment: BackupSegment,
  sealed: Uint8Array,
): Promise<readonly ArchiveEntry[] | null> {
  if (!equalBytes(segmentHash(sealed), segment.hash)) return null;
  try {
    return splitEntries(await openBlob(ctx.crypto, segmentPlace(owner, segment.id), sealed));
  } catch (error) {
    if (isProtocolError(error)) return null;
    throw error;
  }
}

/** Opens a segment that is known to be whole. @throws Outdated when it is gone or not what the manifest names */
export async function fetchEntries(
  ctx: Context,
  owner: BackupKey,
  segment: BackupSegment,
): Promise<readonly ArchiveEntry[]> {
  const sealed = await ctx.transport.backupSegment(nameOf(segment));
  const entries = await openSegment(ctx, owner, segment, sealed);
  if (entries === null) throw new Outdated();
  return entries;
}

/**
 * Takes the entries of one segment, the last one first, and notes where each is saved. Entries that a later segment
 * has again are passed over.
 */
export async function takeEntries(
  ctx: Context,
  segments: readonly BackupSegment[],
  id: SegmentId,
  entries: readonly ArchiveEntry[],
): Promise<void> {
  const rank = new Map(segments.map((segment, at) => [nameOf(segment), at]));
  const own = rank.get(id) ?? -1;
  const newestFirst = [...entries].reverse();
  for (let at = 0; at < newestFirst.length; at += STEP) {
    const step: ArchiveEntry[] = [];
    for (const entry of newestFirst.slice(at, at + STEP)) {
      const saved = await readSaved(ctx.storage, entryName(entry));
      const there = saved === null ? -1 : (rank.get(saved.segment) ?? -1);
      if (there <= own && isReadable(entry)) step.push(entry);
    }
    await takeStep(ctx, id, step);
  }
  await ctx.operate(async (op) => {
    noteTaken(op, id, { state: 'taken', at: ctx.now() });
    op.events.push({ type: 'backup' });
  });
}

/** What is no entry of this kind is passed over: nothing else of the segment is lost by it. */
function isReadable(entry: ArchiveEntry): boolean {
  try {
    if (entry.kind === ENTRY.message) readMessageEntry(entry);
    // What is named by its signature has one.
    return entry.kind !== ENTRY.original || readOriginalEntry(entry).signature.length >= DIGEST_BYTES;
  } catch {
    return false;
  }
}

async function takeStep(ctx: Context, id: SegmentId, step: readonly ArchiveEntry[]): Promise<void> {
  const messages = step.filter(({ kind }) => kind === ENTRY.message).map(readMessageEntry);
  // Words of conversations first: a direct one is made by them when nobody has told of it yet.
  const held = new Set<ArchiveEntry>();
  for (const entry of step) if (!(await takeChoice(ctx, entry))) held.add(entry);
  const waiting = new Set(
    (await applyMessages(ctx, messages, { origin: 'backup' })).held.map((each) => each.id),
  );
  for (const entry of step)
    if (entry.kind === ENTRY.message && waiting.has(bodyId(entry.id))) held.add(entry);
  for (const entry of await takeOriginals(ctx, step)) held.add(entry);
  await holdEntries(ctx, [...held]);
  await ctx.operate((op) => noteStep(op, ctx, id, step, held));
}

/** Gives those whose conversation is not known here. */
async function takeOriginals(ctx: Context, step: readonly ArchiveEntry[]): Promise<readonly ArchiveEntry[]> {
  const held: ArchiveEntry[] = [];
  const here: { readonly id: BodyId; readonly original: ArchivedOriginal }[] = [];
  for (const entry of step) {
    if (entry.kind !== ENTRY.original) continue;
    const conversation = conversationOfOriginal(entry);
    if (conversation !== null && (await readConversation(ctx.storage, conversation)) === null)
      held.push(entry);
    else here.push({ id: bodyId(entry.id), original: readOriginalEntry(entry) });
  }
  await applyOriginals(ctx, here);
  return held;
}

/** Notes where each entry is saved; of what is over or was taken back, that it is to leave the server. */
async function noteStep(
  op: Operation,
  ctx: Context,
  id: SegmentId,
  step: readonly ArchiveEntry[],
  held: ReadonlySet<ArchiveEntry>,
): Promise<void> {
  let added = 0;
  const current = await currentDigests(op, ctx, step);
  for (const entry of step) {
    const name = entryName(entry);
    const digest = digestOf(entry);
    const own = current.get(name) ?? null;
    const saved = await readSaved(op, name);
    if (!held.has(entry) && (await isOver(op, ctx, entry))) {
      removeSaved(op, name);
      noteErasure(op, id);
      if (saved !== null && entry.kind === ENTRY.message) added--;
      continue;
    }
    if (entry.kind === ENTRY.message) {
      if (saved === null) added++;
      if (own !== null && equalBytes(own, digest)) noteSaved(op, bodyId(entry.id));
    }
    writeSaved(op, name, { segment: id, digest, own: own ?? digest });
  }
  const { here } = await readMemory(op);
  await remember(op, { here: here + added });
}

/**
 * Whether the message that it is of, or about, was taken back or its time is over. Merely not being here is no reason: what this
 * device could not take is another's history.
 */
async function isOver(reads: Reads, ctx: Context, entry: ArchiveEntry): Promise<boolean> {
  if (entry.kind !== ENTRY.message && entry.kind !== ENTRY.original) return false;
  const id = bodyId(entry.id);
  const message = await findMessage(reads, id);
  if (message !== null) return entry.kind === ENTRY.original && message.kind === 'deleted';
  if (await isForgotten(reads, id)) return true;
  if (entry.kind === ENTRY.original) return isStateGone(reads, id);
  const { expiresAt } = readMessageEntry(entry);
  return expiresAt !== null && expiresAt <= ctx.now();
}

/** States are taken before originals: one that is saved nowhere, nor in what is damaged, is of a message that is over. */
async function isStateGone(reads: Reads, id: BodyId): Promise<boolean> {
  if ((await readSaved(reads, `${ENTRY.message}/${id}`)) !== null) return false;
  return [...(await listTaken(reads)).values()].every(({ state }) => state === 'taken');
}

/** True for what is no choice, too. */
async function takeChoice(ctx: Context, entry: ArchiveEntry): Promise<boolean> {
  if (entry.kind !== ENTRY.conversation && entry.kind !== ENTRY.person && entry.kind !== ENTRY.setting)
    return true;
  try {
    return await ctx.operate((op) => applyChoice(op, ctx, entry));
  } catch (error) {
    if (error instanceof StoredError || error instanceof SyntaxError) return true;
    throw error;
  }
}

/**
 * Keeps the index up: builds it from the whole history once, and works what has changed into its segments. Each step is
 * one commit under the lock of the storage, so that any number of tabs and processes may do this at once and any of them
 * may be killed.
 */
import { messageAt } from '../history.ts';
import type { Change, Storage } from '../ports.ts';
import { buildStep, writeSegment } from './building.ts';
import {
  directoryChange,
  EMPTY,
  readDirectory,
  SEGMENTS,
  type SegmentPlace,
  STORE,
  segmentKey,
  segmentOf,
} from './directory.ts';
import { type Entry, entryOf, isSame, keyOf } from './entry.ts';
import { messageKey, notesPrefix } from './journal.ts';
import { MAX_OVER } from './search-index.ts';
import { entriesOf } from './segment.ts';
import { decodeSegment } from './segment-codec.ts';

/** Messages of a segment that has just been built, and at most; a fuller one is divided. */
const SEGMENT_SIZE = 4000;
const MAX_SEGMENT_SIZE = 6000;
/** Records that are removed in one commit. */
const SWEEP = 2000;

/** Builds what is not built yet; `told` hears how far it is, 0 to 1. Ends early, after a step, when `signal` says so. */
export async function buildIndex(
  storage: Storage,
  told: (share: number) => void = () => {},
  signal?: AbortSignal,
): Promise<void> {
  await beginIndex(storage);
  for (let more = true; more && signal?.aborted !== true; )
    more = await buildStep(storage, SEGMENT_SIZE, told);
}

/** An empty directory where there is none of this version: what an older one had is removed first. */
async function beginIndex(storage: Storage): Promise<void> {
  if ((await readDirectory(storage)) !== null) return;
  await storage.exclusive(async () => {
    if ((await readDirectory(storage)) !== null) return;
    // The building reads everything: nothing needs to be remembered as changed before it begins.
    for (const prefix of [SEGMENTS, notesPrefix]) {
      for (;;) {
        const old = await storage.list(STORE, { prefix, limit: SWEEP });
        if (old.length === 0) break;
        await storage.commit(old.map(([key]) => ({ store: STORE, key, value: null })));
      }
    }
    await storage.commit([directoryChange(EMPTY)]);
  });
}

/** Works changed messages into the segments, all there are; nothing while the index is being built. */
export async function foldChanges(storage: Storage): Promise<void> {
  while (await storage.exclusive(() => foldSome(storage)));
}

/** Gives whether there is more to do. */
async function foldSome(storage: Storage): Promise<boolean> {
  const directory = await readDirectory(storage);
  if (directory === null || directory.building !== null) return false;
  const notes = await storage.list(STORE, { prefix: notesPrefix, limit: MAX_OVER });
  if (notes.length === 0) return false;
  const keys = notes.map(([note]) => note.slice(notesPrefix.length));
  const messages = await Promise.all(keys.map((key) => messageAt(storage, messageKey(key))));
  const bySegment = new Map<number, Map<string, Entry | null>>();
  for (const [i, key] of keys.entries()) {
    const place = segmentOf(directory.segments, key);
    const message = messages[i] ?? null;
    const entries = bySegment.get(place) ?? new Map<string, Entry | null>();
    bySegment.set(place, entries.set(key, message === null ? null : entryOf(message)));
  }
  const changes: Change[] = notes.map(([key]) => ({ store: STORE, key, value: null }));
  const segments: SegmentPlace[] = [];
  let nextId = directory.nextId;
  for (const [place, old] of [
    ...directory.segments,
    ...(directory.segments.length === 0 ? [null] : []),
  ].entries()) {
    const changed = bySegment.get(place);
    const entries = changed === undefined ? null : await changeSegment(storage, old, changed);
    if (entries === null) {
      if (old !== null) segments.push(old);
      continue;
    }
    if (old !== null) changes.push({ store: STORE, key: segmentKey(old.id), value: null });
    for (const part of divide(entries)) {
      const written = writeSegment(nextId++, part);
      changes.push(written.change);
      segments.push(written.place);
    }
  }
  await storage.commit([...changes, directoryChange({ ...directory, segments, nextId: nextId + 1 })]);
  return notes.length === MAX_OVER;
}

/** The segment's messages with these in their place; null when that changes nothing. */
async function changeSegment(
  storage: Storage,
  place: SegmentPlace | null,
  changed: ReadonlyMap<string, Entry | null>,
): Promise<readonly Entry[] | null> {
  const stored = place === null ? null : await storage.get(STORE, segmentKey(place.id));
  const entries = new Map(
    (stored === null ? [] : entriesOf(decodeSegment(stored))).map((entry) => [keyOf(entry), entry]),
  );
  let isChanged = false;
  for (const [key, entry] of changed) {
    const old = entries.get(key);
    if (entry === null ? old === undefined : old !== undefined && isSame(old, entry)) continue;
    isChanged = true;
    if (entry === null) entries.delete(key);
    else entries.set(key, entry);
  }
  if (!isChanged) return null;
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function divide(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  if (entries.length === 0) return [];
  if (entries.length <= MAX_SEGMENT_SIZE) return [entries];
  const parts = Math.ceil(entries.length / SEGMENT_SIZE);
  const size = Math.ceil(entries.length / parts);
  return Array.from({ length: parts }, (_, i) => entries.slice(i * size, (i + 1) * size));
}

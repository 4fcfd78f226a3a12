/**
 * The store `search`: `directory` names the segments in order, `s/ID` is one of them, `d/CONVERSATION/ORDER` a message
 * that has changed since it was indexed. A segment is never changed, another one takes its place under a new id, so that
 * whoever holds one in memory knows by the directory whether it still counts.
 */
import { type Reads, readRecord, sortable } from '../operation.ts';
import type { Change } from '../ports.ts';
import { encodeStored, list, nullable, number, type Of, record, text } from '../stored.ts';

/** Raised when what the index holds changes, such as how text is folded: then it is built anew. */
const INDEX_VERSION = 1;

const Directory = record({
  version: number,
  /** In order; `from` is the key of the first message, `''` of the first segment. */
  segments: list(record({ id: number, from: text, size: number })),
  nextId: number,
  /** Key of the last message that the first building has come to; null when it is done. */
  building: nullable(text),
});
export type Directory = Of<typeof Directory>;
export type SegmentPlace = Directory['segments'][number];

export const STORE = 'search';
export const SEGMENTS = 's/';
export const segmentKey = (id: number): string => SEGMENTS + sortable(id);

export const EMPTY: Directory = { version: INDEX_VERSION, segments: [], nextId: 1, building: '' };

/** Null when there is no index of this version. Throws StoredError. */
export async function readDirectory(reads: Reads): Promise<Directory | null> {
  const directory = await readRecord(reads, STORE, 'directory', Directory);
  return directory?.version === INDEX_VERSION ? directory : null;
}

export function directoryChange(directory: Directory): Change {
  return { store: STORE, key: 'directory', value: encodeStored(Directory, directory) };
}

/** The place in the directory of the segment that a key belongs to. */
export function segmentOf(segments: readonly SegmentPlace[], key: string): number {
  return Math.max(
    0,
    segments.findLastIndex(({ from }) => from <= key),
  );
}

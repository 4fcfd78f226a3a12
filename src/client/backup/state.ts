/**
 * What this device knows of the backup, in the store `backup`: `state` is the newest manifest that it has seen, `t/SEGMENT`
 * each segment that it has read or could not, `h/NAME` what waits for a conversation that is not known here yet.
 */
import { isSegmentId, type SegmentId, segmentId } from '../../contract/backup.ts';
import type { BackupKey, BackupSegment } from '../../protocol/backup.ts';
import type { Context } from '../context.ts';
import { type Operation, type Reads, readRecord } from '../operation.ts';
import { readBackupKey } from '../self.ts';
import {
  added,
  bytes,
  decodeStored,
  flag,
  list,
  nullable,
  number,
  type Of,
  oneOf,
  record,
  text,
} from '../stored.ts';

const Segment = record({ id: bytes, hash: bytes, size: number, entries: number, originals: flag });

const State = record({
  /** Of the manifest; 0 before the first. */
  version: number,
  /** 32 bytes; zeros before the first. */
  root: bytes,
  /** H of the manifest as it was sealed: the same one need not be opened again. */
  sealed: bytes,
  segments: list(Segment),
  /** Messages that it says a restore gives. */
  messages: number,
  /** Messages of it that are here. */
  here: number,
  /** When everything of this device was last saved, epoch milliseconds. */
  savedAt: nullable(number),
  /** Bytes on the server, and the most that there may be, as it said last. */
  bytes: number,
  limit: number,
  /** What is wrong, one sentence. `stopped` goes on only when the person says so. */
  problem: nullable(text),
  stopped: flag,
  /** Everything that was here before there was a backup has been noted. */
  swept: flag,
  /** When one's own devices were last told of the newest manifest. */
  toldAt: number,
  /** When segments were last made smaller. */
  compactedAt: number,
  /** The person has turned it on here after it was off: the next manifest says so to the server. */
  turnOn: added(flag, false),
});
export type BackupMemory = Of<typeof State>;

export const NOTHING_SAVED: BackupMemory = {
  version: 0,
  root: new Uint8Array(32),
  sealed: new Uint8Array(),
  segments: [],
  messages: 0,
  here: 0,
  savedAt: null,
  bytes: 0,
  limit: 0,
  problem: null,
  stopped: false,
  swept: false,
  toldAt: 0,
  compactedAt: 0,
  turnOn: false,
};

export async function readMemory(reads: Reads): Promise<BackupMemory> {
  return (await readRecord(reads, 'backup', 'state', State)) ?? NOTHING_SAVED;
}

/** Changes what is remembered; told after the commit. */
export async function remember(op: Operation, change: Partial<BackupMemory>): Promise<void> {
  op.write('backup', 'state', State, { ...(await readMemory(op)), ...change });
  op.events.push({ type: 'backup' });
}

/** Whose backup it is and its key; null while this device has not been given the key. */
export async function backupOwner(ctx: Context): Promise<BackupKey | null> {
  const key = await readBackupKey(ctx.storage);
  return key === null ? null : { account: ctx.self.accountBytes, key };
}

const Taken = record({ state: oneOf('taken', 'damaged'), at: number });
export type Taken = Of<typeof Taken>;

export const nameOf = ({ id }: Pick<BackupSegment, 'id'>): SegmentId => segmentId(id);

/** What became of each segment that was looked at. */
export async function listTaken(reads: Reads): Promise<ReadonlyMap<SegmentId, Taken>> {
  const taken = new Map<SegmentId, Taken>();
  for (const [key, value] of await reads.list('backup', { prefix: 't/' })) {
    const id = key.slice(2);
    if (isSegmentId(id)) taken.set(id, decodeStored(Taken, value));
  }
  return taken;
}

export function noteTaken(op: Operation, id: SegmentId, taken: Taken): void {
  op.write('backup', `t/${id}`, Taken, taken);
}

/** Segments that no manifest names any more. */
export function dropTaken(op: Operation, ids: Iterable<SegmentId>): void {
  for (const id of ids) {
    op.remove('backup', `t/${id}`);
    op.remove('backup', `x/${id}`);
  }
}

/** Something in this segment was taken back or is over: its words are to leave the server soon. */
export function noteErasure(op: Operation, id: SegmentId): void {
  op.writeBytes('backup', `x/${id}`, new Uint8Array());
}

export async function listErasures(reads: Reads): Promise<ReadonlySet<string>> {
  const entries = await reads.list('backup', { prefix: 'x/' });
  return new Set(entries.map(([key]) => key.slice(2)));
}

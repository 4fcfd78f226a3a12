/**
 * Keys of one's own links, kept on each of one's own devices (store `files`, `share/ID` and `file-request/ID`; among devices they travel
 * as settings of the same names). Without them a link could be ended, but not shown again, and what was handed in would not open.
 */

import { fromHex } from '../../contract/bytes.ts';
import { type FileId, fileId, isFileId } from '../../contract/files.ts';
import {
  type FileRequestId,
  HANDED_IN_MS,
  isFileRequestId,
  isShareId,
  type ShareId,
} from '../../contract/shares.ts';
import { concat } from '../../protocol/codec.ts';
import type { Setting } from '../../protocol/payload.ts';
import type { Context } from '../context.ts';
import { type Operation, type Reads, readRecord } from '../operation.ts';
import { syncSettings } from '../own-sync.ts';
import {
  bytes,
  decodeStored,
  encodeStored,
  number,
  type Of,
  record,
  type Shape,
  StoredError,
  text,
  word,
} from '../stored.ts';

const SHARE = 'share/';
const REQUEST = 'file-request/';
/** A setting from further in the future than clocks differ is not taken. */
const AHEAD_MS = 24 * 3600_000;
const FILE_ID_BYTES = 16;
/** Links whose keys are kept, at most, of each kind. */
const MOST_KEPT = 1000;

export const KeptShare = record({ file: word(isFileId), name: text, key: bytes, expiresAt: number });
export type KeptShare = Of<typeof KeptShare>;

export const KeptRequest = record({
  seed: bytes,
  /** Words of the offer, which what is handed in belongs to. */
  title: text,
  name: text,
  key: bytes,
  expiresAt: number,
  /** Ids of files that were taken or thrown away, 16 bytes each: one that is shown again is not new. */
  done: bytes,
});
export type KeptRequest = Of<typeof KeptRequest>;

export const readShare = (reads: Reads, id: ShareId): Promise<KeptShare | null> =>
  readRecord(reads, 'files', SHARE + id, KeptShare);
export const readRequest = (reads: Reads, id: FileRequestId): Promise<KeptRequest | null> =>
  readRecord(reads, 'files', REQUEST + id, KeptRequest);

/** Keeps a share's key and tells one's other devices. */
export async function keepShare(op: Operation, ctx: Context, id: ShareId, kept: KeptShare): Promise<void> {
  op.write('files', SHARE + id, KeptShare, kept);
  await tell(op, ctx, SHARE + id, encodeStored(KeptShare, kept));
}

export async function keepRequest(
  op: Operation,
  ctx: Context,
  id: FileRequestId,
  kept: KeptRequest,
): Promise<void> {
  op.write('files', REQUEST + id, KeptRequest, kept);
  await tell(op, ctx, REQUEST + id, encodeStored(KeptRequest, kept));
}

const tell = (op: Operation, ctx: Context, name: string, value: Uint8Array) =>
  syncSettings(op, ctx, [{ name, value, changedAt: ctx.now() }]);

/** Files of a request that have been dealt with. */
export const doneFiles = ({ done }: KeptRequest): ReadonlySet<FileId> =>
  new Set(
    Array.from({ length: Math.floor(done.length / FILE_ID_BYTES) }, (_, at) =>
      fileId(done.subarray(at * FILE_ID_BYTES, (at + 1) * FILE_ID_BYTES)),
    ),
  );

/** The request with one more of them. */
export const withDone = (kept: KeptRequest, file: FileId): KeptRequest =>
  doneFiles(kept).has(file) ? kept : { ...kept, done: concat(kept.done, fromHex(file)) };

/** Forgets the keys of a link that was ended. */
export function forgetShare(op: Operation, id: ShareId): void {
  op.remove('files', SHARE + id);
}
export function forgetRequest(op: Operation, id: FileRequestId): void {
  op.remove('files', REQUEST + id);
}

/** Forgets keys of links that have been over for so long that nothing can come by them. */
export async function forgetOverLinks(op: Operation, now: number): Promise<void> {
  for (const [prefix, shape] of [
    [SHARE, KeptShare],
    [REQUEST, KeptRequest],
  ] as const)
    for (const [key, value] of await op.list('files', { prefix }))
      if (decodeStored<{ readonly expiresAt: number }>(shape, value).expiresAt + HANDED_IN_MS < now)
        op.remove('files', key);
}

/** Every link's keys, as a device that is new gets them. */
export async function linkSettings(reads: Reads): Promise<readonly Setting[]> {
  const all = await Promise.all([SHARE, REQUEST].map((prefix) => reads.list('files', { prefix })));
  return all.flat().map(([name, value]) => ({ name, value, changedAt: 0 }));
}

/** Takes a link's keys from another of one's own devices. False when the setting is about something else. */
export async function takeLink(op: Operation, ctx: Context, setting: Setting): Promise<boolean> {
  const { name, value, changedAt } = setting;
  const isShare = name.startsWith(SHARE);
  if (!isShare && !name.startsWith(REQUEST)) return false;
  const prefix = isShare ? SHARE : REQUEST;
  const id = name.slice(prefix.length);
  if (!(isShare ? isShareId(id) : isFileRequestId(id)) || changedAt > ctx.now() + AHEAD_MS) return true;
  const known = await op.get('files', name);
  if (known === null && (await op.list('files', { prefix })).length >= MOST_KEPT) return true;
  if (isShare) {
    const share = read(KeptShare, value);
    if (share !== null && known === null) op.write('files', name, KeptShare, share);
    return true;
  }
  const request = read(KeptRequest, value);
  if (request === null) return true;
  const before = known === null ? request : decodeStored(KeptRequest, known);
  op.write('files', name, KeptRequest, [...doneFiles(request)].reduce(withDone, before));
  return true;
}

/** Null for what a device of another release may write. */
function read<T>(shape: Shape<T>, value: Uint8Array): T | null {
  try {
    return decodeStored(shape, value);
  } catch (error) {
    if (error instanceof StoredError || error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * Files of one's own that the server has and no message here names: their message was deleted here, or was said on a device that is
 * gone. They count all the same, so their owner can remove them.
 */
import type { FileRecord, FileUsage } from '../../contract/files.ts';
import type { Context } from '../context.ts';
import { listFiles } from './kept.ts';
import { listPending, listRemovals } from './pending.ts';

/** What another device sends or says may not have come here yet: milliseconds. */
const UNDERWAY_MS = 24 * 3600_000;

/** Newest first. @throws TransportFailed, TransportRefused */
export async function unknownFiles(ctx: Context, { files }: FileUsage): Promise<readonly FileRecord[]> {
  const known = new Set<string>([
    ...(await listFiles(ctx, { latest: false })).map(({ file }) => file.id),
    ...(await listPending(ctx.storage)).flatMap((each) => each.files.map(({ id }) => id)),
    ...(await listRemovals(ctx.storage)),
  ]);
  const before = ctx.now() - UNDERWAY_MS;
  const left = files.filter(({ id, createdAt }) => !known.has(id) && createdAt < before);
  if (left.length === 0) return left;
  // What was handed in waits to be taken, and is in no message either.
  const requests = await (await ctx.transport.sharing()).requests();
  const waiting = new Set(requests.flatMap(({ received }) => received.map(({ file }) => file)));
  return left.filter(({ id }) => !waiting.has(id));
}

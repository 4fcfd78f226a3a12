/**
 * Which messages are other ones than the backup has: store `backup`, `d/ID`, written in the commit that changes the message,
 * so that no crash forgets one. Ids begin with their time, so the keys sort by it.
 */
import { type BodyId, isBodyId } from '../../contract/ids.ts';
import type { Operation, Reads } from '../operation.ts';

const PREFIX = 'd/';
const key = (id: BodyId) => PREFIX + id;
const MARK = new Uint8Array();

/** The message was written or removed here. */
export function noteChanged(op: Operation, id: BodyId): void {
  op.writeBytes('backup', key(id), MARK);
}

/** What is here is what the backup has. */
export function noteSaved(op: Operation, id: BodyId): void {
  op.remove('backup', key(id));
}

export async function isChanged(reads: Reads, id: BodyId): Promise<boolean> {
  return (await reads.get('backup', key(id))) !== null;
}

/** Changed ones above `after`, at most `limit`. */
export async function listChanged(
  reads: Reads,
  limit: number,
  after: BodyId | null = null,
): Promise<readonly BodyId[]> {
  const entries = await reads.list('backup', {
    prefix: PREFIX,
    limit,
    ...(after === null ? {} : { after: key(after) }),
  });
  return entries.map(([name]) => name.slice(PREFIX.length)).filter(isBodyId);
}

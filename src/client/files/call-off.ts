/** Ends the way of a file, or of a message with all of its files; the server is to forget what it has of them. */
import type { Context } from '../context.ts';
import type { Operation } from '../operation.ts';
import {
  listPending,
  oweRemoval,
  removeHashes,
  type StoredPending,
  type StoredUpload,
  settlePending,
  writePending,
} from './pending.ts';

/** @param id of a message, or of one file; null for one that is not on its way */
export async function callOff(
  op: Operation,
  ctx: Context,
  id: string,
): Promise<{
  readonly pending: StoredPending;
  readonly gone: readonly StoredUpload[];
  /** Nothing of the message is left. */
  readonly isOver: boolean;
} | null> {
  const all = await listPending(op);
  const pending = all.find((each) => each.id === id || each.files.some((file) => file.id === id));
  if (pending === undefined) return null;
  const left = pending.id === id ? [] : pending.files.filter((file) => file.id !== id);
  const gone = pending.files.filter((file) => !left.includes(file));
  if (left.length > 0) writePending(op, { ...pending, files: left });
  else await settlePending(op, pending.id, { at: ctx.now(), said: null });
  for (const file of gone) {
    await removeHashes(op, file.id);
    oweRemoval(op, file.id);
  }
  op.events.push({ type: 'uploads', conversation: pending.conversation });
  return { pending, gone, isOver: left.length === 0 };
}

/** Uploads that were called off: the server is told until it has heard it. */
import type { Context } from '../context.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { listRemovals } from './pending.ts';

/** Whether nothing is owed any more. */
export async function forgetRemoved(ctx: Context): Promise<boolean> {
  for (const id of await listRemovals(ctx.storage)) {
    try {
      await ctx.transport.files.remove(id);
    } catch (error) {
      if (error instanceof TransportFailed) return false;
      if (!(error instanceof TransportRefused)) throw error;
      // It was never there, or is gone; anything else may pass.
      if (error.status !== 404 && error.status !== 410) return false;
    }
    await ctx.operate(async (op) => op.remove('files', `r/${id}`));
  }
  return true;
}

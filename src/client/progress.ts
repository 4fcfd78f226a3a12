/** Tells how far a first contact with many devices is. */
import type { ConversationId } from '../contract/ids.ts';
import type { Context } from './context.ts';

/** Fewer devices are done before anybody looks. */
const TOLD_FROM = 20;
const TOLD_EVERY_MS = 100;

/** Counts one device more with every call. */
export function countProgress(ctx: Context, conversation: ConversationId, total: number): () => void {
  let done = 0;
  let toldAt = 0;
  return () => {
    done++;
    const now = ctx.now();
    if (total < TOLD_FROM || (done < total && now - toldAt < TOLD_EVERY_MS)) return;
    toldAt = now;
    ctx.emit({ type: 'progress', conversation, done, total });
  };
}

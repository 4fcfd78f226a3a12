/**
 * Messages that disappear: each device forgets them by its own clock. It runs from the relay's acceptance of one's own message and
 * from the arrival of another's, so a device that was away shows it for as long as the others did, only later.
 */
import type { Context } from '../context.ts';
import { noteRelease } from '../files/noted.ts';
import { findMessage, listExpiring } from '../history.ts';
import { forgetMessage } from './forget.ts';

/** Messages that are forgotten in one operation. */
const BATCH = 200;

/** When a message with a timer (seconds) disappears that begins now, epoch milliseconds; null for one that stays. */
export const expiryOf = (now: number, timer: number | null): number | null =>
  timer === null ? null : now + timer * 1000;

/** Forgets what is due. Gives the milliseconds until the next one is, or null. */
export async function forgetExpired(ctx: Context): Promise<number | null> {
  return ctx.operate(async (op) => {
    const now = ctx.now();
    const expiring = await listExpiring(op, BATCH);
    for (const { id, at, key } of expiring) {
      if (at > now) return at - now;
      op.remove('history', key);
      const message = await findMessage(op, id);
      if (message?.expiresAt !== at) continue;
      // Its own clock decides, and no other device's that may be ahead.
      if (message.sender.device === ctx.self.device) noteRelease(op, ctx, message);
      await forgetMessage(op, message, now);
    }
    return expiring.length === BATCH ? 0 : null;
  });
}

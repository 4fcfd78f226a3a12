/** Drops what is kept for a while only. Runs once a day and after a start; nothing in the way of a message waits for it. */
import { decodeSession, keptArchives } from '../protocol/session.ts';
import type { Context } from './context.ts';
import { relayTime } from './policies.ts';
import { decodeStored, number } from './stored.ts';

/** So long after the relay has dropped a body, it cannot come twice any more by itself. */
const OPENED_KEPT_MS = 2 * 24 * 3600_000;

/** By then nobody has a message any more whose time was over: the longest timer, four times. */
const FORGOTTEN_KEPT_MS = 360 * 24 * 3600_000;

/**
 * Ids of messages whose time was over, ids of opened bodies that are old, and receive-only sessions that are
 * (protocol/README 5: 8 days).
 */
export async function tidy(ctx: Context): Promise<void> {
  await ctx.operate(async (op) => {
    const now = ctx.now();
    const kept = (await relayTime(op)) + OPENED_KEPT_MS;
    for (const [key, value] of await op.list('replay', { prefix: 'body/' })) {
      if (now - decodeStored(number, value) > kept) op.remove('replay', key);
    }
    for (const [key, value] of await op.list('history', { prefix: 't/' })) {
      if (now - decodeStored(number, value) > FORGOTTEN_KEPT_MS) op.remove('history', key);
    }
    for (const [key, value] of await op.list('sessions', { prefix: '' })) {
      if (key.includes('/a/') && keptArchives([decodeSession(value)], now).length === 0)
        op.remove('sessions', key);
    }
  });
}

/**
 * A server that was set back to a backup has lost changes of members that everybody knows. Each device offers again what it has signed
 * itself, in its place and as it was: who gets nothing new by that learns nothing, and who asks next offers what comes after.
 */
import { fromBase64, toBase64 } from '../../contract/bytes.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { equalBytes } from '../../protocol/hash.ts';
import { decodeRosterEvent } from '../../protocol/roster-event.ts';
import type { Context } from '../context.ts';
import { TransportRefused } from '../ports.ts';
import { type Chain, readEvent, type StoredEvent } from './chain.ts';

/** True when the server took something. Throws TransportFailed. */
export async function offerAgain(ctx: Context, id: ConversationId, chain: Chain): Promise<boolean> {
  const shown = await shownOf(ctx, id);
  let isTaken = false;
  for (let epoch = shown + 1; epoch <= chain.head.epoch; epoch++) {
    const stored = await readEvent(ctx.storage, id, epoch);
    if (stored?.device !== ctx.self.device || !(await give(ctx, id, epoch, stored))) break;
    isTaken = true;
  }
  return isTaken;
}

async function give(ctx: Context, id: ConversationId, epoch: number, stored: StoredEvent): Promise<boolean> {
  const event = toBase64(stored.signed);
  try {
    if (epoch === 0) await ctx.transport.createConversation({ kind: 'group', event });
    else await ctx.transport.appendRoster(id, { event });
    return true;
  } catch (error) {
    // It has another one there, or knows this device under another certificate: what is stopped stays so.
    if (error instanceof TransportRefused) return false;
    throw error;
  }
}

/** The newest event of ours that the server shows, -1 for none; what it shows beyond one that is not ours does not matter here. */
async function shownOf(ctx: Context, id: ConversationId): Promise<number> {
  let newest = -1;
  for (;;) {
    const page = await ctx.transport.roster(id, newest).catch((error: unknown) => {
      if (error instanceof TransportRefused) return null;
      throw error;
    });
    if (page === null || page.events.length === 0) return newest;
    for (const text of page.events) {
      const ours = await readEvent(ctx.storage, id, newest + 1);
      if (ours === null || !isSame(text, ours)) return newest;
      newest++;
    }
    if (!page.more) return newest;
  }
}

function isSame(text: string, { hash }: StoredEvent): boolean {
  try {
    return equalBytes(decodeRosterEvent(fromBase64(text)).hash, hash);
  } catch {
    return false;
  }
}

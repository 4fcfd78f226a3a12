/**
 * Rosters that members go by and the server has not shown here: whoever was removed since must not get what is written now
 * (protocol/README 11, "Membership"; R12). Store `conversations`, `b/ID/HASH`: a rosterHash that a verified message of
 * a member named.
 */
import { toHex } from '../../contract/bytes.ts';
import { type AccountId, type ConversationId, isAccountId } from '../../contract/ids.ts';
import type { Context } from '../context.ts';
import { INBOX_KEPT_MS } from '../inbox.ts';
import { type Reads, readRecord } from '../operation.ts';
import { decodeStored, number, type Of, record, word } from '../stored.ts';
import { type Chain, loadChain } from './chain.ts';
import type { UnknownRoster } from './errors.ts';

/** Of one group; a member who makes them up fills it with what stops the same sending. */
const MOST_KEPT = 100;

const Unseen = record({
  account: word(isAccountId),
  /** Epoch milliseconds. */
  since: number,
});
type Unseen = Of<typeof Unseen>;

const prefixOf = (id: ConversationId) => `b/${id}/`;

/** Keeps what a member of the group, as it is known here, went by; others may say what they like. True when it is known by now. */
export async function noteUnseen(
  ctx: Context,
  { conversation: id, from, rosterHash }: UnknownRoster,
): Promise<boolean> {
  return ctx.operate(async (op) => {
    const chain = await loadChain(op, ctx, id);
    if (chain !== null && chain.epochOf(rosterHash) !== null) return true;
    if (chain === null || chain.member(from) === null) return false;
    const key = prefixOf(id) + toHex(rosterHash);
    if ((await readRecord(op, 'conversations', key, Unseen)) !== null) return false;
    if ((await op.list('conversations', { prefix: prefixOf(id), limit: MOST_KEPT })).length >= MOST_KEPT)
      return false;
    op.write('conversations', key, Unseen, { account: from, since: ctx.now() });
    return false;
  });
}

/**
 * A member whose roster the server has not shown here, or null. It ends when it is shown, when that member is gone, and with
 * the messages that went by it.
 */
export async function whoIsAhead(
  reads: Reads,
  ctx: Context,
  id: ConversationId,
  chain: Chain,
): Promise<AccountId | null> {
  for (const [key, value] of await reads.list('conversations', { prefix: prefixOf(id) })) {
    const unseen = decodeStored(Unseen, value);
    if (!isOver(ctx, chain, key, unseen)) return unseen.account;
  }
  return null;
}

/** Forgets what is over, and lets go what waited for it: what is to be sent, and messages that went by it. */
export async function tidyUnseen(ctx: Context, id: ConversationId): Promise<void> {
  const prefix = prefixOf(id);
  if ((await ctx.storage.list('conversations', { prefix, limit: 1 })).length === 0) return;
  await ctx.operate(async (op) => {
    const chain = await loadChain(op, ctx, id);
    for (const [key, value] of await op.list('conversations', { prefix })) {
      if (chain === null || !isOver(ctx, chain, key, decodeStored(Unseen, value))) continue;
      op.remove('conversations', key);
      op.afterwards.push(() => {
        ctx.wakes.flush();
        ctx.wakes.inbox(0);
      });
    }
  });
}

function isOver(ctx: Context, chain: Chain, key: string, { account, since }: Unseen): boolean {
  const hash = Uint8Array.fromHex(key.slice(key.lastIndexOf('/') + 1));
  return chain.epochOf(hash) !== null || chain.member(account) === null || ctx.now() - since > INBOX_KEPT_MS;
}

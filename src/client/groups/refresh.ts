/** Learns of groups and of what changed in them, from the server's list, which is believed in nothing but the ids. */
import { type ConversationId, isConversationId } from '../../contract/ids.ts';
import type { ConversationRecord } from '../../contract/relay.ts';
import type { Context } from '../context.ts';
import { listConversations, readConversation, type StoredConversation } from '../conversations.ts';
import { TransportRefused } from '../ports.ts';
import { decodeStored, number, record } from '../stored.ts';
import { removeDraft } from './draft.ts';
import { syncRoster } from './sync.ts';
import { tendGroups } from './tend.ts';

/** A first event that the relay has not shown by then was never taken. */
const DRAFT_KEPT_MS = 24 * 3600_000;

/** Gives the groups that are new or changed. Throws TransportFailed. */
export async function refreshGroups(
  ctx: Context,
  records: readonly ConversationRecord[],
): Promise<readonly ConversationId[]> {
  const changed: ConversationId[] = [];
  for (const id of await doubtful(ctx, records)) {
    try {
      if ((await syncRoster(ctx, id)) === 'changed') changed.push(id);
    } catch (error) {
      // What it does not show of one group keeps nothing else.
      if (!(error instanceof TransportRefused)) throw error;
    }
  }
  await dropDrafts(ctx);
  await tendGroups(ctx);
  return changed;
}

/** Groups of which the server says something else than this device knows. */
async function doubtful(
  ctx: Context,
  records: readonly ConversationRecord[],
): Promise<readonly ConversationId[]> {
  const listed = new Set<ConversationId>();
  const ids: ConversationId[] = [];
  for (const { id, kind, epoch } of records) {
    listed.add(id);
    if (kind !== 'group') continue;
    const known = await readConversation(ctx.storage, id);
    if (known?.kind === 'direct') continue;
    if (known === null || known.epoch !== epoch || known.stopped !== null) ids.push(id);
  }
  const isMissing = ({ id, kind, role }: StoredConversation) =>
    kind === 'group' && role !== null && !listed.has(id);
  for (const each of await listConversations(ctx.storage)) if (isMissing(each)) ids.push(each.id);
  return ids;
}

async function dropDrafts(ctx: Context): Promise<void> {
  const Created = record({ created: number });
  for (const [key, value] of await ctx.storage.list('conversations', { prefix: 'n/' })) {
    const id = key.slice(2);
    if (!isConversationId(id) || ctx.now() - decodeStored(Created, value).created < DRAFT_KEPT_MS) continue;
    await ctx.operate(async (op) => removeDraft(op, id));
  }
}

/** What one wants of a conversation for oneself: notifications, putting it away; and how long its messages stay, for everybody. */
import type { ConversationId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { syncPayload } from '../../protocol/payload.ts';
import type { Context } from '../context.ts';
import { readConversation, type StoredConversation, writeConversation } from '../conversations.ts';
import { queueErrand } from '../errands.ts';
import { MAX_FILE_DAYS } from '../files/file-days.ts';
import { REFUSED } from '../groups/sentences.ts';
import { queueState } from '../groups/state.ts';
import type { Reads } from '../operation.ts';
import { readPeer } from '../peers.ts';
import { type ChoiceName, settingsOf } from './choice.ts';
import { MAX_TIMER } from './timer.ts';

export async function setNotify(
  ctx: Context,
  id: ConversationId,
  value: StoredConversation['notify']['value'],
): Promise<void> {
  await choose(ctx, id, 'notify', (known) =>
    known.notify.value === value
      ? null
      : { ...known, notify: { value, changedAt: Math.max(ctx.now(), known.notify.changedAt + 1) } },
  );
}

export async function setArchived(ctx: Context, id: ConversationId, value: boolean): Promise<void> {
  await choose(ctx, id, 'archived', (known) =>
    known.archived.value === value
      ? null
      : { ...known, archived: { value, changedAt: Math.max(ctx.now(), known.archived.changedAt + 1) } },
  );
}

/** For everybody; in a group only from owners and admins. Throws Error with a sentence. */
export async function setTimer(ctx: Context, id: ConversationId, seconds: number): Promise<void> {
  if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > MAX_TIMER)
    throw new Error(t('Messages disappear after 90 days at most: choose a shorter time.'));
  await setRule(ctx, id, 'timer', seconds);
}

/** After how many days files are deleted, 0 for as the workspace has it; from whom, as for a timer. Throws Error with a sentence. */
export async function setFileDays(ctx: Context, id: ConversationId, days: number): Promise<void> {
  if (!Number.isSafeInteger(days) || days < 0 || days > MAX_FILE_DAYS)
    throw new Error(t('Files are deleted after ten years at most: choose a shorter time.'));
  await setRule(ctx, id, 'fileDays', days);
}

async function setRule(
  ctx: Context,
  id: ConversationId,
  rule: 'timer' | 'fileDays',
  value: number,
): Promise<void> {
  await ctx.operate(async (op) => {
    const known = await find(op, id);
    const { kind, role } = known;
    if (kind === 'group' && role === null) throw new Error(REFUSED.gone);
    if (kind === 'group' && role !== 'owner' && role !== 'admin') throw new Error(REFUSED.noLead);
    if ((known[rule]?.value ?? 0) !== value) await queueState(op, ctx, known, { [rule]: value });
  });
}

async function find(reads: Reads, id: ConversationId): Promise<StoredConversation> {
  const known = await readConversation(reads, id);
  if (known === null) throw new Error(t('This conversation is not known here: open it first.'));
  return known;
}

async function choose(
  ctx: Context,
  id: ConversationId,
  name: ChoiceName,
  change: (known: StoredConversation) => StoredConversation | null,
): Promise<void> {
  await ctx.operate(async (op) => {
    const next = change(await find(op, id));
    if (next === null) return;
    writeConversation(op, next);
    const { account, device } = ctx.self;
    const others = (await readPeer(op, account))?.devices.filter((each) => each.device !== device) ?? [];
    await queueErrand(op, ctx, {
      to: others.map((each) => ({ account, device: each.device })),
      kind: 'sync',
      payload: syncPayload.encode({ readMarks: [], settings: settingsOf(next, [name]) }),
    });
  });
}

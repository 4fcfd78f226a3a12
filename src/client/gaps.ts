/** Shows where messages are missing, once a gap is 10 minutes old (R32). */
import { bodyId } from '../contract/bytes.ts';
import { GAP_SHOWN_AFTER_MS, Gap, gapKey, readGaps, type Sender, timeAfterGap } from './chains.ts';
import type { Context } from './context.ts';
import { readConversation, writeConversation } from './conversations.ts';
import { addMessage, freeTime, orderOf, UNMARKED } from './history.ts';
import type { Operation } from './operation.ts';
import { gapSentence } from './sentences.ts';

/** Shows what is old enough. Gives the milliseconds until the next gap is, or null. */
export async function showGaps(ctx: Context): Promise<number | null> {
  return ctx.operate(async (op) => {
    const now = ctx.now();
    let next: number | null = null;
    for (const { sender, gap } of await readGaps(op)) {
      if (gap.notice !== null) continue;
      const due = gap.since + GAP_SHOWN_AFTER_MS;
      if (due > now) next = Math.min(next ?? due, due);
      else await showGap(op, ctx, sender, gap);
    }
    return next === null ? null : next - now;
  });
}

async function showGap(op: Operation, ctx: Context, sender: Sender, gap: Gap): Promise<void> {
  const { conversation, account, device } = sender;
  const known = await readConversation(op, conversation);
  if (known === null) return;
  const after = (await timeAfterGap(op, sender, gap)) ?? ctx.now();
  // What is missing may be here from somebody's history, and stands where it belongs.
  const time = await freeTime(op, conversation, device, after, gap.to);
  const notice = bodyId(ctx.crypto.random(16));
  op.write('replay', gapKey(sender, gap.from), Gap, { ...gap, notice });
  addMessage(op, {
    id: notice,
    conversation,
    order: orderOf(time, device, gap.to),
    sender: { account, device },
    mine: account === ctx.self.account,
    sentAt: time,
    kind: 'notice',
    ...gapSentence(gap.to - gap.from + 1),
    verified: true,
    status: null,
    note: null,
    suite: 0,
    ...UNMARKED,
  });
  writeConversation(op, known);
}

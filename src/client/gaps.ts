/** Shows where messages are missing, once a gap is 10 minutes old (PROTOCOL 6, R32). */
import { bodyId } from '../contract/bytes.ts';
import type { AccountId, ConversationId, DeviceId } from '../contract/ids.ts';
import { isConversationId, isDeviceId } from '../contract/ids.ts';
import { GAP_SHOWN_AFTER_MS, Gap, gapKey, readGaps, timeAfterGap } from './chains.ts';
import type { Context } from './context.ts';
import { readConversation, writeConversation } from './conversations.ts';
import { addMessage, orderOf } from './history.ts';
import type { Operation } from './operation.ts';
import { readPeer } from './peers.ts';
import { gapSentence } from './sentences.ts';

/** Shows what is old enough. Gives the milliseconds until the next gap is, or null. */
export async function showGaps(ctx: Context): Promise<number | null> {
  return ctx.operate(async (op) => {
    const now = ctx.now();
    let next: number | null = null;
    for (const { conversation, device, gap } of await readGaps(op)) {
      if (gap.notice !== null || !isConversationId(conversation) || !isDeviceId(device)) continue;
      const due = gap.since + GAP_SHOWN_AFTER_MS;
      if (due > now) next = Math.min(next ?? due, due);
      else await showGap(op, ctx, conversation, device, gap);
    }
    return next === null ? null : next - now;
  });
}

async function showGap(
  op: Operation,
  ctx: Context,
  conversation: ConversationId,
  device: DeviceId,
  gap: Gap,
): Promise<void> {
  const known = await readConversation(op, conversation);
  if (known === null) return;
  const account = await accountOf(op, known.members, device);
  const time = (await timeAfterGap(op, conversation, device, gap)) ?? ctx.now();
  const notice = bodyId(ctx.crypto.random(16));
  op.write('replay', gapKey({ conversation, device }, gap.from), Gap, { ...gap, notice });
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
    suite: 0,
  });
  writeConversation(op, known);
}

async function accountOf(op: Operation, members: readonly AccountId[], device: DeviceId): Promise<AccountId> {
  for (const account of members) {
    const peer = await readPeer(op, account);
    if (peer?.devices.some((each) => each.device === device) === true) return account;
  }
  const [first] = members;
  if (first === undefined) throw new Error('A conversation has members.');
  return first;
}

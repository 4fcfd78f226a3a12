/** What an admin's device does by itself in its groups: it confirms what removed devices signed, and says names again. */
import type { ConversationId } from '../../contract/ids.ts';
import { ROSTER_OPS } from '../../protocol/roster-event.ts';
import type { Context } from '../context.ts';
import { listConversations, readConversation, type StoredConversation } from '../conversations.ts';
import { onDemand } from '../on-demand.ts';
import type { Reads } from '../operation.ts';
import { findDevice, readPeer } from '../peers.ts';
import { type Chain, type Link, loadChain } from './chain.ts';
import { hasState, sayDetails } from './state.ts';

/** Several admins may be online: each waits for a random while of at most this, and looks whether another one did it. */
const WITHIN_MS = 30_000;

/** Plans what the groups need that this account leads. */
export async function tendGroups(ctx: Context): Promise<void> {
  for (const group of await listConversations(ctx.storage)) {
    if (!isLed(group)) continue;
    const chain = await loadChain(ctx.storage, ctx, group.id);
    if (chain === null) continue;
    if (needsSaying(group, chain)) later(ctx, 'say', group.id, () => sayAgain(ctx, group.id));
    if (await needsConfirming(ctx.storage, ctx, chain))
      later(ctx, 'confirm', group.id, () => confirm(ctx, group.id));
  }
}

const isLed = ({ kind, role, stopped }: StoredConversation): boolean =>
  kind === 'group' && (role === 'owner' || role === 'admin') && stopped === null;

function later(ctx: Context, name: string, id: ConversationId, task: () => Promise<void>): void {
  ctx.tasks.later(`${name}/${id}`, ctx.randomBelow(WITHIN_MS), task);
}

/** Somebody has come in, and nobody has said since what the group is called. */
const needsSaying = (group: StoredConversation, chain: Chain): boolean =>
  hasState(group) && group.saidAt < chain.lastAddition;

async function sayAgain(ctx: Context, id: ConversationId): Promise<void> {
  const chain = await loadChain(ctx.storage, ctx, id);
  await ctx.operate(async (op) => {
    const group = await readConversation(op, id);
    if (chain === null || group === null || !isLed(group) || !needsSaying(group, chain)) return;
    await sayDetails(op, ctx, group, null);
  });
}

/**
 * The newest event, or one's own newest, is of a device that is not signed for any more. This device knew it before, or it would
 * not count here. One's own: whom a removed device brought in, only its own person can answer for.
 */
async function needsConfirming(reads: Reads, ctx: Context, chain: Chain): Promise<boolean> {
  const own = chain.links.findLast(({ account }) => account === ctx.self.account);
  for (const link of [chain.links.at(-1), own])
    if (link !== undefined && (await isRemoved(reads, ctx, link))) return true;
  return false;
}

async function isRemoved(reads: Reads, ctx: Context, { account, device }: Link): Promise<boolean> {
  if (device === ctx.self.device) return false;
  const peer = await readPeer(reads, account);
  return peer !== null && peer.listVersion > 0 && findDevice(peer, device) === null;
}

async function confirm(ctx: Context, id: ConversationId): Promise<void> {
  const { changeRoster } = await onDemand(() => import('./change.ts'));
  await changeRoster(ctx, id, async (chain) => {
    const group = await readConversation(ctx.storage, id);
    if (group === null || !isLed(group) || !(await needsConfirming(ctx.storage, ctx, chain))) return null;
    return { op: ROSTER_OPS.confirm, subjects: [] };
  });
}

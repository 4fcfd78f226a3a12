/** Takes verified events into the storage: the chain, what the conversation has of it, and a line for each, in one commit. */
import { accountId } from '../../contract/bytes.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { memberOf, type Roster } from '../../protocol/roster.ts';
import { ROSTER_OPS, type RosterOp } from '../../protocol/roster-event.ts';
import type { Context } from '../context.ts';
import { DIRECT, readConversation, type StoredConversation, writeConversation } from '../conversations.ts';
import { displayText } from '../display-text.ts';
import { withWaitingChoices } from '../messages/choice.ts';
import type { Operation } from '../operation.ts';
import { isShown, readPeer } from '../peers.ts';
import { accountsOf, historyOf, readEvent, roleOf, writeEvent } from './chain.ts';
import { readDraft, removeDraft } from './draft.ts';
import type { FreshEvent } from './fetch.ts';
import { addLine } from './lines.ts';
import { STRANGER } from './sentences.ts';
import { sayDetails } from './state.ts';
import { tidyUnseen } from './unseen.ts';

/** After these, whoever made the change tells everybody what the group is called. */
const TOLD_AFTER: ReadonlySet<RosterOp> = new Set([ROSTER_OPS.create, ROSTER_OPS.add, ROSTER_OPS.rekey]);
/** These bring an identity into a group. */
const BRINGING: ReadonlySet<RosterOp> = new Set([...TOLD_AFTER, ROSTER_OPS.join]);

/**
 * Stores what is new of these events, which follow one another. Events that another tab has stored are left as they are.
 * False when nothing was stored: a group that one was never in is not kept.
 */
export async function commitEvents(
  ctx: Context,
  id: ConversationId,
  events: readonly FreshEvent[],
): Promise<boolean> {
  return ctx.operate(async (op) => {
    const known = await readConversation(op, id);
    const fresh = events.filter(({ event }) => event.epoch > (known?.epoch ?? -1));
    const [first] = fresh;
    const last = fresh.at(-1);
    if (first === undefined || last === undefined) return false;
    if (!(await follows(op, id, first))) return false;
    const { roster } = last;
    const own = memberOf(roster, ctx.self.accountBytes);
    if (known === null && own === null) return false;
    for (const each of fresh) writeEvent(op, each, each.stored);
    const shown = shownOf(ctx, fresh, known);
    for (const [at, each] of fresh.entries())
      if (shown.includes(each) && !isSaid(each, fresh[at - 1], known))
        await addLine(op, ctx, id, each, each.stored.device, opensOrCloses(each, fresh[at - 1], known));
    const next = withRoster(
      ctx,
      id,
      known ?? (await withWaitingChoices(op, newGroup(id, roster.time))),
      roster,
    );
    writeConversation(op, next);
    await tellDetails(op, ctx, next, fresh);
    await tellStrangers(op, fresh, roster);
    op.afterwards.push(() => {
      ctx.wakes.inbox(0);
      ctx.wakes.history();
      ctx.tasks.run(() => tidyUnseen(ctx, id));
    });
    return true;
  });
}

async function follows(op: Operation, id: ConversationId, { event }: FreshEvent): Promise<boolean> {
  if (event.epoch === 0) return true;
  const before = await readEvent(op, id, event.epoch - 1);
  return before !== null && before.hash.toHex() === event.previous.toHex();
}

/** What happened before one came in is not shown. */
function shownOf(
  ctx: Context,
  fresh: readonly FreshEvent[],
  known: StoredConversation | null,
): readonly FreshEvent[] {
  if (known !== null && known.role !== null) return fresh;
  const isIn = (each: FreshEvent | undefined) =>
    each !== undefined && memberOf(each.roster, ctx.self.accountBytes) !== null;
  const entry = fresh.findLastIndex((each, i) => isIn(each) && !isIn(fresh[i - 1]));
  return entry < 0 ? [] : fresh.slice(entry);
}

/** An open group's new name is in its policy too; the line of the name says it. */
function isSaid(each: FreshEvent, before: FreshEvent | undefined, known: StoredConversation | null): boolean {
  if (each.event.op !== ROSTER_OPS.policy || opensOrCloses(each, before, known)) return false;
  const was = before ? historyOf(before.roster.policy) : (known?.history ?? 'none');
  return historyOf(each.roster.policy) === was;
}

function opensOrCloses(
  { event, roster }: FreshEvent,
  before: FreshEvent | undefined,
  known: StoredConversation | null,
): boolean {
  const wasOpen = before ? before.roster.policy.open === 1 : (known?.open ?? false);
  return event.op === ROSTER_OPS.policy && (roster.policy.open === 1) !== wasOpen;
}

/** A group of which nothing is known but its first event. */
function newGroup(id: ConversationId, lastActivity: number): StoredConversation {
  return {
    ...DIRECT,
    id,
    kind: 'group',
    members: [],
    unread: 0,
    lastActivity,
    ownSeq: 0,
    ownHash: new Uint8Array(32),
    ownSentAt: 0,
  };
}

function withRoster(
  ctx: Context,
  id: ConversationId,
  group: StoredConversation,
  roster: Roster,
): StoredConversation {
  return {
    ...group,
    id,
    members: accountsOf(roster),
    epoch: roster.epoch,
    role: roleOf(memberOf(roster, ctx.self.accountBytes)),
    open: roster.policy.open === 1,
    history: historyOf(roster.policy),
    title: displayText(roster.policy.title),
    lastActivity: Math.max(group.lastActivity, Math.min(roster.time, ctx.now())),
    stopped: group.stopped?.final === true ? group.stopped : null,
  };
}

/** Who came in learns at once what the group is called, from the device that let them in. */
async function tellDetails(
  op: Operation,
  ctx: Context,
  group: StoredConversation,
  fresh: readonly FreshEvent[],
): Promise<void> {
  const own = fresh.filter(
    ({ stored, event }) => stored.device === ctx.self.device && TOLD_AFTER.has(event.op),
  );
  if (own.length === 0 || group.role === null) return;
  const draft = own.some(({ event }) => event.op === ROSTER_OPS.create)
    ? await readDraft(op, group.id)
    : null;
  if (draft !== null) removeDraft(op, group.id);
  await sayDetails(op, ctx, group, draft);
}

/** Whom these events bring in under another identity than the log and the directory have: they get nothing, and it is said. */
async function tellStrangers(
  op: Operation,
  fresh: readonly FreshEvent[],
  { members }: Roster,
): Promise<void> {
  const brought = fresh.flatMap(({ event }) => (BRINGING.has(event.op) ? event.subjects : []));
  for (const key of new Set(brought.map(({ account }) => account.toHex()))) {
    const member = members.get(key);
    const peer = member === undefined ? null : await readPeer(op, accountId(member.account));
    if (member === undefined || peer === null) continue;
    if (!isShown(peer, member.identity))
      op.events.push({ type: 'notice', code: 'stranger', message: STRANGER(peer.name) });
  }
}

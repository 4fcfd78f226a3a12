/**
 * Takes an opened message of a conversation into the history: membership, place in its sender's order, kind
 * (protocol/README 7, 8, 11). The same for what a relay delivered and for an original that its sender gave again.
 */

import { accountId, bodyId, conversationId, deviceId, fromHex } from '../contract/bytes.ts';
import type { AccountId, ConversationId, DeviceId } from '../contract/ids.ts';
import { sentence } from '../contract/words.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { equalBytes, hash } from '../protocol/hash.ts';
import type { OpenedBody } from '../protocol/message.ts';
import { ROSTER_TOLERANCE_MS } from '../protocol/roster-chain.ts';
import { GAP_SHOWN_AFTER_MS, type Placed, placeInChain } from './chains.ts';
import type { Context } from './context.ts';
import {
  countUnread,
  ensureDirect,
  readConversation,
  type StoredConversation,
  writeConversation,
} from './conversations.ts';
import type { HistoryMessage } from './engine-types.ts';
import { viewFile } from './files/view.ts';
import { type Chain, loadChain, mayLead } from './groups/chain.ts';
import { LateMessage, UnknownRoster } from './groups/errors.ts';
import { lineOf } from './groups/lines.ts';
import { BEFORE_CHANGE, SAID_AGAIN } from './groups/sentences.ts';
import { takeState } from './groups/state.ts';
import {
  addMessage,
  CLOCK_LEEWAY_MS,
  findAt,
  findMessage,
  freeTime,
  orderOf,
  removeMessage,
  timeOf,
  timeOfArrival,
  UNMARKED,
  updateMessage,
} from './history.ts';
import { expiryOf } from './messages/expiry.ts';
import { isForgotten } from './messages/forget.ts';
import { names } from './messages/mentions.ts';
import { withWhatWasSaid } from './messages/restored.ts';
import { isMark, type MarkLine, takeMark } from './messages/take.ts';
import { releaseMarks } from './messages/waiting.ts';
import type { Operation, Reads } from './operation.ts';
import { originalOf, writeOriginal } from './originals.ts';
import { readPeer, type StoredPeer } from './peers.ts';
import { hashOfLists, isConfirmed } from './recipients.ts';
import { readSaid } from './said.ts';
import { GAP_CLOSED } from './sentences.ts';

/** Between two questions to the directory about everybody in a group. */
const GROUP_LISTS_PAUSE_MS = 10_000;
/** Nothing is shown as sent later than a day from now, in milliseconds. */
const FUTURE_SHOWN_MS = 24 * 3600_000;

/**
 * Adds the message, or does nothing when it is there already. The signature has been verified by the caller.
 * @param arrival.before messages that its sender certainly sent before it
 * @throws ProtocolError E_ROSTER, E_EQUIV, E_FORMAT
 */
export async function admitMessage(
  op: Operation,
  ctx: Context,
  opened: OpenedBody,
  arrival: { readonly acceptedAt: number; readonly before: number },
): Promise<void> {
  const { header, content } = opened;
  const now = ctx.now();
  const sender = { account: accountId(header.account), device: deviceId(header.device) };
  const admitted = await admittingConversation(op, ctx, opened);
  if (content.seq < 1) throw new ProtocolError('E_FORMAT', 'messages count from 1');
  const id = bodyId(header.bodyId);
  const shown = await findMessage(op, id);
  const accepted = Math.min(arrival.acceptedAt, now + CLOCK_LEEWAY_MS);
  const placed = await placeInChain(
    op,
    {
      conversation: admitted.conversation.id,
      ...sender,
      seq: content.seq,
      hash: opened.contentHash,
      prev: content.previous,
      id,
      time:
        shown === null
          ? await timeOfArrival(op, admitted.conversation.id, sender.device, accepted)
          : timeOf(shown.order),
      before: arrival.before,
    },
    now,
  );
  if (placed.duplicate !== null) return;
  if (placed.opened) op.afterwards.push(() => ctx.wakes.gaps(GAP_SHOWN_AFTER_MS));
  for (const notice of placed.closed) await closeGap(op, notice);
  if (!(await agreesOnDevices(op, ctx, admitted, content.deviceListsHash))) askForDevices(op, ctx, admitted);
  // What is over here, as somebody's history has told, is not shown again for as long.
  if (shown === null && (await isForgotten(op, id))) return;
  const order = await placeOf(op, admitted, shown, placed, content.seq, sender.device);
  const isMarking = isMark(content.kind);
  const line = isMarking ? await takeMark(op, ctx, opened, mayPin(admitted)) : null;
  if (isMarking && line === null) {
    // It stood there while it could not be opened, and is no message.
    if (shown !== null) {
      removeMessage(op, shown);
      op.touched.conversations.add(shown.conversation);
    }
    return;
  }
  const { conversation, text, ...kind } = await readKind(op, ctx, opened, admitted, line);
  const received: HistoryMessage = {
    id,
    conversation: conversation.id,
    order,
    sender,
    mine: sender.account === ctx.self.account,
    // A sender's clock may stand anywhere up to 2^53, and a date ends before that.
    sentAt: Math.min(content.sentAt, now + FUTURE_SHOWN_MS),
    verified: true,
    status: null,
    note: (await isBelowChange(op, admitted, order)) ? BEFORE_CHANGE : null,
    suite: header.suite,
    ...UNMARKED,
    ...kind,
    text: text ?? SAID_AGAIN,
  };
  const message = shown === null ? received : await withWhatWasSaid(op, ctx, shown, received);
  // Words that were said again make no line, unless one stood there while they could not be opened.
  if (shown !== null) await updateMessage(op, message);
  else if (text !== null) addMessage(op, message);
  // One that was taken back has none, and one that was changed that of its newest words.
  const isAsSigned = message.kind !== 'deleted' && message.editedAt === null;
  const original = isMarking || !isAsSigned ? null : originalOf(opened);
  if (original !== null) writeOriginal(op, id, original);
  const active = isMarking
    ? conversation
    : { ...conversation, lastActivity: Math.max(conversation.lastActivity, placed.time) };
  const counts = !message.mine && message.kind !== 'notice' && message.kind !== 'deleted';
  writeConversation(op, counts ? countUnread(op, brought(active, placed.time), message) : active);
  if (message.kind !== 'notice') await releaseMarks(op, ctx, message);
}

/** One that was put away comes back when somebody writes, unless one wants to hear nothing of it. */
function brought(conversation: StoredConversation, time: number): StoredConversation {
  const { archived, notify } = conversation;
  if (!archived.value || notify.value === 'none' || time <= archived.changedAt) return conversation;
  return { ...conversation, archived: { value: false, changedAt: time } };
}

/** Where it stands: in its sender's order, and never in the place of something else. */
async function placeOf(
  op: Operation,
  { conversation }: Admitted,
  shown: HistoryMessage | null,
  { time, closed }: Extract<Placed, { duplicate: null }>,
  seq: number,
  device: DeviceId,
): Promise<string> {
  const order = orderOf(time, device, seq);
  const there = shown?.order === order ? null : await findAt(op, conversation.id, order);
  if (there === null || closed.includes(there.id)) return order;
  return orderOf(await freeTime(op, conversation.id, device, time, seq), device, seq);
}

function askForDevices(op: Operation, ctx: Context, { conversation, chain }: Admitted): void {
  const ask = () => ctx.wakes.directory(conversation.members);
  // In a group they may differ for long, with every message: somebody's new identity is acknowledged here and not there.
  if (chain === null) op.afterwards.push(ask);
  else
    op.afterwards.push(() =>
      ctx.tasks.later(`lists/${conversation.id}`, GROUP_LISTS_PAUSE_MS, async () => ask()),
    );
}

/** Where a message was admitted: the conversation, and for a group its members at the message's own roster. */
interface Admitted {
  readonly conversation: StoredConversation;
  readonly chain: Chain | null;
  /** Of the roster that the content names; 0 in a direct conversation. */
  readonly epoch: number;
  readonly from: AccountId;
}

/** The conversation that the header names, if sender and roster say the same [R1, R12]. */
async function admittingConversation(
  op: Operation,
  ctx: Context,
  { header, content }: OpenedBody,
): Promise<Admitted> {
  const id = conversationId(header.conversation);
  const from = accountId(header.account);
  const known = await readConversation(op, id);
  const conversation = known ?? (await ensureDirect(op, id, [ctx.self.account, from], ctx.now()));
  if (conversation === null) throw new UnknownRoster(id, from, content.rosterHash);
  if (conversation.kind === 'group') {
    const chain = await loadChain(op, ctx, id);
    const epoch = chain?.epochOf(content.rosterHash) ?? null;
    if (chain === null || epoch === null) throw new UnknownRoster(id, from, content.rosterHash);
    await checkMember(op, chain, { epoch, from, sentAt: content.sentAt });
    return { conversation, chain, epoch, from };
  }
  if (!conversation.members.includes(from)) {
    throw new ProtocolError('E_ROSTER', 'not a conversation of these people');
  }
  if (!equalBytes(content.rosterHash, header.conversation)) {
    throw new ProtocolError('E_ROSTER', 'another roster than this conversation has');
  }
  return { conversation, chain: null, epoch: 0, from };
}

/**
 * Whoever writes must have been in the roster that they name, under the identity that is pinned here, and may have been late by
 * a day at most (protocol/README 11, "Membership").
 */
async function checkMember(
  reads: Reads,
  chain: Chain,
  { epoch, from, sentAt }: { readonly epoch: number; readonly from: AccountId; readonly sentAt: number },
): Promise<void> {
  const member = chain.memberAt(epoch, from);
  if (member === null) throw new ProtocolError('E_ROSTER', 'not a member at this roster');
  const peer = await readPeer(reads, from);
  if (peer === null || !equalBytes(member.identity, hash(peer.aik)))
    throw new ProtocolError('E_ROSTER', 'a member under another identity');
  const next = chain.links[epoch + 1];
  if (next !== undefined && sentAt > next.time + ROSTER_TOLERANCE_MS) throw new LateMessage();
}

/** Whether a message that was sent before members changed stands below the line of that change. */
async function isBelowChange(reads: Reads, { chain, epoch }: Admitted, order: string): Promise<boolean> {
  const next = chain?.links[epoch + 1];
  const line = next === undefined ? null : await findMessage(reads, lineOf(fromHex(next.hash)));
  return line !== null && order > line.order;
}

/** Whether the sender may pin: owners and admins, and both in a direct conversation. */
const mayPin = ({ chain, epoch, from }: Admitted): boolean =>
  chain === null || mayLead(chain.memberAt(epoch, from));

/** What kind of message it is. A null text is one that makes no line. */
async function readKind(
  op: Operation,
  ctx: Context,
  { header, content }: OpenedBody,
  admitted: Admitted,
  line: MarkLine | null,
): Promise<
  Pick<HistoryMessage, 'kind' | 'reason'> &
    Partial<Pick<HistoryMessage, 'replyTo' | 'expiresAt' | 'mention' | 'files'>> & {
      readonly text: string | null;
      readonly conversation: StoredConversation;
    }
> {
  const { conversation, chain, epoch, from } = admitted;
  if (line !== null)
    return {
      kind: 'notice',
      text: line.text,
      reason: null,
      replyTo: line.target,
      // What the mark did to its target may have changed what is counted here.
      conversation: (await readConversation(op, conversation.id)) ?? conversation,
    };
  const said = readSaid(content.kind, content.payload);
  if (said !== null)
    return {
      kind: 'text',
      text: said.text,
      reason: null,
      conversation,
      replyTo: said.replyTo && bodyId(said.replyTo),
      expiresAt: expiryOf(ctx.now(), said.timer),
      mention: from !== ctx.self.account && names(said.text, ctx.self.username),
      files: said.files.map(viewFile),
    };
  if (content.kind === 'state') {
    const taken = await takeState(op, ctx, conversation, content.payload, {
      sender: { account: from, device: deviceId(header.device) },
      sentAt: content.sentAt,
      counts: mayPin(admitted),
      epoch,
      isLate: (chain?.entryOf(ctx.self.account) ?? 0) > 0,
    });
    return { kind: 'notice', reason: null, ...taken };
  }
  return {
    kind: 'unknown',
    text: '',
    reason: sentence('This message needs a newer Sotto; it shows after an update.'),
    conversation,
  };
}

async function closeGap(op: Operation, notice: HistoryMessage['id']): Promise<void> {
  const shown = await findMessage(op, notice);
  if (shown !== null) await updateMessage(op, { ...shown, text: GAP_CLOSED, reason: null });
}

const COMPARED = new WeakMap<object, Map<ConversationId, string>>();

/**
 * Whether the sender went by the device lists that are known here. A group's older rosters are not compared: what its members'
 * devices were then is not kept. The same words of the sender are looked at once: reading 200 people for each message is slow.
 */
async function agreesOnDevices(
  reads: Reads,
  ctx: Context,
  { conversation, chain, epoch }: Admitted,
  claimed: Uint8Array,
): Promise<boolean> {
  if (chain !== null && epoch !== chain.head.epoch) return true;
  const compared = COMPARED.get(ctx) ?? new Map<ConversationId, string>();
  COMPARED.set(ctx, compared);
  const claim = claimed.toHex();
  if (chain !== null && compared.get(conversation.id) === claim) return true;
  compared.set(conversation.id, claim);
  const peers: StoredPeer[] = [];
  for (const account of conversation.members) {
    const peer = await readPeer(reads, account);
    if (peer !== null && (chain === null || isConfirmed(chain, peer, ctx.log.log))) peers.push(peer);
  }
  return equalBytes(hashOfLists(peers), claimed);
}

/**
 * Takes an opened message of a conversation into the history: membership, place in its sender's order, kind (PROTOCOL 5
 * to 7). The same for what a relay delivered and for an original that its sender gave again.
 */
import { accountId, bodyId, conversationId, deviceId } from '../contract/bytes.ts';
import type { ConversationId, DeviceId } from '../contract/ids.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { equalBytes } from '../protocol/hash.ts';
import type { OpenedBody } from '../protocol/message.ts';
import { textPayload } from '../protocol/payload.ts';
import { GAP_SHOWN_AFTER_MS, placeInChain } from './chains.ts';
import type { Context } from './context.ts';
import {
  countUnread,
  ensureDirect,
  readConversation,
  type StoredConversation,
  writeConversation,
} from './conversations.ts';
import type { HistoryMessage } from './engine-types.ts';
import { addMessage, findMessage, orderOf, readPage, timeBelow, timeOf, updateMessage } from './history.ts';
import type { Operation, Reads } from './operation.ts';
import { readPeer, type StoredPeer } from './peers.ts';
import { hashOfLists } from './recipients.ts';
import { GAP_CLOSED } from './sentences.ts';

/** Clocks of relay and device may differ by this much. */
const CLOCK_LEEWAY_MS = 5 * 60_000;

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
  const conversation = await admittingConversation(op, ctx, opened);
  if (content.seq < 1) throw new ProtocolError('E_FORMAT', 'messages count from 1');
  const id = bodyId(header.bodyId);
  const shown = await findMessage(op, id);
  const accepted = Math.min(arrival.acceptedAt, now + CLOCK_LEEWAY_MS);
  const placed = await placeInChain(
    op,
    {
      conversation: conversation.id,
      ...sender,
      seq: content.seq,
      hash: opened.contentHash,
      prev: content.previous,
      id,
      time:
        shown === null
          ? await timeOfArrival(op, conversation.id, sender.device, accepted)
          : timeOf(shown.order),
      before: arrival.before,
    },
    now,
  );
  if (placed.duplicate !== null) return;
  if (placed.opened) op.afterwards.push(() => ctx.wakes.gaps(GAP_SHOWN_AFTER_MS));
  for (const notice of placed.closed) await closeGap(op, notice);
  const message: HistoryMessage = {
    id,
    conversation: conversation.id,
    order: orderOf(placed.time, sender.device, content.seq),
    sender,
    mine: sender.account === ctx.self.account,
    sentAt: content.sentAt,
    ...readKind(opened),
    verified: true,
    status: null,
    suite: header.suite,
  };
  if (shown === null) addMessage(op, message);
  else await updateMessage(op, message);
  const active = { ...conversation, lastActivity: Math.max(conversation.lastActivity, placed.time) };
  writeConversation(op, message.mine ? active : countUnread(op, active, message));
  if (!(await agreesOnDevices(op, conversation, content.deviceListsHash))) {
    op.afterwards.push(() => ctx.wakes.directory(conversation.members));
  }
}

/**
 * What arrives comes below what is there as long as clocks may differ; what is older stands where the relay's time puts
 * it.
 */
export async function timeOfArrival(
  reads: Reads,
  conversation: ConversationId,
  device: DeviceId,
  accepted: number,
): Promise<number> {
  const [last] = await readPage(reads, conversation, { limit: 1 });
  const below = timeBelow(last, device);
  return below - accepted < CLOCK_LEEWAY_MS ? Math.max(below, accepted) : accepted;
}

/** The conversation that the header names, if sender and roster say the same [R1, R12]. */
async function admittingConversation(
  op: Operation,
  ctx: Context,
  { header, content }: OpenedBody,
): Promise<StoredConversation> {
  const id = conversationId(header.conversation);
  const from = accountId(header.account);
  const known = await readConversation(op, id);
  const conversation = known ?? (await ensureDirect(op, id, [ctx.self.account, from], ctx.now()));
  if (conversation === null || !conversation.members.includes(from)) {
    throw new ProtocolError('E_ROSTER', 'not a conversation of these people');
  }
  if (!equalBytes(content.rosterHash, header.conversation)) {
    throw new ProtocolError('E_ROSTER', 'another roster than this conversation has');
  }
  return conversation;
}

function readKind({ content }: OpenedBody): Pick<HistoryMessage, 'kind' | 'text' | 'reason'> {
  if (content.kind !== 'text') {
    return {
      kind: 'unknown',
      text: '',
      reason: 'This message needs a newer Sotto; it shows after an update.',
    };
  }
  return { kind: 'text', text: textPayload.decode(content.payload).text, reason: null };
}

async function closeGap(op: Operation, notice: HistoryMessage['id']): Promise<void> {
  const shown = await findMessage(op, notice);
  if (shown !== null) await updateMessage(op, { ...shown, text: GAP_CLOSED, reason: null });
}

async function agreesOnDevices(
  reads: Reads,
  conversation: StoredConversation,
  claimed: Uint8Array,
): Promise<boolean> {
  const peers: StoredPeer[] = [];
  for (const account of conversation.members) {
    const peer = await readPeer(reads, account);
    if (peer !== null) peers.push(peer);
  }
  return equalBytes(hashOfLists(peers), claimed);
}

/** What a person does with messages beside writing: each is durable when it resolves, and says in one sentence why it may not be. */
import type { BodyId, ConversationId } from '../../contract/ids.ts';
import { plural, t } from '../../contract/words.ts';
import { checkText } from '../compose.ts';
import type { Context } from '../context.ts';
import { readConversation, type StoredConversation } from '../conversations.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { noteRelease } from '../files/noted.ts';
import { REFUSED } from '../groups/sentences.ts';
import {
  addMessage,
  findMessage,
  orderOf,
  readPage,
  timeBelow,
  UNMARKED,
  updateMessage,
} from '../history.ts';
import type { Operation } from '../operation.ts';
import { listOutgoing, type Outgoing, removeEntry, writeOutgoing } from '../outbox.ts';
import { readSaid, sayIt } from '../said.ts';
import { forgetMessage } from './forget.ts';
import { MAX_REACTIONS_PER_PERSON, readMarks } from './marks.ts';
import { listPins } from './pins.ts';
import { dropMarksOf, queueMark } from './queue.ts';
import { isEmoji, pinLine } from './take.ts';
import { MAX_PINS, MAX_REACTIONS } from './types.ts';

/** The message and its conversation. Throws Error with a sentence when it is not here or nothing can be said there. */
async function find(
  op: Operation,
  id: BodyId,
): Promise<{ readonly message: HistoryMessage; readonly conversation: StoredConversation }> {
  const message = await findMessage(op, id);
  const conversation = message === null ? null : await readConversation(op, message.conversation);
  if (message === null || conversation === null) throw new Error(t('This message is not on this device.'));
  if (message.kind === 'deleted') throw new Error(t('This message was deleted.'));
  if (message.kind === 'notice' || message.kind === 'unreadable')
    throw new Error(t('This cannot be done with this line.'));
  return { message, conversation };
}

const isWritable = ({ kind, role }: StoredConversation): boolean => kind === 'direct' || role !== null;

function checkWritable(conversation: StoredConversation): void {
  if (!isWritable(conversation)) throw new Error(REFUSED.gone);
}

/** Of the message in the outbox; null when it has left. */
async function waitingEntry(op: Operation, { id }: HistoryMessage): Promise<Outgoing | null> {
  return (await listOutgoing(op)).find((each) => each.id === id) ?? null;
}

/** It has left the outbox and never arrived, or nobody knows. */
const isUnsent = ({ status }: HistoryMessage, entry: Outgoing | null): boolean =>
  entry === null && status === 'Failed';

async function checkSent(op: Operation, message: HistoryMessage): Promise<void> {
  if (message.status === 'Failed' && isUnsent(message, await waitingEntry(op, message)))
    throw new Error(t('This message was not sent: write it again.'));
}

const isUnsaid = (entry: Outgoing | null): entry is Outgoing =>
  entry !== null && !entry.sealed && entry.bound === null;

/** One that has not been sealed yet simply leaves with the new words. */
export async function edit(ctx: Context, id: BodyId, text: string): Promise<void> {
  await ctx.operate(async (op) => {
    const { message, conversation } = await find(op, id);
    if (!message.mine || message.kind !== 'text')
      throw new Error(t('Only your own messages can be changed by you.'));
    // Files may stand for themselves.
    if (message.files.length === 0 || text !== '') checkText(text);
    checkWritable(conversation);
    if (message.text === text) return;
    const entry = await waitingEntry(op, message);
    if (isUnsaid(entry)) {
      writeOutgoing(op, { ...entry, payload: reworded(entry, text) });
      await updateMessage(op, { ...message, text });
      op.touched.conversations.add(message.conversation);
      return;
    }
    if (isUnsent(message, entry)) throw new Error(t('This message was not sent: write it again.'));
    const { edit } = await readMarks(op, message.id);
    await queueMark(op, ctx, message, { kind: 'edit', text, original: null }, edit?.sentAt ?? 0);
  });
}

const reworded = ({ kind, payload }: Outgoing, text: string): Uint8Array => {
  const said = readSaid(kind, payload);
  return said === null ? payload : sayIt({ ...said, text }).payload;
};

/** One that never left goes without a trace. */
export async function deleteMessage(ctx: Context, id: BodyId): Promise<void> {
  await ctx.operate(async (op) => {
    const { message, conversation } = await find(op, id);
    if (!message.mine) throw new Error(t('Only your own messages can be deleted by you.'));
    const entry = await waitingEntry(op, message);
    // Refused for good, or nobody knows: whoever has it all the same deletes it.
    const isOver = isUnsent(message, entry);
    if (isUnsaid(entry) || isOver) {
      if (entry !== null) removeEntry(op, entry.n);
      await dropMarksOf(op, message.id);
      if (isOver && isWritable(conversation)) await queueMark(op, ctx, message, { kind: 'delete' }, 0);
      noteRelease(op, ctx, message);
      await forgetMessage(op, message, null);
      return;
    }
    checkWritable(conversation);
    await queueMark(op, ctx, message, { kind: 'delete' }, 0);
  });
}

export async function react(ctx: Context, id: BodyId, emoji: string, on: boolean): Promise<void> {
  if (!isEmoji(emoji)) throw new Error(t('A reaction is one emoji.'));
  await ctx.operate(async (op) => {
    const { message, conversation } = await find(op, id);
    checkWritable(conversation);
    await checkSent(op, message);
    const { account } = ctx.self;
    const { reactions } = await readMarks(op, message.id);
    const own = reactions.filter((each) => each.account === account);
    const before = own.find((each) => each.emoji === emoji);
    if ((before?.on ?? false) === on) return;
    const isNew = !message.reactions.some((each) => each.emoji === emoji);
    if (on && isNew && message.reactions.length >= MAX_REACTIONS)
      throw new Error(
        plural(MAX_REACTIONS, 'There is {n} reaction already.', 'There are {n} different reactions already.'),
      );
    if (on && own.filter((each) => each.on).length >= MAX_REACTIONS_PER_PERSON)
      throw new Error(t('You have reacted to this message often enough: take a reaction back first.'));
    const latest = Math.max(0, ...own.map(({ sentAt }) => sentAt));
    await queueMark(op, ctx, message, { kind: 'reaction', emoji, on }, latest);
  });
}

export async function pin(ctx: Context, id: BodyId, on: boolean): Promise<void> {
  await ctx.operate(async (op) => {
    const { message, conversation } = await find(op, id);
    checkWritable(conversation);
    const { kind, role } = conversation;
    if (kind === 'group' && role !== 'owner' && role !== 'admin') throw new Error(REFUSED.noLead);
    await checkSent(op, message);
    if (message.pinned === on) return;
    if (on && (await listPins(op, conversation.id)).length >= MAX_PINS)
      throw new Error(t('{n} messages are pinned here already: take one off first.', { n: MAX_PINS }));
    const { pin: before } = await readMarks(op, message.id);
    const mark = await queueMark(op, ctx, message, { kind: 'pin', on }, before?.sentAt ?? 0);
    if (on) await addPinLine(op, ctx, conversation.id, mark);
  });
}

async function addPinLine(
  op: Operation,
  ctx: Context,
  conversation: ConversationId,
  mark: Awaited<ReturnType<typeof queueMark>>,
): Promise<void> {
  const { device, account } = ctx.self;
  const [last] = await readPage(op, conversation, { limit: 1 });
  const entry = (await listOutgoing(op)).find((each) => each.id === mark.id);
  addMessage(op, {
    id: mark.id,
    conversation,
    order: orderOf(Math.max(ctx.now(), timeBelow(last, device)), device, entry?.n ?? 0),
    sender: { account, device },
    mine: true,
    sentAt: mark.stamp.sentAt,
    kind: 'notice',
    text: await pinLine(op, ctx, account),
    verified: true,
    status: null,
    reason: null,
    note: null,
    suite: 0,
    ...UNMARKED,
    replyTo: mark.target,
  });
}

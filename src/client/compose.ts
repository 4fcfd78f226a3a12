/** Puts what a person writes into the outbox and the history, in one commit (protocol/README 9, R28). */
import { fromHex } from '../contract/bytes.ts';
import type { BodyId, ConversationId } from '../contract/ids.ts';
import { MAX_CONTENT_BYTES } from '../contract/limits.ts';
import { t } from '../contract/words.ts';
import { ACTIVE_SUITE } from '../protocol/suite.ts';
import type { Context } from './context.ts';
import { readConversation, writeConversation } from './conversations.ts';
import type { HistoryMessage } from './engine-types.ts';
import { type FileView, manifestOf } from './files/view.ts';
import { REFUSED } from './groups/sentences.ts';
import { addMessage, findMessage, orderOf, readPage, timeBelow, UNMARKED } from './history.ts';
import type { Operation } from './operation.ts';
import { addOutgoing } from './outbox.ts';
import { sayIt } from './said.ts';

/** Room for what stands around a text in its content. */
const CONTENT_OVERHEAD_BYTES = 1024;
const utf8 = new TextEncoder();

/** What a person says; files that the relay has already. */
export interface NewWords {
  readonly text: string;
  readonly answers: BodyId | null;
  readonly files: readonly FileView[];
}

/** Throws Error with a sentence for an empty text, or a long one. */
export function checkText(text: string): void {
  if (text.trim() === '') throw new Error(t('There is nothing to send: write something first.'));
  if (utf8.encode(text).length > MAX_CONTENT_BYTES - CONTENT_OVERHEAD_BYTES)
    throw new Error(t('This message is longer than 63 KiB: send it in parts.'));
}

/**
 * Keeps a text to be sent, and forgets what is void then (names in `meta`). Throws Error with a sentence for an empty one, a long one, an
 * unknown conversation.
 */
export async function composeText(
  ctx: Context,
  conversation: ConversationId,
  text: string,
  {
    replyTo = null,
    forgets = [],
  }: { readonly replyTo?: BodyId | null; readonly forgets?: readonly string[] },
): Promise<HistoryMessage> {
  checkText(text);
  return ctx.operate((op) => {
    for (const name of forgets) op.remove('meta', name);
    return addWords(op, ctx, conversation, { text, answers: replyTo, files: [] });
  });
}

/**
 * The same with files that the relay has, in an operation of the caller's; the text may be empty then.
 * @throws Error with a sentence for an unknown conversation
 */
export async function addWords(
  op: Operation,
  ctx: Context,
  conversation: ConversationId,
  { text, answers, files }: NewWords,
): Promise<HistoryMessage> {
  const known = await readConversation(op, conversation);
  if (known === null) throw new Error(t('This conversation is not known here: open it first.'));
  if (known.kind === 'group' && known.role === null) throw new Error(REFUSED.gone);
  // It may have another id since it was drawn.
  const replyTo = answers === null ? null : ((await findMessage(op, answers))?.id ?? answers);
  const { kind, payload } = sayIt({
    text,
    replyTo: replyTo === null ? null : fromHex(replyTo),
    timer: known.timer?.value || null,
    files: files.map(manifestOf),
  });
  const [last] = await readPage(op, conversation, { limit: 1 });
  const sentAt = Math.max(ctx.now(), known.ownSentAt);
  const time = Math.max(sentAt, timeBelow(last, ctx.self.device));
  const id = ctx.newBodyId();
  const entry = await addOutgoing(op, {
    id,
    conversation,
    kind,
    payload,
    sentAt,
    bound: null,
    sealed: false,
    refusals: 0,
    held: null,
    left: [],
  });
  const message: HistoryMessage = {
    id,
    conversation,
    order: orderOf(time, ctx.self.device, entry.n),
    sender: { account: ctx.self.account, device: ctx.self.device },
    mine: true,
    sentAt,
    kind: 'text',
    text,
    verified: true,
    status: 'Sending',
    reason: null,
    note: null,
    suite: ACTIVE_SUITE,
    ...UNMARKED,
    replyTo,
    files,
  };
  addMessage(op, message);
  writeConversation(op, { ...known, ownSentAt: sentAt, lastActivity: Math.max(known.lastActivity, time) });
  return message;
}

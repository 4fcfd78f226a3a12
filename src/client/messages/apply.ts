/**
 * What a mark does to a message that is here. Any order of the same marks comes to the same (protocol/README 7,
 * "Marks").
 */
import type { AccountId, BodyId, ConversationId } from '../../contract/ids.ts';
import type { Context } from '../context.ts';
import { dropUnread, noteMention } from '../conversations.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { noteRelease } from '../files/noted.ts';
import { UNMARKED, updateMessage } from '../history.ts';
import type { Operation } from '../operation.ts';
import { type Original, removeOriginal, writeOriginal } from '../originals.ts';
import { removeSent } from '../sent.ts';
import {
  isLater,
  NO_MARKS,
  readMarks,
  type Stamp,
  type StoredMarks,
  viewReactions,
  withReaction,
  writeMarks,
} from './marks.ts';
import { names } from './mentions.ts';
import { notePin } from './pins.ts';

/** What is said of the target; a pin is here only when its sender may pin. */
export type Saying =
  | {
      readonly kind: 'edit';
      readonly text: string;
      /** Null while one's own is not sealed yet. */
      readonly original: Original | null;
    }
  | { readonly kind: 'delete' }
  | { readonly kind: 'reaction'; readonly emoji: string; readonly on: boolean }
  | { readonly kind: 'pin'; readonly on: boolean };

export interface Mark {
  readonly target: BodyId;
  readonly conversation: ConversationId;
  readonly account: AccountId;
  readonly stamp: Stamp;
  /** Of the message that the mark is. */
  readonly id: BodyId;
  readonly saying: Saying;
}

/** Nothing is shown as changed later than a day from now, in milliseconds. */
const FUTURE_SHOWN_MS = 24 * 3600_000;

/** Applies a mark to its target. One that its sender may not make, or that comes too late, changes nothing. */
export async function applyMark(
  op: Operation,
  ctx: Context,
  message: HistoryMessage,
  mark: Mark,
): Promise<void> {
  if (message.conversation !== mark.conversation) return;
  if (message.kind === 'notice' || message.kind === 'deleted') return;
  const marks = await readMarks(op, message.id);
  const { saying } = mark;
  if (saying.kind === 'delete') {
    if (mark.account === message.sender.account) await applyDelete(op, ctx, message, marks, mark);
  } else if (saying.kind === 'edit') {
    if (mark.account === message.sender.account && message.kind === 'text')
      await applyEdit(op, ctx, message, marks, mark, saying);
  } else if (saying.kind === 'reaction') {
    const next = { account: mark.account, emoji: saying.emoji, on: saying.on, ...mark.stamp };
    const reactions = withReaction(marks.reactions, next);
    if (reactions === marks.reactions) return;
    writeMarks(op, message.id, { ...marks, reactions });
    await updateMessage(op, { ...message, reactions: viewReactions(reactions, ctx.self.account) });
  } else if (isLater(mark.stamp, marks.pin)) {
    writeMarks(op, message.id, { ...marks, pin: { ...mark.stamp, on: saying.on } });
    notePin(op, message, saying.on ? mark.stamp.sentAt : null);
    await updateMessage(op, { ...message, pinned: saying.on });
  }
}

async function applyEdit(
  op: Operation,
  ctx: Context,
  message: HistoryMessage,
  marks: StoredMarks,
  { stamp }: Mark,
  { text, original }: Extract<Saying, { kind: 'edit' }>,
): Promise<void> {
  const counts = isLater(stamp, marks.edit);
  writeMarks(op, message.id, {
    ...marks,
    edits: marks.edits + 1,
    edit: counts ? stamp : marks.edit,
  });
  if (!counts) return;
  const mention = !message.mine && names(text, ctx.self.username);
  // The words before are kept nowhere, but for what gives a message again to whom it was sealed for.
  if (original !== null) writeOriginal(op, message.id, original);
  if (mention !== message.mention) await noteMention(op, message, mention);
  const editedAt = Math.min(stamp.sentAt, ctx.now() + FUTURE_SHOWN_MS);
  await updateMessage(op, { ...message, text, editedAt, mention });
  op.touched.conversations.add(message.conversation);
}

/** Nothing is left of the message but its place, and the id of what ended it, for those who ask for it again. */
async function applyDelete(
  op: Operation,
  ctx: Context,
  message: HistoryMessage,
  { sentEdits }: StoredMarks,
  { id: deletion, stamp }: Mark,
): Promise<void> {
  writeMarks(op, message.id, { ...NO_MARKS, deletion });
  for (const edit of sentEdits) removeSent(op, edit);
  removeOriginal(op, message.id);
  if (stamp.device === ctx.self.device) noteRelease(op, ctx, message);
  notePin(op, message, null);
  await dropUnread(op, message);
  await updateMessage(op, { ...message, ...UNMARKED, ...emptied(message) });
  op.touched.conversations.add(message.conversation);
}

/** What a message is whose author has taken it back. */
export const emptied = ({ expiresAt, origin }: HistoryMessage) =>
  ({ kind: 'deleted', text: '', reason: null, note: null, expiresAt, origin }) as const;

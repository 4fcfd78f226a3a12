/**
 * Takes a message that speaks of an earlier one: it makes no line of its own, but for a pin (protocol/README 7,
 * "Marks").
 */
import { accountId, bodyId, conversationId, deviceId } from '../../contract/bytes.ts';
import { sentence } from '../../contract/words.ts';
import type { Content } from '../../protocol/content.ts';
import {
  deletePayload,
  editPayload,
  MAX_REACTION_BYTES,
  pinPayload,
  reactionPayload,
} from '../../protocol/marks.ts';
import type { OpenedBody } from '../../protocol/message.ts';
import type { Context } from '../context.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { nameIn } from '../groups/lines.ts';
import { findMessage, updateMessage } from '../history.ts';
import type { Operation, Reads } from '../operation.ts';
import { originalOf } from '../originals.ts';
import { applyMark, emptied, type Mark, type Saying } from './apply.ts';
import { isForgotten } from './forget.ts';
import { keepMark } from './waiting.ts';

/** Kinds that speak of an earlier message. */
const MARK_KINDS = ['edit', 'delete', 'reaction', 'pin'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];
export const isMark = (kind: string): kind is MarkKind => MARK_KINDS.some((each) => each === kind);

/** A mark from further in the future than clocks differ is not taken: nobody could ever say anything later. */
const AHEAD_MS = 24 * 3600_000;

/** The line that a mark makes. */
export interface MarkLine {
  readonly text: string;
  readonly target: HistoryMessage['id'];
}

/**
 * Applies a mark, or keeps it until its target is here. Gives the line of a pin, null for none.
 * @param mayLead whether its sender may pin
 * @throws ProtocolError E_FORMAT
 */
export async function takeMark(
  op: Operation,
  ctx: Context,
  opened: OpenedBody,
  mayLead: boolean,
): Promise<MarkLine | null> {
  const mark = markIn(opened);
  const { saying } = mark;
  if (mark.stamp.sentAt > ctx.now() + AHEAD_MS) return null;
  if (saying.kind === 'pin' && !mayLead) return null;
  if (saying.kind === 'reaction' && !isEmoji(saying.emoji)) return null;
  if (!(await isForgotten(op, mark.target))) await placeMark(op, ctx, mark);
  if (saying.kind !== 'pin' || !saying.on) return null;
  return { text: await pinLine(op, ctx, mark.account), target: mark.target };
}

/** Applies a mark to its target, or lets it wait. */
export async function placeMark(op: Operation, ctx: Context, mark: Mark): Promise<void> {
  const target = await findMessage(op, mark.target);
  if (target !== null && isOpen(target)) return applyMark(op, ctx, target, mark);
  await keepMark(op, mark);
  // Whoever seems to have sent what stays closed has taken it back; that it was theirs shows when it opens.
  if (target?.kind === 'unreadable' && mark.saying.kind === 'delete' && isOf(target, mark))
    await updateMessage(op, { ...target, ...emptied(target) });
}

const isOf = (target: HistoryMessage, { account, conversation }: Mark): boolean =>
  target.sender.account === account && target.conversation === conversation;

/** Whether it has been opened, so that it is known whose it is. */
export const isOpen = ({ kind, verified }: HistoryMessage): boolean =>
  kind !== 'unreadable' && (kind !== 'deleted' || verified);

/** @throws ProtocolError E_FORMAT */
function markIn(opened: OpenedBody): Mark {
  const { header, content } = opened;
  const { target, saying } = readMark(opened, content);
  return {
    target: bodyId(target),
    conversation: conversationId(header.conversation),
    account: accountId(header.account),
    stamp: { sentAt: content.sentAt, device: deviceId(header.device), seq: content.seq },
    id: bodyId(header.bodyId),
    saying,
  };
}

function readMark(
  opened: OpenedBody,
  { kind, payload }: Content,
): { readonly target: Uint8Array; readonly saying: Saying } {
  if (kind === 'edit') {
    const { target, text } = editPayload.decode(payload);
    return { target, saying: { kind, text, original: originalOf(opened) } };
  }
  if (kind === 'reaction') {
    const { target, emoji, on } = reactionPayload.decode(payload);
    return { target, saying: { kind, emoji, on } };
  }
  if (kind === 'pin') {
    const { target, on } = pinPayload.decode(payload);
    return { target, saying: { kind, on } };
  }
  return { target: deletePayload.decode(payload).target, saying: { kind: 'delete' } };
}

/** What stands in the conversation where somebody pinned a message. */
export async function pinLine(reads: Reads, ctx: Context, account: Mark['account']): Promise<string> {
  if (account === ctx.self.account) return sentence('You pinned a message.');
  return sentence('{name} pinned a message.', { name: await nameIn(reads, ctx, account, true) });
}

const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3/u;
const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** One picture and no words: what stands under a message is not a place to write. */
export function isEmoji(text: string): boolean {
  if (text === '' || new TextEncoder().encode(text).length > MAX_REACTION_BYTES) return false;
  return PICTURE.test(text) && [...GRAPHEMES.segment(text)].length === 1 && !/[\p{L}\p{Cc}]/u.test(text);
}

/**
 * A message that was here from somebody's history and is now delivered itself. What its sender has signed takes the record's
 * place, so nobody keeps a message away by showing another one under its id; what was said of it since stays.
 */
import type { Context } from '../context.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { UNMARKED } from '../history.ts';
import type { Reads } from '../operation.ts';
import { emptied } from './apply.ts';
import { readMarks, viewReactions } from './marks.ts';
import { isOpen } from './take.ts';

/** Whether it was opened on this device: then the same message that comes again is nothing new. */
export const isReceived = (message: HistoryMessage): boolean => message.origin === 'live' && isOpen(message);

/**
 * The message as it was opened, with what is known of it here.
 * @param shown what stood in its place
 */
export async function withWhatWasSaid(
  reads: Reads,
  ctx: Context,
  shown: HistoryMessage,
  message: HistoryMessage,
): Promise<HistoryMessage> {
  const marks = await readMarks(reads, shown.id);
  const isOver = marks.deletion !== null || (shown.kind === 'deleted' && shown.verified);
  if (isOver) return { ...message, ...UNMARKED, ...emptied(message) };
  const isOwn = shown.origin === 'backup' || shown.origin === 'device';
  const ends = [message.expiresAt, isOwn ? shown.expiresAt : null].filter((at) => at !== null);
  return {
    ...message,
    ...(marks.edit === null ? {} : { text: shown.text, editedAt: shown.editedAt, mention: shown.mention }),
    status: isOwn && message.mine ? shown.status : message.status,
    reactions: viewReactions(marks.reactions, ctx.self.account),
    pinned: marks.pin?.on ?? false,
    expiresAt: ends.length === 0 ? null : Math.min(...ends),
  };
}

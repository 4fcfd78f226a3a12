/** Takes a message out of this device with everything that stands beside it, and remembers that it did. */
import type { BodyId } from '../../contract/ids.ts';
import { dropUnread } from '../conversations.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { removeMessage } from '../history.ts';
import type { Operation, Reads } from '../operation.ts';
import { removeOriginal } from '../originals.ts';
import { removeSent } from '../sent.ts';
import { number } from '../stored.ts';
import { readMarks, removeMarks } from './marks.ts';
import { notePin } from './pins.ts';

const key = (id: BodyId) => `t/${id}`;

/** Whether the message of this id was here and its time was over: it is never brought back, whoever has it still. */
export async function isForgotten(reads: Reads, id: BodyId): Promise<boolean> {
  return (await reads.get('history', key(id))) !== null;
}

/** @param at when, epoch milliseconds; null for one that never left this device, of which nothing needs to be remembered */
export async function forgetMessage(
  op: Operation,
  message: HistoryMessage,
  at: number | null,
): Promise<void> {
  await dropUnread(op, message);
  notePin(op, message, null);
  for (const edit of (await readMarks(op, message.id)).sentEdits) removeSent(op, edit);
  removeMarks(op, message.id);
  removeOriginal(op, message.id);
  removeMessage(op, message);
  if (at !== null) op.write('history', key(message.id), number, at);
  op.touched.conversations.add(message.conversation);
}

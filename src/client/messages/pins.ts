/** Pinned messages of a conversation: store `history`, `p/CONVERSATION/ID` holds the time of the pin, so that few are looked at. */
import { type BodyId, type ConversationId, isBodyId } from '../../contract/ids.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { findMessage } from '../history.ts';
import type { Operation, Reads } from '../operation.ts';
import { decodeStored, number } from '../stored.ts';
import { MAX_PINS } from './types.ts';

const prefixOf = (conversation: ConversationId) => `p/${conversation}/`;

/** @param at when it was pinned, epoch milliseconds; null for not pinned */
export function notePin(op: Operation, { conversation, id }: HistoryMessage, at: number | null): void {
  const key = prefixOf(conversation) + id;
  if (at === null) op.remove('history', key);
  else op.write('history', key, number, at);
}

/** Pinned messages that are here, the last one pinned first. */
export async function listPins(
  reads: Reads,
  conversation: ConversationId,
): Promise<readonly HistoryMessage[]> {
  const prefix = prefixOf(conversation);
  const ids: { id: BodyId; at: number }[] = [];
  for (const [key, value] of await reads.list('history', { prefix })) {
    const id = key.slice(prefix.length);
    if (isBodyId(id)) ids.push({ id, at: decodeStored(number, value) });
  }
  ids.sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1));
  const found: HistoryMessage[] = [];
  for (const { id } of ids.slice(0, MAX_PINS)) {
    const message = await findMessage(reads, id);
    if (message?.pinned === true) found.push(message);
  }
  return found;
}

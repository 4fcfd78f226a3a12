/** Walks through the history from its end, in pages: of one conversation, or of one after the other. */
import type { ConversationId } from '../../contract/ids.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { messageOf } from '../history.ts';
import type { Reads } from '../operation.ts';

/** Keys and records below `before`, the last ones first; of everything when `conversation` is null. */
export function pageBelow(
  reads: Reads,
  conversation: ConversationId | null,
  before: string | null,
  limit: number,
): Promise<readonly (readonly [key: string, value: Uint8Array])[]> {
  const prefix = conversation === null ? 'm/' : `m/${conversation}/`;
  return reads.list('history', { prefix, reverse: true, limit, ...(before === null ? {} : { before }) });
}

export const messageOfEntry = (value: Uint8Array): HistoryMessage => messageOf(value);

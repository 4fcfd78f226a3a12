/**
 * What a group that is being made is to be called, from before its first event leaves until the relay has it: a device that
 * dies in between says the name when it finds the group. Store `conversations`, `n/ID`.
 */
import type { ConversationId } from '../../contract/ids.ts';
import { type Operation, type Reads, readRecord } from '../operation.ts';
import { nullable, number, type Of, record, text } from '../stored.ts';

const Draft = record({ name: text, topic: nullable(text), created: number });
export type Draft = Of<typeof Draft>;

const draftKey = (id: ConversationId) => `n/${id}`;

export function writeDraft(op: Operation, id: ConversationId, draft: Draft): void {
  op.write('conversations', draftKey(id), Draft, draft);
}

/** The draft of a group, or null. */
export async function readDraft(reads: Reads, id: ConversationId): Promise<Draft | null> {
  return readRecord(reads, 'conversations', draftKey(id), Draft);
}

export function removeDraft(op: Operation, id: ConversationId): void {
  op.remove('conversations', draftKey(id));
}

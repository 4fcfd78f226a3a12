/**
 * What this device keeps of its own messages to give them again: exact content and signature, and for whom they were
 * sealed. Store `history`, `s/ID`. Nobody but an original recipient ever gets one, and each of them once
 * (protocol/README 7, R4).
 */
import { type BodyId, isBodyId, isConversationId } from '../contract/ids.ts';
import { Address } from './address.ts';
import { type Operation, type Reads, readRecord } from './operation.ts';
import { bytes, list, type Of, record, word } from './stored.ts';

/** One own message as it was sealed. */
export const SentRecord = record({
  id: word(isBodyId),
  conversation: word(isConversationId),
  header: bytes,
  content: bytes,
  /** 3,373 bytes. */
  signature: bytes,
  recipients: list(Address),
  /** Devices that got it again. */
  answered: list(Address),
});
export type SentRecord = Of<typeof SentRecord>;

/** The record of an own message, or null. Throws StoredError. */
export async function readSent(reads: Reads, id: BodyId): Promise<SentRecord | null> {
  return readRecord(reads, 'history', `s/${id}`, SentRecord);
}

/** Writes the record of an own message. */
export function writeSent(op: Operation, sent: SentRecord): void {
  op.write('history', `s/${sent.id}`, SentRecord, sent);
}

/** Forgets a sealing that never left for good. */
export function removeSent(op: Operation, id: BodyId): void {
  op.remove('history', `s/${id}`);
}

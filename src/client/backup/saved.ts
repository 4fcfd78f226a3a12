/**
 * Where each thing is saved: store `backup`, `i/KIND/ID` names the segment whose entry counts, and what that entry says.
 */
import { type SegmentId, segmentId } from '../../contract/backup.ts';
import { fromHex } from '../../contract/bytes.ts';
import type { ArchiveEntry } from '../../protocol/archive.ts';
import { concat } from '../../protocol/codec.ts';
import { hash } from '../../protocol/hash.ts';
import { type ArchivedMessage, ENTRY, readMessageEntry, readOriginalEntry } from '../archive/record.ts';
import type { Operation, Reads } from '../operation.ts';

const PREFIX = 'i/';
/** Bytes of a digest. */
export const DIGEST_BYTES = 16;

export interface Saved {
  readonly segment: SegmentId;
  /** Of what the entry says, 16 bytes. */
  readonly digest: Uint8Array;
  /** Of what this device had when it last looked, 16 bytes: what is the same since need not be said again. */
  readonly own: Uint8Array;
}

export async function readSaved(reads: Reads, name: string): Promise<Saved | null> {
  const value = await reads.get('backup', PREFIX + name);
  return value === null ? null : decode(value);
}

export function writeSaved(op: Operation, name: string, { segment, digest, own }: Saved): void {
  op.writeBytes('backup', PREFIX + name, concat(fromHex(segment), digest, own));
}

export function removeSaved(op: Operation, name: string): void {
  op.remove('backup', PREFIX + name);
}

/** A page of everything that is saved, by name. */
export async function listSaved(
  reads: Reads,
  limit: number,
  after: string | null,
): Promise<readonly (readonly [name: string, saved: Saved])[]> {
  const entries = await reads.list('backup', {
    prefix: PREFIX,
    limit,
    ...(after === null ? {} : { after: PREFIX + after }),
  });
  return entries.map(([key, value]) => [key.slice(PREFIX.length), decode(value)]);
}

function decode(value: Uint8Array): Saved {
  return {
    segment: segmentId(value.slice(0, 16)),
    digest: value.slice(16, 16 + DIGEST_BYTES),
    own: value.slice(16 + DIGEST_BYTES),
  };
}

/**
 * What an entry says, 16 bytes. Of a message only what all of one's own devices have alike: its place and when it came differ
 * from one to the next.
 */
export function digestOf(entry: ArchiveEntry): Uint8Array {
  // A signature is over all of its message, and as good as any hash of it.
  if (entry.kind === ENTRY.original) return readOriginalEntry(entry).signature.slice(0, DIGEST_BYTES);
  if (entry.kind !== ENTRY.message) return hash(entry.value).slice(0, DIGEST_BYTES);
  return digestOfMessage(readMessageEntry(entry));
}

function digestOfMessage(message: ArchivedMessage): Uint8Array {
  const { kind, text, editedAt, replyTo, status, pinned, marks } = message;
  const reactions = [...(marks?.reactions ?? [])]
    .map(({ account, emoji, on, sentAt }) => `${account} ${emoji} ${on} ${sentAt}`)
    .sort();
  const readBy = (marks?.readBy ?? []).map(({ account, at }) => `${account} ${at}`).sort();
  const said = [kind, text, editedAt, replyTo, status, pinned, marks?.deletion ?? null, reactions, readBy];
  return hash(new TextEncoder().encode(JSON.stringify(said))).slice(0, DIGEST_BYTES);
}

/**
 * Messages whose files are on their way, as they are kept (store `files`): `p/ID` a message, `h/FILE/N` the SHA-256 of a chunk that
 * was sealed, `r/FILE` a file that the server is still to forget, `d/ID` what became of a message for who asks later.
 */
import { type FileId, isFileId } from '../../contract/files.ts';
import { isBodyId, isConversationId } from '../../contract/ids.ts';
import { type Operation, type Reads, readRecord, sortable } from '../operation.ts';
import {
  bytes,
  decodeStored,
  list,
  nullable,
  number,
  type Of,
  record,
  StoredError,
  text,
  word,
} from '../stored.ts';

const StoredUpload = record({
  id: word(isFileId),
  key: bytes,
  /** Cleaned. */
  name: text,
  type: text,
  size: number,
  previewType: text,
  preview: nullable(bytes),
  width: nullable(number),
  height: nullable(number),
  duration: nullable(number),
  /** As its sender wishes; then as it was told to the server. */
  expiresAt: nullable(number),
  replaces: nullable(word(isFileId)),
  hint: nullable(text),
  /** Over all chunks, once the server has every one of them. */
  root: nullable(bytes),
});
export type StoredUpload = Of<typeof StoredUpload>;

const StoredPending = record({
  id: text,
  conversation: word(isConversationId),
  text,
  replyTo: nullable(word(isBodyId)),
  createdAt: number,
  files: list(StoredUpload),
});
export type StoredPending = Of<typeof StoredPending>;

const Outcome = record({ at: number, said: nullable(word(isBodyId)) });
type Outcome = Of<typeof Outcome>;

/** What became of a message is remembered for so long, in milliseconds. */
const OUTCOME_KEPT_MS = 24 * 3600_000;

/** An id that sorts by the time at which it was made. */
export const pendingId = (now: number, random: Uint8Array): string => `${sortable(now)}${random.toHex()}`;

export const readPending = (reads: Reads, id: string): Promise<StoredPending | null> =>
  readRecord(reads, 'files', `p/${id}`, StoredPending);

/** Oldest first. One that cannot be read stands in the way of no other, and stays as it is. */
export async function listPending(reads: Reads): Promise<readonly StoredPending[]> {
  const found = await reads.list('files', { prefix: 'p/' });
  return found.flatMap(([, value]) => {
    try {
      return [decodeStored(StoredPending, value)];
    } catch (error) {
      if (error instanceof StoredError) return [];
      throw error;
    }
  });
}

export const writePending = (op: Operation, pending: StoredPending): void =>
  op.write('files', `p/${pending.id}`, StoredPending, pending);

/** It is said, or called off (null); older outcomes are forgotten. */
export async function settlePending(op: Operation, id: string, { at, said }: Outcome): Promise<void> {
  op.remove('files', `p/${id}`);
  for (const [key, value] of await op.list('files', { prefix: 'd/' }))
    if (decodeStored(Outcome, value).at < at - OUTCOME_KEPT_MS) op.remove('files', key);
  op.write('files', `d/${id}`, Outcome, { at, said });
}

export const readOutcome = (reads: Reads, id: string): Promise<Outcome | null> =>
  readRecord(reads, 'files', `d/${id}`, Outcome);

/** By number. */
export async function readHashes(reads: Reads, file: FileId): Promise<ReadonlyMap<number, Uint8Array>> {
  const prefix = `h/${file}/`;
  const found = await reads.list('files', { prefix });
  return new Map(found.map(([key, hash]) => [Number.parseInt(key.slice(prefix.length), 16), hash]));
}

export const writeHash = (op: Operation, file: FileId, n: number, hash: Uint8Array): void =>
  op.writeBytes('files', `h/${file}/${sortable(n)}`, hash);

export async function removeHashes(op: Operation, file: FileId): Promise<void> {
  for (const [key] of await op.list('files', { prefix: `h/${file}/` })) op.remove('files', key);
}

/** The server is to forget it. */
export const oweRemoval = (op: Operation, file: FileId): void =>
  op.writeBytes('files', `r/${file}`, new Uint8Array());

export async function listRemovals(reads: Reads): Promise<readonly FileId[]> {
  const found = await reads.list('files', { prefix: 'r/' });
  return found.map(([key]) => key.slice(2)).filter(isFileId);
}

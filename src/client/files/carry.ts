/** Brings one file to the server: begins, seals and sends what it has not, completes. Can be cut off anywhere and done again. */

import { fromHex } from '../../contract/bytes.ts';
import type { FileId, FileRecord } from '../../contract/files.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { fileChunks } from '../../protocol/file.ts';
import type { Context } from '../context.ts';
import { otherOf, readConversation } from '../conversations.ts';
import type { Reads } from '../operation.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import {
  readHashes,
  readPending,
  removeHashes,
  type StoredUpload,
  writeHash,
  writePending,
} from './pending.ts';
import type { FileCarrier, FileSource, UploadJob, UploadWatch } from './ports.ts';
import { expiryOf } from './sending.ts';
import { rootOf } from './upload.ts';

export interface CarryTools {
  readonly ctx: Context;
  readonly carrier: FileCarrier;
  readonly signal: AbortSignal;
  /** Null where the carrier keeps all of it. Throws Lost. */
  source(): Promise<{ readonly source: FileSource | null; readonly isSame: boolean }>;
  /** Null where this process was not given it. */
  held(): FileSource | null;
  progress(done: number): void;
}

/** `message` names the pending message that it is a file of. Throws AbortError when that is not on its way any more. */
export async function carryFile(
  tools: CarryTools,
  message: { readonly id: string; readonly conversation: ConversationId },
  file: StoredUpload,
): Promise<void> {
  const { ctx, carrier, signal } = tools;
  const { files } = ctx.transport;
  await checkWanted(ctx.storage, message.id, file.id);
  const record = await beginUpload(ctx, message.conversation, file).catch(async (error: unknown) => {
    if (error instanceof TransportFailed) await keep(tools, file);
    throw error;
  });
  signal.throwIfAborted();
  const known = await readHashes(ctx.storage, file.id);
  const isSealed = known.size === fileChunks(file.size);
  if (record.completedAt !== null && !isSealed)
    throw new Error(
      t('The server says that it has this file, but not all of it was sent: cancel it and send it again.'),
    );
  if (record.completedAt === null) {
    if (!isSealed || record.missing.length > 0) await send(tools, message.id, file, known);
    signal.throwIfAborted();
    await files.complete(file.id);
  }
  await ctx.operate(async (op) => {
    const now = await readPending(op, message.id);
    if (now === null) return;
    const root = rootOf(file.size, await readHashes(op, file.id));
    const expiresAt = agreedExpiry(file.expiresAt, record);
    writePending(op, {
      ...now,
      files: now.files.map((each) => (each.id === file.id ? { ...each, root, expiresAt } : each)),
    });
    await removeHashes(op, file.id);
    op.events.push({ type: 'uploads', conversation: message.conversation });
  });
  await carrier.forget?.(file.id);
}

/** Sealed here meanwhile, it is not lost with the page. What has begun to leave is not kept: it may have been another file. */
async function keep({ ctx, carrier, held }: CarryTools, file: StoredUpload): Promise<void> {
  const source = held();
  if (source === null || (await readHashes(ctx.storage, file.id)).size > 0) return;
  // Without it the file waits for the server as it is.
  await carrier.keep?.(jobOf(file, { known: [], sameSource: true }), source).catch(() => {});
}

const jobOf = (
  { id, key, size }: StoredUpload,
  sealed: Pick<UploadJob, 'known' | 'sameSource'>,
): UploadJob => ({ key, id: fromHex(id), fileId: id, size, ...sealed });

async function send(
  { ctx, carrier, signal, source: find, progress }: CarryTools,
  pending: string,
  file: StoredUpload,
  known: ReadonlyMap<number, Uint8Array>,
): Promise<void> {
  const { source, isSame } = await find();
  const job = jobOf(file, { known: [...known], sameSource: isSame });
  const sealed: UploadWatch['sealed'] = (hashes) =>
    ctx.operate(async (op) => {
      await checkWanted(op, pending, file.id);
      for (const [n, hash] of hashes) writeHash(op, file.id, n, hash);
    });
  await carrier.upload(job, source, { signal, progress, sealed });
}

/** Called off meanwhile, here or elsewhere, nothing more of it leaves. @throws AbortError */
async function checkWanted(reads: Reads, pending: string, file: FileId): Promise<void> {
  const isWanted = (await readPending(reads, pending))?.files.some(({ id }) => id === file);
  if (isWanted !== true) throw new DOMException('The upload was called off.', 'AbortError');
}

/** A direct conversation that no server knows yet is made there first, as for its first message. */
async function beginUpload(
  ctx: Context,
  conversation: ConversationId,
  { id, size, expiresAt: wished }: StoredUpload,
): Promise<FileRecord> {
  const expiresAt = await expiryOf(ctx, conversation, wished);
  const begin = () => ctx.transport.files.begin({ id, size, conversation, expiresAt });
  try {
    return await begin();
  } catch (error) {
    if (!(error instanceof TransportRefused) || error.status !== 404) throw error;
    const known = await readConversation(ctx.storage, conversation);
    if (known?.kind !== 'direct') throw error;
    const other = otherOf(known, ctx.self.account);
    await ctx.transport.createConversation({ kind: 'direct', people: other === null ? [] : [other] });
    return begin();
  }
}

/** What the manifest says: never later than wished, and the server's own rule where that is earlier. */
function agreedExpiry(wished: number | null, { expiresAt, createdAt }: FileRecord): number | null {
  if (expiresAt === null || !Number.isSafeInteger(expiresAt) || expiresAt < createdAt) return wished;
  return wished === null ? expiresAt : Math.min(wished, expiresAt);
}

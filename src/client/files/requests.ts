/** One's own file requests: made, looked into, ended; and what was handed in. */
import { fromBase64, fromHex, toBase64 } from '../../contract/bytes.ts';
import type { FileId } from '../../contract/files.ts';
import type { ConversationId } from '../../contract/ids.ts';
import {
  type FileRequestEntry,
  type FileRequestId,
  type FileRequestRecord,
  fileRequestId,
} from '../../contract/shares.ts';
import { t } from '../../contract/words.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { FILE_REQUEST_LIMITS, openHandIn, sealFileRequest } from '../../protocol/file-request.ts';
import { addWords } from '../compose.ts';
import type { Context } from '../context.ts';
import type { HistoryMessage } from '../engine-types.ts';
import {
  doneFiles,
  forgetOverLinks,
  forgetRequest,
  type KeptRequest,
  keepRequest,
  readRequest,
  withDone,
} from './kept-links.ts';
import { keepPlace } from './places.ts';
import { ended } from './shares.ts';
import type { FileRequestLink, NewFileRequestLink, ReceivedFile } from './sharing-types.ts';
import { FileProblem } from './types.ts';
import { type FileView, viewFile } from './view.ts';

const utf8 = new TextEncoder();

/** The seed is kept before the server hears of the request. @throws Error with a sentence, TransportRefused, TransportFailed */
export async function makeRequest(
  ctx: Context,
  { title, expiresAt, files, maxFileBytes }: NewFileRequestLink,
): Promise<FileRequestLink> {
  const words = { title: title.trim(), name: ctx.self.name };
  if (words.title === '') throw new Error(t('Say what you ask for: whoever opens the link reads it.'));
  if (utf8.encode(words.title).length > FILE_REQUEST_LIMITS.titleBytes)
    throw new Error(t('This is too long for a title: use fewer words.'));
  const { random } = ctx.crypto;
  const secret = { id: random(16), seed: random(32) };
  const { offer, linkKey } = await sealFileRequest(ctx.crypto, secret, words);
  const id = fileRequestId(secret.id);
  const kept: KeptRequest = {
    ...words,
    seed: secret.seed,
    key: linkKey,
    expiresAt,
    done: new Uint8Array(),
  };
  await ctx.operate(async (op) => {
    await forgetOverLinks(op, ctx.now());
    await keepRequest(op, ctx, id, kept);
  });
  ctx.wakes.flush();
  const request = { id, offer: toBase64(offer), expiresAt, files, maxFileBytes };
  return viewRequest(ctx, await (await ctx.transport.sharing()).createRequest(request));
}

/** Throws TransportRefused, TransportFailed. */
export async function listRequests(ctx: Context): Promise<readonly FileRequestLink[]> {
  const records = await (await ctx.transport.sharing()).requests();
  for (const each of records) await takeDone(ctx, each);
  return Promise.all(records.map((each) => viewRequest(ctx, each)));
}

/** What was dealt with here, and the server has not heard so: its answer was lost, or this device was stopped before. */
async function takeDone(ctx: Context, { id, received }: FileRequestRecord): Promise<void> {
  const kept = await readRequest(ctx.storage, id);
  if (kept === null) return;
  const done = doneFiles(kept);
  const sharing = await ctx.transport.sharing();
  for (const { file } of received) if (done.has(file)) await ended(() => sharing.take(id, file));
}

async function viewRequest(ctx: Context, made: FileRequestRecord): Promise<FileRequestLink> {
  const kept = await readRequest(ctx.storage, made.id);
  const done = kept === null ? new Set<FileId>() : doneFiles(kept);
  const waiting = made.received.filter(({ file }) => !done.has(file));
  return {
    ...made,
    title: kept?.title ?? null,
    key: kept === null ? null : toBase64(kept.key),
    received: await Promise.all(waiting.map((entry) => openEntry(ctx, made.id, kept, entry))),
  };
}

async function openEntry(
  ctx: Context,
  id: FileRequestId,
  kept: KeptRequest | null,
  { file, size, receivedAt, manifest }: FileRequestEntry,
): Promise<ReceivedFile> {
  const closed = { id: file, size, receivedAt, file: null };
  if (kept === null) return closed;
  try {
    const opened = await openHandIn(ctx.crypto, { id: fromHex(id), seed: kept.seed }, kept, {
      file: fromHex(file),
      sealed: fromBase64(manifest),
    });
    // Nobody knows who handed it in: what it says of other files, and pictures of itself, are not taken.
    const view = viewFile({ ...opened, series: opened.id, version: 1, previewType: '', preview: null });
    return opened.size === size ? { ...closed, file: { ...view, expiresAt: null } } : closed;
  } catch (error) {
    if (isProtocolError(error) || error instanceof SyntaxError) return closed;
    throw error;
  }
}

export async function endRequest(ctx: Context, id: FileRequestId): Promise<void> {
  await ended(async () => (await ctx.transport.sharing()).endRequest(id));
  await ctx.operate(async (op) => forgetRequest(op, id));
}

/** @throws FileProblem when it is not there any more, or does not open */
export async function keepReceived(
  ctx: Context,
  id: FileRequestId,
  file: FileId,
  conversation: ConversationId,
): Promise<HistoryMessage> {
  const view = await receivedFile(ctx, id, file);
  await ctx.transport.files.setExpiry(file, null);
  const message = await keepPlace(ctx, file, conversation, async (op) => {
    await noteDone(op, ctx, id, file);
    return addWords(op, ctx, conversation, { text: '', answers: null, files: [view] });
  });
  await ended(async () => (await ctx.transport.sharing()).take(id, file));
  return message;
}

/** Deletes a file that was handed in. */
export async function throwAway(ctx: Context, id: FileRequestId, file: FileId): Promise<void> {
  await ended(async () => (await ctx.transport.sharing()).take(id, file));
  await ended(() => ctx.transport.files.remove(file));
  await ctx.operate((op) => noteDone(op, ctx, id, file));
  ctx.wakes.flush();
}

async function receivedFile(ctx: Context, id: FileRequestId, file: FileId): Promise<FileView> {
  const request = (await listRequests(ctx)).find((each) => each.id === id);
  const found = request?.received.find((each) => each.id === file);
  if (found === undefined) throw new FileProblem('gone', t('This file does not wait any more.'));
  if (found.file === null)
    throw new FileProblem(
      'damaged',
      t('This file does not open: it was changed on its way, or was not handed in here. Throw it away.'),
    );
  return found.file;
}

async function noteDone(
  op: Parameters<typeof keepRequest>[0],
  ctx: Context,
  id: FileRequestId,
  file: FileId,
): Promise<void> {
  const kept = await readRequest(op, id);
  if (kept !== null) await keepRequest(op, ctx, id, withDone(kept, file));
}

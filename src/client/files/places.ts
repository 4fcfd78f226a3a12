/** Where a file may be fetched from: other conversations, and for how long. */
import type { FileId, FileUsage } from '../../contract/files.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { addWords } from '../compose.ts';
import type { Context } from '../context.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { findMessage, updateMessage } from '../history.ts';
import type { Operation } from '../operation.ts';
import { TransportRefused } from '../ports.ts';
import { ensureNoted, findNoted, noteExpiry, wholeFile } from './kept.ts';
import { releaseKey } from './noted.ts';
import { inTurn } from './turns.ts';
import { FileProblem } from './types.ts';
import { type FileView, isSameFiles } from './view.ts';

const NOT_FOUND = 404;

/** What a message says of a file, without what is kept apart from it: its preview, and the server's word on its end. */
const isSaid = (file: FileView, as: FileView): boolean =>
  isSameFiles([{ ...file, preview: null, expiresAt: null }], [{ ...as, preview: null, expiresAt: null }]);

/**
 * @param as what was said of it, where others may have said something else of the same id; the latest word where it is left out
 * @throws FileProblem of kind `gone` for a file that is not here
 */
export async function knownFile(
  ctx: Context,
  id: FileId,
  conversation?: ConversationId,
  as?: FileView,
): Promise<{ readonly file: FileView; readonly conversation: ConversationId }> {
  await ensureNoted(ctx);
  for (const noted of await findNoted(ctx.storage, id, conversation)) {
    const file = await wholeFile(ctx.storage, id, noted.message);
    if (file !== null && (as === undefined || isSaid(file, as)))
      return { file, conversation: noted.conversation };
  }
  throw new FileProblem('gone', t('This file is not on this device: its message was deleted, or is over.'));
}

/**
 * Tells the server that a file belongs to a conversation, then says it there: in this order, so that nobody reads of a file that they
 * may not fetch. What waits to be taken back there does so no more.
 * @throws FileProblem when the server has it no more, or it may not be said there
 */
export function keepPlace(
  ctx: Context,
  id: FileId,
  conversation: ConversationId,
  say: (op: Operation) => Promise<HistoryMessage>,
): Promise<HistoryMessage> {
  return inTurn(ctx, async () => {
    await asked(() => ctx.transport.files.place(id, conversation));
    const message = await ctx.operate(async (op) => {
      op.remove('files', releaseKey(id, conversation));
      return say(op);
    });
    ctx.wakes.flush();
    return message;
  });
}

/** The same file in another conversation, where it begins a series of its own: who is there knows no other versions. */
export async function forwardFile(
  ctx: Context,
  id: FileId,
  to: ConversationId,
  text = '',
  as?: FileView,
): Promise<HistoryMessage> {
  const { file } = await knownFile(ctx, id, undefined, as);
  return keepPlace(ctx, id, to, (op) =>
    addWords(op, ctx, to, { text, answers: null, files: [{ ...file, series: id, version: 1 }] }),
  );
}

/** @throws FileProblem, TransportFailed */
export async function setFileExpiry(ctx: Context, id: FileId, expiresAt: number | null): Promise<void> {
  const record = await asked(() => ctx.transport.files.setExpiry(id, expiresAt));
  await noteHeard(ctx, [record]);
}

/** Of one's own: the server deletes it, wherever it was said. Messages keep its name, and it is shown as over. */
export async function removeFile(ctx: Context, id: FileId): Promise<void> {
  await asked(() => ctx.transport.files.remove(id));
  await noteHeard(ctx, [{ id, expiresAt: ctx.now() }]);
}

/** What one's own files take; keeps what the server says of them. */
export async function usageOf(ctx: Context): Promise<FileUsage> {
  const usage = await ctx.transport.files.usage();
  await noteHeard(ctx, usage.files);
  return usage;
}

/** Only of files that are known here: of others there is nothing to show. */
async function noteHeard(
  ctx: Context,
  heard: readonly { readonly id: FileId; readonly expiresAt: number | null }[],
): Promise<void> {
  await ctx.operate(async (op) => {
    for (const { id, expiresAt } of heard) {
      const known = await findNoted(op, id);
      const [first] = known;
      if (first === undefined || !(await noteExpiry(op, first.file, expiresAt))) continue;
      for (const { message, conversation } of known) {
        op.touched.files.add(conversation);
        const said = await findMessage(op, message);
        const ends = (file: FileView) => (file.id === id ? { ...file, expiresAt } : file);
        if (said !== null) await updateMessage(op, { ...said, files: said.files.map(ends) });
      }
    }
  });
}

async function asked<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof TransportRefused)) throw error;
    if (error.status === NOT_FOUND)
      throw new FileProblem('gone', t('The server does not have this file any more, or it is not yours.'), {
        cause: error,
      });
    throw new FileProblem('refused', error.message, { cause: error });
  }
}

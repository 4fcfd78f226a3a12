/**
 * Takes files back from the server whose message was deleted or is over. Kept durably until the server has heard it: a deletion that
 * was made offline, or just before the end, is not forgotten.
 */
import { isFileId } from '../../contract/files.ts';
import { type ConversationId, isConversationId } from '../../contract/ids.ts';
import type { Context } from '../context.ts';
import { type Reads, readRecord } from '../operation.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { text } from '../stored.ts';
import { idPrefix, Noted, RELEASE_PREFIX, releaseKey, seriesPrefix } from './noted.ts';
import { inTurn } from './turns.ts';
import type { FileView } from './view.ts';

/** It was never there, is gone, or was never this account's to take away. */
const DONE: readonly number[] = [403, 404, 410];

/** Tells the server what waits. Null: what it could not be told waits for the next sync. */
export async function releaseFiles(ctx: Context): Promise<null> {
  for (const [key] of await ctx.storage.list('files', { prefix: RELEASE_PREFIX })) {
    const [, id = '', conversation = ''] = key.split('/');
    if (!isFileId(id) || !isConversationId(conversation)) continue;
    const isHeard = await inTurn(ctx, () => release(ctx, id, conversation));
    if (!isHeard) return null;
  }
  return null;
}

async function release(ctx: Context, id: FileView['id'], conversation: ConversationId): Promise<boolean> {
  const key = releaseKey(id, conversation);
  if ((await ctx.storage.get('files', key)) === null) return true;
  try {
    // Said again, or named by another message of one's own: it stays.
    if (!(await isNamedByOwn(ctx.storage, id, conversation))) {
      await unlessGone(() => ctx.transport.files.unplace(id, conversation));
      await removePrivate(ctx, id);
    }
  } catch (error) {
    if (error instanceof TransportFailed || error instanceof TransportRefused) return false;
    throw error;
  }
  await ctx.operate(async (op) => op.remove('files', key));
  return true;
}

/** One that was begun for nobody, such as one that was handed in, stays at the server without any message; nothing would show it. */
async function removePrivate(ctx: Context, id: FileView['id']): Promise<void> {
  if ((await ctx.storage.list('files', { prefix: idPrefix(id), limit: 1 })).length > 0) return;
  await unlessGone(async () => {
    const { conversations } = await ctx.transport.files.record(id);
    if (conversations.length === 0) await ctx.transport.files.remove(id);
  });
}

/** What an earlier call has done, whose answer was lost, is done. */
async function unlessGone(call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof TransportRefused && DONE.includes(error.status))) throw error;
  }
}

async function isNamedByOwn(
  reads: Reads,
  id: FileView['id'],
  conversation: ConversationId,
): Promise<boolean> {
  const prefix = idPrefix(id);
  for (const [key] of await reads.list('files', { prefix })) {
    const series = await readRecord(reads, 'files', key, text);
    if (series === null || !isFileId(series)) continue;
    const noted = await readRecord(
      reads,
      'files',
      `${seriesPrefix(series)}${id}/${key.slice(prefix.length)}`,
      Noted,
    );
    if (noted?.mine === true && noted.conversation === conversation) return true;
  }
  return false;
}

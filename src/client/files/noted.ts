/**
 * Which files this device knows, in the store `files`, written in the commit that writes or takes away their message, so that it
 * never says anything else than the history does: `k/SERIES/FILE/MESSAGE` is the file without its preview, `i/FILE/MESSAGE` names
 * the series. Small, because history is written wherever something is shown; what reads it is in kept.ts.
 */
import type { FileId } from '../../contract/files.ts';
import {
  type ConversationId,
  isAccountId,
  isBodyId,
  isConversationId,
  isDeviceId,
} from '../../contract/ids.ts';
import type { Context } from '../context.ts';
import type { HistoryMessage } from '../engine-types.ts';
import type { Operation } from '../operation.ts';
import { flag, number, type Of, record, text, word } from '../stored.ts';
import { StoredFile } from './view.ts';

export const Noted = record({
  file: StoredFile,
  message: word(isBodyId),
  conversation: word(isConversationId),
  account: word(isAccountId),
  device: word(isDeviceId),
  mine: flag,
  sentAt: number,
});
export type Noted = Of<typeof Noted>;

/** Of everything that is noted. */
export const NOTED_PREFIX = 'k/';
export const seriesPrefix = (series: FileId) => `${NOTED_PREFIX}${series}/`;
export const idPrefix = (id: FileId) => `i/${id}/`;

type WithFiles = Pick<HistoryMessage, 'id' | 'conversation' | 'sender' | 'mine' | 'sentAt' | 'files'>;

/** Notes the files of a message that is written. */
export function noteFiles(op: Operation, message: WithFiles): void {
  const { id, conversation, sender, mine, sentAt, files } = message;
  for (const file of files) {
    const { account, device } = sender;
    const noted = { message: id, conversation, account, device, mine, sentAt };
    op.write('files', `${seriesPrefix(file.series)}${file.id}/${id}`, Noted, {
      ...noted,
      file: { ...file, preview: null },
    });
    op.write('files', idPrefix(file.id) + id, text, file.series);
  }
  if (files.length > 0) op.touched.files.add(conversation);
}

/** A message is not there any more, or has another id or other files. */
export function dropFiles(op: Operation, { id, conversation, files }: WithFiles): void {
  for (const file of files) {
    op.remove('files', `${seriesPrefix(file.series)}${file.id}/${id}`);
    op.remove('files', idPrefix(file.id) + id);
  }
  if (files.length > 0) op.touched.files.add(conversation);
}

/** Of files that may have to be taken back from the server: `u/FILE/CONVERSATION`. */
export const RELEASE_PREFIX = 'u/';
export const releaseKey = (id: FileId, conversation: ConversationId) =>
  `${RELEASE_PREFIX}${id}/${conversation}`;

/**
 * The server need not keep the files of one's own message any more, as soon as it can be told so: see release.ts. Files of others
 * are theirs to take back. By one of one's own devices: the one that took the message back, or sent what is over.
 */
export function noteRelease(
  op: Operation,
  ctx: Context,
  { mine, files, conversation }: Pick<HistoryMessage, 'mine' | 'files' | 'conversation'>,
): void {
  if (!mine || files.length === 0) return;
  for (const { id } of files) op.write('files', releaseKey(id, conversation), number, ctx.now());
  op.afterwards.push(() => ctx.wakes.releases(0));
}

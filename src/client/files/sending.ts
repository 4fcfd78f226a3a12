/** What becomes of files and words that somebody wants to send: checked, cleaned, with keys of their own. */
import { fileId, MAX_FILE_BYTES, MAX_FILES_PER_MESSAGE } from '../../contract/files.ts';
import type { BodyId, ConversationId } from '../../contract/ids.ts';
import { MAX_CONTENT_BYTES } from '../../contract/limits.ts';
import { t } from '../../contract/words.ts';
import { FILE_LIMITS } from '../../protocol/file-manifest.ts';
import { checkText } from '../compose.ts';
import type { Context } from '../context.ts';
import { readConversation } from '../conversations.ts';
import { REFUSED } from '../groups/sentences.ts';
import { relayTime } from '../policies.ts';
import { fileName } from './name.ts';
import { pendingId, type StoredPending, type StoredUpload } from './pending.ts';
import type { NewFile } from './types.ts';

/** Room in a message for what stands around its text and its files, and for each file without its preview and name. */
const MESSAGE_OVERHEAD_BYTES = 2048;
const FILE_OVERHEAD_BYTES = 512;
const utf8 = new TextEncoder();
const bytesOf = (text: string): number => utf8.encode(text).length;

export interface NewFileMessage {
  readonly text: string;
  readonly replyTo?: BodyId;
  readonly files: readonly NewFile[];
}

/** Throws Error with a sentence for what may not be sent. */
export async function prepareMessage(
  ctx: Context,
  conversation: ConversationId,
  { text, replyTo, files }: NewFileMessage,
): Promise<StoredPending> {
  if (files.length === 0) throw new Error(t('There is nothing to send: choose a file first.'));
  if (files.length > MAX_FILES_PER_MESSAGE)
    throw new Error(
      t('A message holds {n} files at most: send the others in another one.', { n: MAX_FILES_PER_MESSAGE }),
    );
  for (const { name, source } of files)
    if (source.size > MAX_FILE_BYTES)
      throw new Error(t('“{name}” is larger than 2 GiB: send it in parts.', { name: fileName(name) }));
  if (text !== '') checkText(text);
  const known = await readConversation(ctx.storage, conversation);
  if (known === null) throw new Error(t('This conversation is not known here: open it first.'));
  if (known.kind === 'group' && known.role === null) throw new Error(REFUSED.gone);
  const made = files.map((file) => newUpload(ctx, file));
  const now = ctx.now();
  return {
    id: pendingId(now, ctx.crypto.random(8)),
    conversation,
    text,
    replyTo: replyTo ?? null,
    createdAt: now,
    files: fitting(made, bytesOf(text)),
  };
}

function newUpload(ctx: Context, file: NewFile): StoredUpload {
  const preview = file.preview ?? null;
  const isSmall = preview !== null && preview.bytes.length <= FILE_LIMITS.previewBytes;
  return {
    id: fileId(ctx.crypto.random(16)),
    key: ctx.crypto.random(32),
    name: fileName(file.name),
    type: file.type,
    size: file.source.size,
    previewType: isSmall ? preview.type : '',
    preview: isSmall ? preview.bytes : null,
    width: file.width ?? null,
    height: file.height ?? null,
    duration: file.duration ?? null,
    expiresAt: file.expiresAt ?? null,
    replaces: file.replaces ?? null,
    hint: file.hint ?? null,
    root: null,
  };
}

/** All of it stands in one message: the largest previews stay behind when there is no room for them. */
function fitting(files: readonly StoredUpload[], textBytes: number): readonly StoredUpload[] {
  const room =
    MAX_CONTENT_BYTES -
    MESSAGE_OVERHEAD_BYTES -
    textBytes -
    files.reduce((sum, { name }) => sum + FILE_OVERHEAD_BYTES + bytesOf(name), 0);
  const size = (file: StoredUpload) => file.preview?.length ?? 0;
  const bySize = [...files].sort((a, b) => size(a) - size(b));
  const kept = new Set<StoredUpload>();
  let used = 0;
  for (const file of bySize) {
    used += size(file);
    if (used <= room) kept.add(file);
  }
  return files.map((file) => (kept.has(file) ? file : { ...file, preview: null, previewType: '' }));
}

const DAY_MS = 24 * 3600_000;

/**
 * When the server deletes a file: at its own time, else when the conversation's files are deleted; and where messages disappear, once
 * the last device that was away has lost the message. Epoch milliseconds; null for as long as the workspace keeps files.
 */
export async function expiryOf(
  ctx: Context,
  conversation: ConversationId,
  wished: number | null,
): Promise<number | null> {
  const known = await readConversation(ctx.storage, conversation);
  const [timer, days] = [known?.timer?.value || null, known?.fileDays?.value || null];
  const own = wished ?? (days === null ? null : ctx.now() + days * DAY_MS);
  const over = timer === null ? null : ctx.now() + timer * 1000 + (await relayTime(ctx.storage));
  if (own === null || over === null) return own ?? over;
  return Math.min(own, over);
}

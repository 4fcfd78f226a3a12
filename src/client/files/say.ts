/** Says a message whose files are all at the server, in the operation that ends its waiting. */

import { fromHex } from '../../contract/bytes.ts';
import type { FileId } from '../../contract/files.ts';
import type { BodyId } from '../../contract/ids.ts';
import { fileCommitment } from '../../protocol/file.ts';
import { addWords } from '../compose.ts';
import type { Context } from '../context.ts';
import type { Operation } from '../operation.ts';
import { readPending, type StoredUpload, settlePending } from './pending.ts';
import { seriesFor } from './versions.ts';
import type { FileView } from './view.ts';

/**
 * Null when it is not on its way any more.
 * @throws Error with a sentence when it may not be said
 */
export async function sayPending(
  op: Operation,
  ctx: Context,
  id: string,
): Promise<{ readonly said: BodyId; readonly files: readonly FileId[] } | 'not yet' | null> {
  const pending = await readPending(op, id);
  if (pending === null) return null;
  const views: FileView[] = [];
  for (const file of pending.files) {
    if (file.root === null) return 'not yet';
    const place =
      file.replaces === null
        ? { series: file.id, version: 1 }
        : await seriesFor(op, pending.conversation, file.id, file.replaces);
    views.push(viewOf(file, file.root, place));
  }
  const { text, replyTo, conversation } = pending;
  const message = await addWords(op, ctx, conversation, { text, answers: replyTo, files: views });
  await settlePending(op, id, { at: ctx.now(), said: message.id });
  op.events.push({ type: 'uploads', conversation });
  return { said: message.id, files: pending.files.map((file) => file.id) };
}

function viewOf(
  { replaces: _replaces, hint: _hint, ...file }: StoredUpload,
  root: Uint8Array,
  place: { readonly series: FileId; readonly version: number },
): FileView {
  const commitment = fileCommitment({ key: file.key, id: fromHex(file.id) });
  return { ...file, ...place, root, commitment };
}

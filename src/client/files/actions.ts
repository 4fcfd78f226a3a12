/** What a person does with files that are there, beside sending and opening them. */
import type { Context } from '../context.ts';
import { listFiles } from './kept.ts';
import { forwardFile, removeFile, setFileExpiry, usageOf } from './places.ts';
import type { Files } from './types.ts';
import { unknownFiles } from './unknown.ts';
import { listVersions, restoreVersion } from './versions.ts';

export const fileActions = (
  ctx: Context,
): Pick<
  Files,
  'list' | 'versions' | 'restore' | 'forward' | 'setExpiry' | 'remove' | 'usage' | 'unknown'
> => ({
  list: (filter) => listFiles(ctx, filter),
  versions: (id, conversation) => listVersions(ctx, id, conversation),
  restore: (id, conversation, as) => restoreVersion(ctx, id, conversation, as),
  forward: (id, to, text, as) => forwardFile(ctx, id, to, text, as),
  setExpiry: (id, expiresAt) => setFileExpiry(ctx, id, expiresAt),
  remove: (id) => removeFile(ctx, id),
  usage: () => usageOf(ctx),
  unknown: (usage) => unknownFiles(ctx, usage),
});

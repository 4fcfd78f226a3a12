/** What is asked of the files that this device knows. */
import type { Engine } from '../../client/engine-types.ts';
import type { FileFilter, KeptFile } from '../../client/files/types.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { isNotes, titleOf } from '../title.ts';

export interface Asked {
  /** Null for every conversation. */
  readonly conversation: ConversationId | null;
  readonly query: string;
  readonly kind: NonNullable<FileFilter['kind']> | '';
  readonly sort: NonNullable<FileFilter['sort']>;
  /** By oneself, by others, in the notes to oneself; empty for all. */
  readonly whose: 'mine' | 'others' | 'private' | '';
}

export async function findFiles(
  client: Engine,
  { conversation, query, kind, sort, whose }: Asked,
): Promise<readonly KeptFile[]> {
  const files = await client.files();
  const found = await files.list({
    query,
    sort,
    ...(conversation === null ? {} : { conversation }),
    ...(kind === '' ? {} : { kind }),
  });
  if (whose === 'mine') return found.filter(({ mine }) => mine);
  if (whose === 'others') return found.filter(({ mine }) => !mine);
  if (whose === '') return found;
  const own = new Set((await client.conversations()).filter(isNotes).map(({ id }) => id));
  return found.filter(({ conversation: place }) => own.has(place));
}

/** What each conversation is called here. */
export async function titlesOf(client: Engine): Promise<ReadonlyMap<ConversationId, string>> {
  const views = await client.conversations();
  return new Map(views.map((view) => [view.id, titleOf(view) ?? t('Group')]));
}

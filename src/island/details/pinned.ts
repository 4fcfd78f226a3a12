/** Messages that were pinned, in the panel; the section is there when there are some. */
import type { Engine } from '../../client/engine-types.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { drawExcerpts } from './excerpts.ts';

/** @param section holds `[data-excerpts]` */
export async function drawPinned(section: HTMLElement, client: Engine, id: ConversationId): Promise<void> {
  const pinned = await client.pinned(id);
  const host = section.querySelector<HTMLElement>('[data-excerpts]');
  if (host) await drawExcerpts(host, pinned, t('Pinned messages'));
  section.hidden = pinned.length === 0;
}

/** What answers a message, in the panel: asked for in the menu of that message, kept until it is closed. */
import type { Engine, HistoryMessage } from '../../client/engine-types.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { plural, t } from '../../contract/words.ts';
import { THREAD_ASKED } from '../message-menu/compose.ts';
import { onEvent } from '../session.ts';
import { drawExcerpts } from './excerpts.ts';

const PAGE = 200;
/** Messages after one that are looked through for its answers. */
const LOOKED_THROUGH = 4000;

/** @param isOver whether the panel has left the document */
export function watchThreads(
  place: HTMLElement,
  client: Engine,
  conversation: ConversationId,
  isOver: () => boolean,
): void {
  const section = place.querySelector<HTMLElement>('[data-thread]');
  const host = section?.querySelector<HTMLElement>('[data-excerpts]');
  const count = section?.querySelector('[data-thread-count]');
  if (!section || !host || !count) return;
  let shown: HistoryMessage | null = null;
  const fill = async () => {
    if (!shown) return;
    const replies = await repliesTo(client, shown);
    count.textContent =
      replies.length === 0 ? t('No replies yet') : plural(replies.length, '{n} reply', '{n} replies');
    await drawExcerpts(host, [shown, ...replies], t('Replies'));
  };
  const ended = new AbortController();
  const ask = (event: Event) => {
    if (isOver()) return ended.abort();
    const message: HistoryMessage = (event as CustomEvent<HistoryMessage>).detail;
    if (message.conversation !== conversation) return;
    shown = message;
    section.hidden = false;
    void fill().then(() => reveal(section));
  };
  document.addEventListener(THREAD_ASKED, ask, { signal: ended.signal });
  section.querySelector('[data-thread-close]')?.addEventListener('click', () => {
    shown = null;
    section.hidden = true;
  });
  const stop = onEvent((event) => {
    if (isOver()) return stop();
    const relevant = event.type === 'message' || event.type === 'updated';
    if (shown && relevant && event.message.replyTo === shown.id) void fill();
  });
}

/** Opens the panel where it is a sheet, and brings the section into view. */
function reveal(section: HTMLElement): void {
  const panel = section.closest<HTMLElement>('[popover]');
  if (panel && getComputedStyle(panel).display === 'none') panel.showPopover();
  section.scrollIntoView({ block: 'nearest' });
  section.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
}

async function repliesTo(
  client: Engine,
  { id, conversation, order }: HistoryMessage,
): Promise<HistoryMessage[]> {
  const replies: HistoryMessage[] = [];
  let after = order;
  for (let looked = 0; looked < LOOKED_THROUGH; looked += PAGE) {
    const page = await client.messages(conversation, { after, limit: PAGE });
    replies.push(...page.filter(({ replyTo, kind }) => replyTo === id && kind !== 'notice'));
    after = page.at(-1)?.order ?? after;
    if (page.length < PAGE) break;
  }
  return replies;
}

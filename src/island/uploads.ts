/** Files that are on their way in a conversation: what draws them is fetched when there are some. */
import type { ConversationId } from '../contract/ids.ts';
import { hasKept } from './kept.ts';
import { loadAttach } from './part.ts';
import { onEvent } from './session.ts';

/** Shows them at the end of a timeline, until it leaves the document. */
export function watchUploads(log: HTMLElement, conversation: ConversationId): void {
  let isOpen = false;
  const open = async () => {
    if (isOpen) return;
    isOpen = true;
    try {
      (await loadAttach()).openPending(log, conversation);
    } catch (error) {
      // The next event asks again.
      isOpen = false;
      console.info(error);
    }
  };
  const stop = onEvent((event) => {
    if (!log.isConnected) return stop();
    if (event.type === 'uploads' && event.conversation === conversation) void open();
  });
  void hasKept('files', 'p/').then((some) => {
    if (some) void open();
  });
}

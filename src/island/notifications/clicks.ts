/** Clicks on notifications, which the service worker hands to a page that is open. */
import { isBodyId, isConversationId } from '../../contract/ids.ts';
import { isOpenRequest } from '../../contract/notices.ts';
import { openAt } from '../timeline/open-at.ts';

export function followClicks(): void {
  navigator.serviceWorker?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!isOpenRequest(data)) return;
    const { conversation, message } = data.open;
    if (isConversationId(conversation) && isBodyId(message)) void openAt(conversation, message);
  });
}

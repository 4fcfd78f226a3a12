/** Tells the composer of the page to answer a message, or to change one. */
import type { HistoryMessage } from '../../client/engine-types.ts';

/** Asks the panel of the conversation to list what answers a message; `detail` is the message. */
export const THREAD_ASKED = 'sotto-thread';

export function compose(action: 'reply' | 'edit', message: HistoryMessage): void {
  document.dispatchEvent(new CustomEvent('sotto-compose', { detail: { action, message } }));
}

/** The other tabs of this browser: their engines tell each other what changed, by id. */
import type { Notify } from '../client/ports.ts';
import type { AccountId } from '../contract/ids.ts';

/** The channel of an account's tabs, as the engine wants it. */
export function openTabs(account: AccountId): Notify {
  const channel = new BroadcastChannel(`sotto-${account}`);
  return {
    post: (text) => channel.postMessage(text),
    listen(heard) {
      const hear = ({ data }: MessageEvent<unknown>) => {
        if (typeof data === 'string') heard(data);
      };
      channel.addEventListener('message', hear);
      return () => channel.removeEventListener('message', hear);
    },
  };
}

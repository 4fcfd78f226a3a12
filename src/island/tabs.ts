/** The other tabs of this browser: the engines tell each other what changed by id, and leave together. */
import type { Notify } from '../client/ports.ts';
import type { AccountId } from '../contract/ids.ts';

const LEAVE = 'signed-out';

/** The channel of an account's tabs, as the engine wants it. */
export function openTabs(account: AccountId): { readonly notify: Notify; readonly leave: () => void } {
  const channel = new BroadcastChannel(`sotto-${account}`);
  channel.addEventListener('message', ({ data }) => {
    if (data === LEAVE) location.assign('/sign-in');
  });
  return {
    leave: () => channel.postMessage(LEAVE),
    notify: {
      post: (text) => channel.postMessage(`engine:${text}`),
      listen(heard) {
        const hear = ({ data }: MessageEvent<unknown>) => {
          if (typeof data === 'string' && data.startsWith('engine:')) heard(data.slice('engine:'.length));
        };
        channel.addEventListener('message', hear);
        return () => channel.removeEventListener('message', hear);
      },
    },
  };
}

/** The hub inside one process. */
import type { Hub, HubEvent } from './hub.ts';
import { Listeners } from './listeners.ts';

/** A hub for one node. Events reach listeners synchronously, in the order published. */
export function createLocalHub(): Hub {
  const listeners = new Listeners();
  const unheard: ((event: HubEvent) => void)[] = [];

  return {
    publish(event) {
      if (!listeners.tell(event)) for (const handle of unheard) handle(event);
    },
    publishHere: (event) => void listeners.tell(event),
    // There is no other node.
    tell() {},
    onNews() {},
    onMissed() {},
    async close() {},
    way: 'none',
    onUnheard: (handle) => void unheard.push(handle),
    hears: async (device) => listeners.hasDevice(device),
    subscribe(listener) {
      const end = listeners.add(listener);
      listener.ready?.();
      return end;
    },
    get size() {
      return listeners.size;
    },
  };
}

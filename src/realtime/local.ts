/** The hub inside one process: maps from device, account and session to listeners. */
import type { AccountId, DeviceId } from '../contract/ids.ts';
import type { Hub, HubEvent, Listener } from './hub.ts';

/** A hub for one node. Events reach listeners synchronously, in the order published. */
export function createLocalHub(): Hub {
  const byDevice = new Map<DeviceId, Set<Listener>>();
  const byAccount = new Map<AccountId, Set<Listener>>();
  const unheard: ((event: HubEvent) => void)[] = [];
  let size = 0;

  const publishHere = (event: HubEvent): boolean => {
    let isHeard = false;
    for (const listener of audience(event)) {
      isHeard = true;
      listener.handle(event);
    }
    return isHeard;
  };

  return {
    publish(event) {
      if (!publishHere(event)) for (const handle of unheard) handle(event);
    },
    publishHere: (event) => void publishHere(event),
    // There is no other node.
    tell() {},
    onNews() {},
    onMissed() {},
    async close() {},
    onUnheard: (handle) => void unheard.push(handle),
    hears: async (device) => byDevice.has(device),
    subscribe(listener) {
      const { device, account } = listener;
      add(byAccount, account, listener);
      if (device !== null) add(byDevice, device, listener);
      size++;
      let subscribed = true;
      return () => {
        if (!subscribed) return;
        subscribed = false;
        size--;
        remove(byAccount, account, listener);
        if (device !== null) remove(byDevice, device, listener);
      };
    },
    get size() {
      return size;
    },
  };

  /** A copy where a listener may unsubscribe while it is told. */
  function audience(event: HubEvent): Iterable<Listener> {
    if (event.type === 'signed-out' || event.type === 'session-moved') {
      const ended = new Set(event.sessions);
      return [...(byAccount.get(event.account) ?? [])].filter((listener) => ended.has(listener.session));
    }
    return ('device' in event ? byDevice.get(event.device) : byAccount.get(event.account)) ?? [];
  }
}

function add<K>(map: Map<K, Set<Listener>>, key: K, listener: Listener): void {
  const set = map.get(key);
  if (set) set.add(listener);
  else map.set(key, new Set([listener]));
}

function remove<K>(map: Map<K, Set<Listener>>, key: K, listener: Listener): void {
  const set = map.get(key);
  set?.delete(listener);
  if (set?.size === 0) map.delete(key);
}

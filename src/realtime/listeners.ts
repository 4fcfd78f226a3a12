/** Who listens on this node: maps from device and account to listeners. */
import type { AccountId, DeviceId } from '../contract/ids.ts';
import type { HubEvent, Listener } from './hub.ts';

export class Listeners {
  readonly #byDevice = new Map<DeviceId, Set<Listener>>();
  readonly #byAccount = new Map<AccountId, Set<Listener>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  hasDevice(device: DeviceId): boolean {
    return this.#byDevice.has(device);
  }

  hasAccount(account: AccountId): boolean {
    return this.#byAccount.has(account);
  }

  devices(): IterableIterator<DeviceId> {
    return this.#byDevice.keys();
  }

  /** Gives the function that takes it away again. */
  add(listener: Listener): () => void {
    const { device, account } = listener;
    add(this.#byAccount, account, listener);
    if (device !== null) add(this.#byDevice, device, listener);
    this.#size++;
    let isHere = true;
    return () => {
      if (!isHere) return;
      isHere = false;
      this.#size--;
      remove(this.#byAccount, account, listener);
      if (device !== null) remove(this.#byDevice, device, listener);
    };
  }

  /** Tells all whom it concerns, at once; false when nobody was there. */
  tell(event: HubEvent): boolean {
    let isHeard = false;
    for (const listener of this.#audience(event)) {
      isHeard = true;
      listener.handle(event);
    }
    return isHeard;
  }

  /** A copy where a listener may unsubscribe while it is told. */
  #audience(event: HubEvent): Iterable<Listener> {
    if (event.type === 'signed-out' || event.type === 'session-moved') {
      const ended = new Set(event.sessions);
      return [...(this.#byAccount.get(event.account) ?? [])].filter(({ session }) => ended.has(session));
    }
    if ('device' in event) return this.#byDevice.get(event.device) ?? [];
    return this.#byAccount.get(event.account) ?? [];
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

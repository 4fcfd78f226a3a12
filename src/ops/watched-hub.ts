/** A hub that counts what the relay publishes: a post is one message, whatever the number of devices it goes to. */
import type { BodyId } from '../contract/ids.ts';
import type { Hub, HubEvent } from '../realtime/hub.ts';
import type { Meter } from './meter.ts';

export function watchHub(hub: Hub, meter: Meter): Hub {
  /** Envelopes of one post are published in a row. */
  let last: BodyId | null = null;

  const note = (event: HubEvent) => {
    if (event.type === 'envelope') {
      meter.count('envelopes', { result: 'accepted' });
      if (event.delivery.id === last) return;
      last = event.delivery.id;
      meter.count('messages', { class: event.delivery.class === 1 ? 'message' : 'control' });
    } else if (event.type === 'delivered') meter.count('envelopes', { result: 'delivered' });
    else if (event.type === 'expired') meter.count('envelopes', { result: 'expired' });
  };

  return {
    publish(event) {
      note(event);
      hub.publish(event);
    },
    subscribe: (listener) => hub.subscribe(listener),
    onUnheard: (handle) => hub.onUnheard(handle),
    hears: (device) => hub.hears(device),
    get size() {
      return hub.size;
    },
  };
}

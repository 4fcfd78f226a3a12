/** A hub that counts what the relay publishes: a post is one message, whatever the number of devices it goes to. */
import type { BodyId } from '../contract/ids.ts';
import type { Hub, HubEvent } from '../realtime/hub.ts';
import type { Meter } from './meter.ts';

export function watchHub(hub: Hub, meter: Meter): Hub {
  /** Envelopes of one post are published in a row. */
  let last: BodyId | null = null;
  /** Counted here and handed over once a turn: a labelled counter costs a twentieth of what the relay spends on a message. */
  const fresh = { accepted: 0, delivered: 0, expired: 0, message: 0, control: 0 };
  let isPlanned = false;

  const handOver = () => {
    isPlanned = false;
    for (const result of ['accepted', 'delivered', 'expired'] as const) {
      if (fresh[result] > 0) meter.count('envelopes', { result }, fresh[result]);
      fresh[result] = 0;
    }
    for (const name of ['message', 'control'] as const) {
      if (fresh[name] > 0) meter.count('messages', { class: name }, fresh[name]);
      fresh[name] = 0;
    }
  };

  const note = (event: HubEvent) => {
    if (event.type === 'envelope') {
      fresh.accepted++;
      if (event.delivery.id !== last) {
        last = event.delivery.id;
        fresh[event.delivery.class === 1 ? 'message' : 'control']++;
      }
    } else if (event.type === 'delivered') fresh.delivered++;
    else if (event.type === 'expired') fresh.expired++;
    else return;
    if (isPlanned) return;
    isPlanned = true;
    setImmediate(handOver);
  };

  return {
    publish(event) {
      note(event);
      hub.publish(event);
    },
    publishHere: (event) => hub.publishHere(event),
    tell: (news) => hub.tell(news),
    onNews: (handle) => hub.onNews(handle),
    onMissed: (handle) => hub.onMissed(handle),
    close: () => hub.close(),
    subscribe: (listener) => hub.subscribe(listener),
    onUnheard: (handle) => hub.onUnheard(handle),
    hears: (device) => hub.hears(device),
    get size() {
      return hub.size;
    },
    get way() {
      return hub.way;
    },
  };
}

/**
 * The hub of a node that shares its database, perhaps, and reaches no others: Redis was not set up, and it should be the only one. Another
 * one beside it, by mistake or while they are exchanged, hears by a mark in the database that there is something: within seconds it goes on
 * with nothing that it remembers, and looks for what waits.
 */
import type { Log } from '../ops/log.ts';
import type { Hub } from './hub.ts';
import { createLocalHub } from './local.ts';
import { type Mark, Missed, type MissedDelays, PASSING } from './missed.ts';

const DELAYS: MissedDelays = { missed: 2000, anyway: 60_000 };

export function createMarkedHub(mark: Mark, log: Log, delays = DELAYS): Hub {
  const local = createLocalHub();
  const attempt = (act: () => void) => {
    try {
      act();
    } catch (error) {
      log.error('event failed', { reason: error instanceof Error ? error.message : String(error) });
    }
  };
  const missed = new Missed(mark, delays, () => true, attempt);
  const note = (type: string) => {
    if (!PASSING.has(type)) missed.untold();
  };
  return {
    publish(event) {
      if (event.type === 'envelope') {
        // From the store, in the order in which others stored too.
        const { seq, class: of } = event.delivery;
        local.publish({ type: 'waiting', device: event.device, seq, class: of });
      } else local.publish(event);
      note(event.type);
    },
    publishHere: (event) => local.publishHere(event),
    tell: ({ type }) => note(type),
    onNews() {},
    onMissed: (handle) => missed.onMissed(handle),
    onUnheard: (handle) => local.onUnheard(handle),
    hears: (device) => local.hears(device),
    subscribe: (listener) => local.subscribe(listener),
    close: () => missed.close(),
    way: 'none',
    get size() {
      return local.size;
    },
  };
}

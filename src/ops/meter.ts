/**
 * Counts what happens, for /metrics. The library behind it is loaded once the server listens: what is counted before waits in a
 * list, so that starting is not slower for it.
 */

import type { COUNTERS, CounterName, HISTOGRAMS, HistogramName, LabelsOf } from './metrics.ts';
import type { Registry } from './registry.ts';

export interface Meter {
  count<N extends CounterName>(name: N, labels: LabelsOf<(typeof COUNTERS)[N]>, by?: number): void;
  /** Seconds. */
  observe<N extends HistogramName>(name: N, labels: LabelsOf<(typeof HISTOGRAMS)[N]>, value: number): void;
  /** Loads the library, once, and gives what writes it all down. */
  registry(): Promise<Registry>;
}

/** What is counted before the library is there; more than that is nobody's start-up. */
const MAX_PENDING = 10_000;

export function createMeter(): Meter {
  let loading: Promise<Registry> | null = null;
  let loaded: Registry | null = null;
  const pending: ((registry: Registry) => void)[] = [];
  const later = (count: (registry: Registry) => void) => {
    if (pending.length < MAX_PENDING) pending.push(count);
  };
  return {
    count(name, labels, by = 1) {
      if (loaded) loaded.count(name, labels, by);
      else later((registry) => registry.count(name, labels, by));
    },
    observe(name, labels, value) {
      if (loaded) loaded.observe(name, labels, value);
      else later((registry) => registry.observe(name, labels, value));
    },
    registry() {
      loading ??= import('./registry.ts').then(({ createRegistry }) => {
        loaded = createRegistry();
        for (const count of pending.splice(0)) count(loaded);
        return loaded;
      });
      return loading;
    },
  };
}

/** The metrics of metrics.ts as prom-client keeps and writes them. Loaded on demand. */
import { Counter, Gauge, Histogram, Registry as PromRegistry } from 'prom-client';
import {
  COUNTERS,
  type CounterName,
  GAUGES,
  type GaugeName,
  HISTOGRAMS,
  type HistogramName,
} from './metrics.ts';

type Labels = Readonly<Record<string, string>>;

/** One value of a gauge. */
export interface Sample {
  readonly gauge: GaugeName;
  readonly labels?: Labels;
  readonly value: number;
}

export interface Registry {
  count(name: CounterName, labels: Labels, by: number): void;
  observe(name: HistogramName, labels: Labels, value: number): void;
  /** The sum of a counter over all that has these labels, since the process began. */
  total(name: CounterName, labels?: Labels): Promise<number>;
  /** Sums of a counter by the values of one label. */
  by(name: CounterName, label: string): Promise<ReadonlyMap<string, number>>;
  /** Everything in the text format of Prometheus (0.0.4). Gauges are what the samples say and nothing else. */
  write(samples: readonly Sample[]): Promise<string>;
  readonly contentType: string;
}

export function createRegistry(): Registry {
  const registry = new PromRegistry();
  const made = <N extends string, T>(table: Readonly<Record<N, unknown>>, make: (name: N) => T) =>
    new Map<string, T>((Object.keys(table) as N[]).map((name) => [name, make(name)]));
  const counters = made(COUNTERS, (name: CounterName) => {
    const { name: called, help, labels } = COUNTERS[name];
    return new Counter({ name: called, help, labelNames: [...labels], registers: [registry] });
  });
  const histograms = made(HISTOGRAMS, (name: HistogramName) => {
    const { name: called, help, labels, buckets } = HISTOGRAMS[name];
    return new Histogram({
      name: called,
      help,
      labelNames: [...labels],
      buckets: [...buckets],
      registers: [registry],
    });
  });
  const gauges = made(GAUGES, (name: GaugeName) => {
    const { kind, name: called, help, labels } = GAUGES[name];
    const options = { name: called, help, labelNames: [...labels], registers: [registry] };
    return kind === 'counter' ? new Counter(options) : new Gauge(options);
  });

  const plain = new Set(
    Object.entries(GAUGES).flatMap(([name, { labels }]) => (labels.length === 0 ? name : [])),
  );

  return {
    contentType: registry.contentType,
    count: (name, labels, by) => counters.get(name)?.inc({ ...labels }, by),
    observe: (name, labels, value) => histograms.get(name)?.observe({ ...labels }, value),
    async total(name, labels = {}) {
      const found = await counters.get(name)?.get();
      const wanted = Object.entries(labels);
      return (found?.values ?? [])
        .filter((each) => {
          const own: Readonly<Record<string, unknown>> = each.labels;
          return wanted.every(([label, value]) => own[label] === value);
        })
        .reduce((sum, { value }) => sum + value, 0);
    },
    async by(name, label) {
      const sums = new Map<string, number>();
      for (const { labels, value } of (await counters.get(name)?.get())?.values ?? []) {
        const own: Readonly<Record<string, unknown>> = labels;
        const key = String(own[label]);
        sums.set(key, (sums.get(key) ?? 0) + value);
      }
      return sums;
    },
    async write(samples) {
      for (const [name, gauge] of gauges) {
        gauge.reset();
        // Resetting leaves a zero in what has no labels, which would say more than is known.
        if (plain.has(name)) gauge.remove();
      }
      for (const { gauge, labels, value } of samples) gauges.get(gauge)?.inc({ ...labels }, value);
      return registry.metrics();
    },
  };
}

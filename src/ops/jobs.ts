/**
 * What the server does by itself, again and again: each job in turn with itself, none in the way of another. What happened last
 * is kept for the health page and for metrics.
 */
import { type Elsewhere, type Leases, ONE_NODE } from './leases.ts';
import type { Log } from './log.ts';

export interface Job {
  /** One or two plain words, in lower case with dashes: logs and metrics carry it. */
  readonly name: string;
  /** Milliseconds from the end of one run to the beginning of the next. */
  readonly every: number;
  /** Milliseconds to the first run; `every` where it is missing, 0: at once. */
  readonly first?: number;
  /** Each node runs it for itself; otherwise one of them does, for all. */
  readonly everywhere?: true;
  /** Throws when it failed. `signal` is aborted when the server stops: a long run ends soon after, and keeps what it has. */
  run(signal: AbortSignal): Promise<unknown>;
}

/** Times are epoch milliseconds. */
export interface JobReport {
  readonly name: string;
  readonly every: number;
  readonly running: boolean;
  /** When the next run begins; null while one runs and once the server stops. */
  readonly nextAt: number | null;
  /** When a run last ended, however it ended; null before the first. */
  readonly lastAt: number | null;
  readonly lastMs: number;
  /** Null: the last run ended well. */
  readonly lastError: string | null;
  readonly lastSuccessAt: number | null;
  /** Which other node ran it last; null: this one. */
  readonly node: string | null;
}

export interface Jobs {
  add(job: Job): void;
  /** Begins a run now unless one goes on, or another node has just run it; resolves when it has ended, however it ended. */
  runNow(name: string): Promise<void>;
  reports(): readonly JobReport[];
  /** Begins no run any more; resolves when those that go on have ended. */
  stop(): Promise<void>;
}

/** Timers hold no more (milliseconds): what is due later is looked at again then. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Of the time between two runs, in which no other node runs a job again: the node whose turn comes round finds it over. */
const REST = 0.9;

interface Entry {
  readonly job: Job;
  timer: ReturnType<typeof setTimeout> | null;
  nextAt: number | null;
  running: Promise<void> | null;
  lastAt: number | null;
  lastMs: number;
  lastError: string | null;
  lastSuccessAt: number | null;
  node: string | null;
}

/** @param clock epoch milliseconds
 * @param onRun told of each run that ended */
export function createJobs(
  log: Log,
  clock: () => number,
  onRun: (job: string, result: 'ok' | 'failed') => void = () => {},
  leases: Leases = ONE_NODE,
): Jobs {
  const entries = new Map<string, Entry>();
  const stopping = new AbortController();

  const plan = (entry: Entry, nextAt: number) => {
    if (stopping.signal.aborted) return;
    entry.nextAt = nextAt;
    const wait = Math.min(Math.max(0, nextAt - clock()), MAX_TIMER_MS);
    entry.timer = setTimeout(() => {
      if (clock() < nextAt) plan(entry, nextAt);
      else void begin(entry);
    }, wait);
  };

  const begin = (entry: Entry): Promise<void> => {
    if (entry.timer) clearTimeout(entry.timer);
    entry.timer = entry.nextAt = null;
    entry.running ??= run(entry).finally(() => {
      entry.running = null;
      plan(entry, clock() + entry.job.every);
    });
    return entry.running;
  };

  const run = async (entry: Entry) => {
    const startedAt = clock();
    try {
      const elsewhere = await runOnce(entry.job);
      if (elsewhere !== null) {
        noteElsewhere(entry, elsewhere);
        return;
      }
      entry.lastError = null;
      entry.lastSuccessAt = clock();
    } catch (error) {
      entry.lastError = error instanceof Error ? error.message : String(error);
      log.error('job failed', { job: entry.job.name, reason: entry.lastError });
    }
    entry.node = null;
    onRun(entry.job.name, entry.lastError === null ? 'ok' : 'failed');
    entry.lastAt = clock();
    entry.lastMs = entry.lastAt - startedAt;
  };

  /** Null: this node has run it. */
  const runOnce = async (job: Job): Promise<Elsewhere | null> => {
    if (!job.everywhere)
      return leases.run(job.name, (signal) => job.run(signal), stopping.signal, job.every * REST);
    await job.run(stopping.signal);
    return null;
  };

  return {
    add(job) {
      if (entries.has(job.name)) throw new Error(`There is a job "${job.name}" already.`);
      const entry: Entry = {
        job,
        timer: null,
        nextAt: null,
        running: null,
        lastAt: null,
        lastMs: 0,
        lastError: null,
        lastSuccessAt: null,
        node: null,
      };
      entries.set(job.name, entry);
      plan(entry, clock() + (job.first ?? job.every));
    },
    async runNow(name) {
      const entry = entries.get(name);
      if (!entry || stopping.signal.aborted) return;
      await begin(entry);
    },
    reports: () =>
      [...entries.values()].map(
        ({ job, running, nextAt, lastAt, lastMs, lastError, lastSuccessAt, node }) => ({
          name: job.name,
          every: job.every,
          running: running !== null,
          nextAt,
          lastAt,
          lastMs,
          lastError,
          lastSuccessAt,
          node,
        }),
      ),
    async stop() {
      stopping.abort();
      for (const entry of entries.values()) {
        if (entry.timer) clearTimeout(entry.timer);
        entry.timer = entry.nextAt = null;
      }
      await Promise.all([...entries.values()].map(({ running }) => running));
    },
  };
}

/** What is told of a job is how it went last, wherever that was. */
function noteElsewhere(entry: Entry, { node, endedAt, succeededAt, error }: Elsewhere): void {
  entry.node = node;
  entry.lastAt = endedAt;
  entry.lastSuccessAt = succeededAt;
  entry.lastError = error;
  entry.lastMs = 0;
}

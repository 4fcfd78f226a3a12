/** How much the server was used: counted as it happens, kept an hour a row, shown a day, a month or a year at a time. Days are UTC. */
import type { Ports } from '../deps.ts';
import type { Tx } from '../store/db.ts';
import { countAudit, countAudited } from '../store/figures.ts';
import { totalOfAll } from '../store/file-lists.ts';
import { putSetting, setting } from '../store/settings.ts';
import { activePeople, addUsage, forgetUsage, type UsageRow, usageSince } from '../store/usage.ts';

export const USAGE_SPANS = ['day', 'month', 'year'] as const;
/** The last 24 hours, 30 days or 12 months. */
export type UsageSpan = (typeof USAGE_SPANS)[number];

/** An hour, a day or a month. */
export interface UsageStep {
  /** Its beginning, epoch milliseconds. */
  readonly at: number;
  readonly people: number;
  readonly messages: number;
  readonly files: number;
  /** What files took at its end; null while nothing is known of it. */
  readonly bytes: number | null;
}

export interface Usage {
  /** Adds what happened since the last time to the hour that it is. Run by a job, and at the end. */
  note(): Promise<void>;
  /** Every step of a span up to now, also those in which nothing happened, the oldest first. */
  over(span: UsageSpan): Promise<readonly UsageStep[]>;
}

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;
/** Rows are kept so long. */
const KEPT_MS = 400 * DAY_MS;

export function createUsage({ db, clock, ops }: Pick<Ports, 'db' | 'clock' | 'ops'>): Usage {
  /** Up to where everything is noted. */
  let messages = 0;
  /** Files are counted once, by whichever node comes first: it notes up to which row of the audit. */
  const countFiles = async (tx: Tx, newest: number): Promise<number> => {
    const stored = await setting(tx, 'usage_counted');
    const after = stored === null ? newest : Number(new TextDecoder().decode(stored));
    if (newest <= after && stored !== null) return 0;
    await putSetting(tx, 'usage_counted', new TextEncoder().encode(String(newest)));
    return countAudited(tx, 'file.completed', after, newest);
  };

  return {
    async note() {
      const now = clock();
      const hour = floorTo(now, HOUR_MS);
      const registry = await ops.meter.registry();
      const [relayed, newest, { bytes }, people, peopleDay, peopleMonth] = await Promise.all([
        registry.total('messages', { class: 'message' }),
        countAudit(db),
        totalOfAll(db),
        activePeople(db, hour),
        activePeople(db, floorTo(now, DAY_MS)),
        activePeople(db, monthOf(now, 0)),
      ]);
      const row: Omit<UsageRow, 'files'> = {
        hour,
        people,
        people_day: peopleDay,
        people_month: peopleMonth,
        messages: relayed - messages,
        bytes,
      };
      await db.write(async (tx) => {
        await addUsage(tx, { ...row, files: await countFiles(tx, newest) });
        await forgetUsage(tx, hour - KEPT_MS);
      });
      messages = relayed;
    },

    async over(span) {
      const starts = startsOf(span, clock());
      const rows = await usageSince(db, starts[0] ?? 0);
      return starts.map((at, index) => {
        const end = starts[index + 1] ?? Number.POSITIVE_INFINITY;
        return stepOf(
          at,
          span,
          rows.filter(({ hour }) => hour >= at && hour < end),
        );
      });
    },
  };
}

/** Where each step of the span begins. */
function startsOf(span: UsageSpan, now: number): readonly number[] {
  if (span === 'year') return Array.from({ length: 12 }, (_, index) => monthOf(now, index - 11));
  const [length, count] = span === 'day' ? [HOUR_MS, 24] : [DAY_MS, 30];
  const last = floorTo(now, length);
  return Array.from({ length: count }, (_, index) => last - (count - 1 - index) * length);
}

function stepOf(at: number, span: UsageSpan, rows: readonly UsageRow[]): UsageStep {
  const people = { day: 'people', month: 'people_day', year: 'people_month' } as const;
  const sum = (name: 'messages' | 'files') => rows.reduce((total, row) => total + row[name], 0);
  return {
    at,
    // Somebody who is here in several hours is one person: the row of the longer time has counted them once.
    people: Math.max(0, ...rows.map((row) => row[people[span]])),
    messages: sum('messages'),
    files: sum('files'),
    bytes: rows.at(-1)?.bytes ?? null,
  };
}

const floorTo = (at: number, step: number): number => at - (at % step);

/** The beginning of the month so many after the one of `now`. */
function monthOf(now: number, later: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later, 1);
}

/** How much the server was used, an hour a row. */
import type { Db, Tx } from './db.ts';

export interface UsageRow {
  /** Its beginning, epoch milliseconds. */
  readonly hour: number;
  readonly people: number;
  readonly people_day: number;
  readonly people_month: number;
  readonly messages: number;
  readonly files: number;
  readonly bytes: number;
}

/** Adds messages and files to the row of an hour; of people the most that was seen, of bytes the newest. */
export async function addUsage(tx: Tx, row: UsageRow): Promise<void> {
  await tx.run(
    `INSERT INTO usage (hour, people, people_day, people_month, messages, files, bytes)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (hour) DO UPDATE SET
       people = CASE WHEN excluded.people > usage.people THEN excluded.people ELSE usage.people END,
       people_day = CASE WHEN excluded.people_day > usage.people_day THEN excluded.people_day ELSE usage.people_day END,
       people_month = CASE WHEN excluded.people_month > usage.people_month THEN excluded.people_month ELSE usage.people_month END,
       messages = usage.messages + excluded.messages,
       files = usage.files + excluded.files,
       bytes = excluded.bytes`,
    [row.hour, row.people, row.people_day, row.people_month, row.messages, row.files, row.bytes],
  );
}

/** Hours from this one on, the oldest first. */
export function usageSince(db: Db, hour: number): Promise<UsageRow[]> {
  return db.read<UsageRow>('SELECT * FROM usage WHERE hour >= $1 ORDER BY hour', [hour]);
}

export function forgetUsage(tx: Tx, before: number): Promise<number> {
  return tx.run('DELETE FROM usage WHERE hour < $1', [before]);
}

/** How many people's sessions were used since then. */
export async function activePeople(db: Db, since: number): Promise<number> {
  const [row] = await db.read<{ count: number }>(
    'SELECT COUNT(DISTINCT account) AS count FROM sessions WHERE last_used_at >= $1',
    [since],
  );
  return row?.count ?? 0;
}

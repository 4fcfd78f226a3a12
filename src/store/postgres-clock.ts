/**
 * The clock that all nodes have in common is the database's. A node whose own is another one would delete what it takes to be over, and
 * number messages so that they are over next year.
 */
import type { Db, Tx } from './db.ts';

/** Milliseconds by which both may differ: far more than machines that set their clocks by the network, far less than anything lasts. */
const MOST_APART_MS = 5 * 60_000;

/** In a list of what is selected: epoch milliseconds, when it is that column's turn. */
export const NOW = 'CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now';

/** Epoch milliseconds, by the clock of the server. */
export async function timeOf(from: Db | Tx): Promise<number> {
  const sql = `SELECT ${NOW}`;
  const [row] = await ('read' in from ? from.read<{ now: number }>(sql) : from.all<{ now: number }>(sql));
  return row?.now ?? 0;
}

/** Why nothing may be done by this machine's clock, in a sentence; null: both agree. @param common of the database */
export function whyApart(common: number, own: number): string | null {
  const apart = Math.abs(own - common);
  if (apart <= MOST_APART_MS) return null;
  const minutes = Math.round(apart / 60_000);
  return `the clock of this machine is ${minutes} minutes ${own > common ? 'ahead of' : 'behind'} that of the database, so nothing is written: put them right`;
}

/** Numbers of the whole server, for those who run it. */
import type { Db, Tx } from './db.ts';

/** Counted no further: a walk through millions would keep messages waiting. */
const MAX_COUNTED = 1_000_000;

const count = async (db: Db, sql: string, params: readonly (number | string)[] = []): Promise<number> =>
  (await db.read<{ count: number }>(sql, params))[0]?.count ?? 0;

/** Envelopes that wait, up to a million. */
export const countWaiting = (db: Db): Promise<number> =>
  count(db, `SELECT COUNT(*) AS count FROM (SELECT 1 FROM envelopes LIMIT ${MAX_COUNTED}) AS counted`);

/** Bytes of the whole database, which is one of PostgreSQL. */
export const sizeInPostgres = (db: Db): Promise<number> =>
  count(db, 'SELECT pg_database_size(current_database()) AS count');

/** Accounts that may sign in. */
export const countAccounts = (db: Db): Promise<number> =>
  count(db, 'SELECT COUNT(*) AS count FROM accounts WHERE disabled = 0');

/** The audit log's rows: none is ever taken out. */
export const countAudit = (db: Db): Promise<number> =>
  count(db, 'SELECT COALESCE(MAX(seq), 0) AS count FROM audit');

/** When the newest thing was noted, epoch milliseconds; 0 before the first. */
export const newestAuditAt = (db: Db): Promise<number> =>
  count(db, 'SELECT COALESCE(MAX(at), 0) AS count FROM audit');

/** Rows of an action after one and up to another. */
export async function countAudited(tx: Tx, action: string, after: number, upTo: number): Promise<number> {
  const row = await tx.get<{ count: number }>(
    'SELECT COUNT(*) AS count FROM audit WHERE action = $1 AND seq > $2 AND seq <= $3',
    [action, after, upTo],
  );
  return row?.count ?? 0;
}

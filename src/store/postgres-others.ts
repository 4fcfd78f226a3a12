/** Who else is connected to a PostgreSQL database: a node or a command, by the names that `openPostgres` gives connections. */
import type { Db } from './db.ts';

export interface AtWork {
  readonly name: string;
  /** Connections. */
  readonly n: number;
}

/** @param own name of the connections that ask, which do not count */
export const othersAtWork = (db: Db, own: string): Promise<readonly AtWork[]> =>
  db.read<AtWork>(
    `SELECT application_name AS name, COUNT(*) AS n FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'sotto%' AND application_name <> $1
     GROUP BY application_name ORDER BY application_name`,
    [own],
  );

/** Whether two databases hold the same: every row of every table, the audit log, the transparency log. */
import type { Db } from '../../store/db.ts';
import { MOVE_SETTINGS } from '../../store/moves.ts';
import { digestOf, type TableDigest } from './digest.ts';
import type { AuditFound, End, Told, Witnesses } from './end.ts';
import { countRows, type Filter } from './rows.ts';
import type { Table } from './tables.ts';

export interface Compared {
  readonly tables: Readonly<Record<string, TableDigest>>;
  readonly audit: AuditFound;
  readonly logRoot: string;
  /** What is not the same, a sentence each; empty when all is. */
  readonly differences: readonly string[];
}

/** Rows that each end has of its own. */
export const FILTERS: Readonly<Record<string, Filter>> = {
  settings: `key NOT IN (${MOVE_SETTINGS.map((key) => `'${key}'`).join(', ')})`,
};

/** @param filters of tables of which only some rows count */
export async function compareEnds(
  from: End,
  to: End,
  tables: readonly Table[],
  witnesses: Witnesses,
  told: Told,
  filters: Readonly<Record<string, Filter>> = FILTERS,
): Promise<Compared> {
  const digests: Record<string, TableDigest> = {};
  const differences: string[] = [];
  for (const table of tables) {
    const filter = filters[table.name];
    const of = await countRows(from.db, table, filter);
    const [here, there] = await Promise.all([
      digestOf(from.db, table, filter, (done) => told({ step: 'compare', table: table.name, done, of })),
      digestOf(to.db, table, filter, () => {}),
    ]);
    digests[table.name] = here;
    if (here.rows !== there.rows)
      differences.push(
        `${table.name} has ${here.rows} rows in ${from.label} and ${there.rows} in ${to.label}`,
      );
    else if (here.sum !== there.sum)
      differences.push(`${table.name} has other rows in ${to.label} than in ${from.label}`);
  }
  const [audit, root] = await Promise.all([
    bothOf(from, to, witnesses.audit),
    bothOf(from, to, witnesses.logRoot),
  ]);
  // The log goes on where it was moved to: what was there then is compared by its rows.
  if (audit.there.broken !== audit.here.broken)
    differences.push(`the audit log of ${to.label} is broken at entry ${audit.there.broken}`);
  else if (filters.audit === undefined && audit.there.head !== audit.here.head)
    differences.push('the audit logs end with different hashes');
  if (root.here !== root.there) differences.push('the transparency logs have different roots');
  return { tables: digests, audit: audit.here, logRoot: root.here, differences };
}

async function bothOf<T>(from: End, to: End, ask: (db: Db) => Promise<T>): Promise<{ here: T; there: T }> {
  return { here: await ask(from.db), there: await ask(to.db) };
}

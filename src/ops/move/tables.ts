/**
 * The tables of this release, read from a database in memory that its migrations have just made: both ends of a move have the same ones,
 * whatever engine they stand on.
 */
import { migrate } from '../../store/migrate.ts';
import { openSqlite } from '../../store/sqlite.ts';

export interface Table {
  readonly name: string;
  /** In the order in which rows are written and hashed. */
  readonly columns: readonly string[];
  /** Columns of the primary key, in its order. */
  readonly key: readonly string[];
  readonly hasBytes: boolean;
}

/** Each end has its own. */
const NOT_MOVED: ReadonlySet<string> = new Set(['migrations']);

/** Tables in an order in which rows come after those that they name. */
export async function tablesOfRelease(): Promise<readonly Table[]> {
  const db = openSqlite(':memory:');
  try {
    await migrate(db);
    const found = await db.read<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    );
    const names = found.map(({ name }) => name).filter((name) => !NOT_MOVED.has(name));
    const tables = new Map<string, Table>();
    const parents = new Map<string, readonly string[]>();
    for (const name of names) {
      const columns = await db.read<{ name: string; type: string; pk: number }>(
        'SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid',
        [name],
      );
      const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
      if (key.length === 0) throw new Error(`the table ${name} has no primary key`);
      tables.set(name, {
        name,
        columns: columns.map((column) => column.name),
        key: key.map((column) => column.name),
        hasBytes: columns.some(({ type }) => type === 'BYTEA'),
      });
      const named = await db.read<{ parent: string }>(
        'SELECT DISTINCT "table" AS parent FROM pragma_foreign_key_list($1)',
        [name],
      );
      parents.set(
        name,
        named.map(({ parent }) => parent).filter((parent) => parent !== name),
      );
    }
    return inOrder(tables, parents);
  } finally {
    await db.close();
  }
}

function inOrder(
  tables: ReadonlyMap<string, Table>,
  parents: ReadonlyMap<string, readonly string[]>,
): readonly Table[] {
  const sorted: Table[] = [];
  const seen = new Set<string>();
  const visit = (name: string, below: ReadonlySet<string>): void => {
    if (below.has(name)) throw new Error(`the tables ${[...below].join(', ')} name each other`);
    if (seen.has(name)) return;
    for (const parent of parents.get(name) ?? []) visit(parent, new Set([...below, name]));
    seen.add(name);
    const table = tables.get(name);
    if (table) sorted.push(table);
  };
  for (const name of tables.keys()) visit(name, new Set());
  return sorted;
}

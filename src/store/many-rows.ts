/**
 * Rows of one table in as few statements as they go into: what a statement costs besides its rows is most of what a small row costs, on
 * PostgreSQL above all.
 */
import type { Tx, Value } from './db.ts';

/** Rows in a statement: few sizes, so that few statements are prepared. */
const SIZES = [64, 16, 4, 1] as const;

export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** What stands after the values, such as ON CONFLICT. */
  readonly ending?: string;
}

/** Gives a function that inserts rows, values in the order of the columns, and gives how many it has inserted. */
export function rowsInto(table: Table): (tx: Tx, rows: readonly (readonly Value[])[]) => Promise<number> {
  const statements = new Map<number, string>(SIZES.map((size) => [size, insertOf(table, size)]));
  return async (tx, rows) => {
    const under: Promise<number>[] = [];
    let at = 0;
    for (const size of SIZES)
      for (; rows.length - at >= size; at += size) {
        const values = size === 1 ? (rows[at] ?? []) : rows.slice(at, at + size).flat();
        under.push(tx.run(statements.get(size) ?? '', values));
      }
    return (await Promise.all(under)).reduce((sum, count) => sum + count, 0);
  };
}

function insertOf({ name, columns, ending = '' }: Table, size: number): string {
  let next = 1;
  const row = () => `(${columns.map(() => `$${next++}`).join(', ')})`;
  const rows = Array.from({ length: size }, row).join(', ');
  return `INSERT INTO ${name} (${columns.join(', ')}) VALUES ${rows} ${ending}`;
}

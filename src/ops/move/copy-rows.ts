/** Copies the rows of one table, a page in each commit, which notes how far it is. */
import type { Db, Row, Tx, Value } from '../../store/db.ts';
import { type MovedHere, markHere } from '../../store/moves.ts';
import { checkRow, type Filter, keyOf, PAGES, pagesOf, quoted, readKey, writtenKey } from './rows.ts';
import type { Table } from './tables.ts';

export interface RowCopy {
  readonly source: Db;
  readonly target: Db;
  /** What the target says of the move now, and from now on. */
  mark: MovedHere;
}

/** Values that one statement takes: SQLite's own limit is 32,766. */
const MAX_VALUES = 30_000;

/** Goes on where it was cut off. @param told how many rows were written now, after each page */
export async function copyTable(
  copy: RowCopy,
  table: Table,
  filter: Filter | undefined,
  told: (rows: number) => void,
): Promise<void> {
  const known = copy.mark.tables[table.name];
  if (known === true) return;
  const after = known === undefined ? null : readKey(known);
  let rows = 0;
  const pages = pagesOf(copy.source, table, { after, filter });
  let page = (await pages.next()).value ?? [];
  for (;;) {
    for (const row of page) checkRow(table, row);
    const following = (await pages.next()).value ?? [];
    const last = page.at(-1);
    const progress = following.length === 0 || last === undefined ? true : writtenKey(keyOf(table, last));
    const written = page;
    await note(copy, table.name, progress, (tx) => insertRows(tx, table, written));
    rows += page.length;
    told(rows);
    if (progress === true) return;
    page = following;
  }
}

async function note(
  copy: RowCopy,
  table: string,
  progress: MovedHere['tables'][string],
  change: (tx: Tx) => Promise<void>,
): Promise<void> {
  const mark = { ...copy.mark, tables: { ...copy.mark.tables, [table]: progress } };
  await copy.target.write(async (tx) => {
    await change(tx);
    await markHere(tx, mark);
  });
  copy.mark = mark;
}

async function insertRows(tx: Tx, table: Table, rows: readonly Row[]): Promise<void> {
  for (let at = 0; at < rows.length; ) {
    const most = Math.floor(MAX_VALUES / table.columns.length);
    const size = PAGES.find((each) => each <= most && each <= rows.length - at) ?? 1;
    const values: Value[] = [];
    for (const row of rows.slice(at, at + size))
      for (const column of table.columns) values.push(row[column] ?? null);
    await tx.run(insertOf(table, size), values);
    at += size;
  }
}

function insertOf(table: Table, rows: number): string {
  const width = table.columns.length;
  const places = Array.from(
    { length: rows },
    (_, row) => `(${table.columns.map((_, column) => `$${row * width + column + 1}`).join(', ')})`,
  );
  return `INSERT INTO ${quoted(table.name)} (${table.columns.map(quoted).join(', ')}) VALUES ${places.join(', ')}`;
}

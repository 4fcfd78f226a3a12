/** Rows of a table in pages, by its primary key: in the order of whichever engine it is, whose index that is. */
import type { Db, Row, Value } from '../../store/db.ts';
import type { KeyPart } from '../../store/moves.ts';
import { MoveRefused } from './refused.ts';
import type { Table } from './tables.ts';

/** Which rows of a table are meant, where it is not all of them: SQL over its columns, with its values written out. */
export type Filter = string;

/**
 * Sizes of a page, and of an INSERT: few, so that few statements are prepared. Rows with bytes have up to a mebibyte each, so
 * fewer of them are in memory.
 */
export const PAGES = [256, 64, 16, 4, 1] as const;
/** Bytes that a page is meant to have at most. */
const PAGE_BYTES = 4 * 1024 * 1024;
const MOST_WITH_BYTES = 64;

/** All rows after this key (null: from the first). */
export async function* pagesOf(
  db: Db,
  table: Table,
  {
    after = null,
    filter,
  }: { readonly after?: readonly Value[] | null; readonly filter?: Filter | undefined } = {},
): AsyncGenerator<readonly Row[]> {
  const columns = table.columns.map(quoted).join(', ');
  const key = table.key.map(quoted).join(', ');
  const most = table.hasBytes ? MOST_WITH_BYTES : PAGES[0];
  let limit = Math.min(16, most);
  for (let last = after; ; ) {
    const places = table.key.map((_, n) => `$${n + 1}`).join(', ');
    const conditions = [...(last === null ? [] : [`(${key}) > (${places})`]), ...(filter ? [filter] : [])];
    const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    const rows = await db.read(
      `SELECT ${columns} FROM ${quoted(table.name)} ${where} ORDER BY ${key} LIMIT ${limit}`,
      last ?? [],
    );
    const final = rows.at(-1);
    if (final === undefined) return;
    yield rows;
    if (rows.length < limit) return;
    last = keyOf(table, final);
    const each = rows.reduce((sum, row) => sum + sizeOf(row), 0) / rows.length;
    limit = PAGES.find((size) => size <= most && size * each <= PAGE_BYTES) ?? 1;
  }
}

export async function countRows(db: Db, table: Table, filter?: Filter): Promise<number> {
  const [row] = await db.read<{ n: number }>(
    `SELECT COUNT(*) AS n FROM ${quoted(table.name)} ${filter ? `WHERE ${filter}` : ''}`,
  );
  return row?.n ?? 0;
}

export const quoted = (name: string): string => `"${name}"`;

export const keyOf = (table: Table, row: Row): readonly Value[] =>
  table.key.map((column) => row[column] ?? null);

/** A key as it is noted, and back. */
export const writtenKey = (key: readonly Value[]): readonly KeyPart[] =>
  key.map((part) => (part instanceof Uint8Array ? { bytes: part.toHex() } : (part ?? '')));
export const readKey = (key: readonly KeyPart[]): readonly Value[] =>
  key.map((part) => (typeof part === 'object' ? Uint8Array.fromHex(part.bytes) : part));

/** Throws MoveRefused, naming row and column, for what the other engine could not hold as it is. */
export function checkRow(table: Table, row: Row): void {
  for (const column of table.columns) {
    const value = row[column];
    if (typeof value === 'string' && value.includes('\0'))
      throw unfit(table, row, column, 'a text with a NUL character, which PostgreSQL cannot hold');
    if (typeof value === 'number' && !Number.isSafeInteger(value))
      throw unfit(table, row, column, 'a number that is no whole one below 2^53');
  }
}

const unfit = (table: Table, row: Row, column: string, what: string) =>
  new MoveRefused(
    `Row ${JSON.stringify(writtenKey(keyOf(table, row)))} of the table ${table.name} has in ${column} ${what}. Nothing can move until it is changed.`,
  );

function sizeOf(row: Row): number {
  let bytes = 0;
  for (const name in row) {
    const value = row[name];
    if (value instanceof Uint8Array || typeof value === 'string') bytes += value.length;
    else bytes += 8;
  }
  return bytes;
}

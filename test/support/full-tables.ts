/** Fills every table of a database with rows, whatever columns it has, so that a test of all tables is one of those to come as well. */
import type { Db, Value } from '../../src/store/db.ts';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}
interface Reference {
  readonly parent: string;
  readonly child: string;
  readonly named: string;
}

/** Texts that differ from each other, and that an engine could take for the same, or not at all. */
const TEXTS = ['', 'a', 'A', 'ä', 'a\u0308', '🐚', '\u{10ffff}', "'; --", ' a ', 'ﬃ\u200d', 'ß\tß\n', 'İıIi'];
const NUMBERS = [0, 1, -1, 2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

/**
 * Writes about `rows` rows into each; of columns that may be empty, some are. Only for SQLite.
 * @param tables in an order in which rows come after those that they name
 */
export async function fillTables(db: Db, tables: readonly string[], rows: number): Promise<void> {
  for (const table of tables) {
    const columns = await db.read<Column>('SELECT name, type, "notnull", pk FROM pragma_table_info($1)', [
      table,
    ]);
    const references = await db.read<Reference>(
      'SELECT "table" AS parent, "from" AS child, "to" AS named FROM pragma_foreign_key_list($1) ORDER BY id, seq',
      [table],
    );
    const parents = new Map<string, readonly Record<string, Value>[]>();
    for (const { parent } of references)
      parents.set(parent, await db.read(`SELECT * FROM "${parent}" ORDER BY 1 LIMIT ${rows}`));
    const places = columns.map((_, at) => `$${at + 1}`).join(', ');
    const insert = `INSERT OR IGNORE INTO "${table}" (${columns.map(({ name }) => `"${name}"`).join(', ')}) VALUES (${places})`;
    await db.write(async (tx) => {
      for (let n = 0; n < rows; n++) {
        const row = new Map<string, Value>(columns.map((column) => [column.name, madeUp(column, n)]));
        for (const { parent, child, named } of references) {
          const known = parents.get(parent) ?? [];
          if (row.get(child) !== null) row.set(child, known[n % known.length]?.[named] ?? null);
        }
        await tx.run(
          insert,
          columns.map(({ name }) => row.get(name) ?? null),
        );
      }
    });
  }
}

function madeUp({ type, notnull, pk }: Column, n: number): Value {
  if (notnull === 0 && pk === 0 && n % 3 === 0) return null;
  if (type === 'BIGINT') return pk > 0 ? n * 7919 : (NUMBERS[n % NUMBERS.length] ?? 0);
  if (type === 'BYTEA') return new Uint8Array([n & 255, n >> 8, ...(n % 2 === 0 ? [0, 255] : [])]);
  return `${TEXTS[n % TEXTS.length]}${n}`;
}

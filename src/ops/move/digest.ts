/**
 * What all rows of a table come to: how many, and the sum of their SHA-256 modulo 2^256. A sum, because engines keep texts in different orders
 * and neither is asked to sort a million rows. It finds what got lost or was changed on the way; against somebody who
 * forges rows there are the audit log's chain and the root of the transparency log.
 */
import type { Db, Row } from '../../store/db.ts';
import { type Filter, pagesOf } from './rows.ts';
import type { Table } from './tables.ts';

export interface TableDigest {
  readonly rows: number;
  /** 64 hexadecimal digits. */
  readonly sum: string;
}

const MODULUS = 1n << 256n;

/** @param told how many rows were read, after each page */
export async function digestOf(
  db: Db,
  table: Table,
  filter: Filter | undefined,
  told: (rows: number) => void,
): Promise<TableDigest> {
  let rows = 0;
  let sum = 0n;
  for await (const page of pagesOf(db, table, { filter })) {
    for (const row of page) sum += hashOf(table, row);
    sum %= MODULUS;
    rows += page.length;
    told(rows);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return { rows, sum: sum.toString(16).padStart(64, '0') };
}

/** Over every value with its kind and length: two rows that differ anywhere have different bytes here. */
function hashOf(table: Table, row: Row): bigint {
  const values = table.columns.map((column) => row[column] ?? null);
  const shape = values.map((value) => (value instanceof Uint8Array ? { bytes: value.length } : value));
  const hash = new Bun.CryptoHasher('sha256').update(`sotto row 1\0${JSON.stringify(shape)}\0`);
  for (const value of values) if (value instanceof Uint8Array) hash.update(value);
  return BigInt(`0x${hash.digest('hex')}`);
}

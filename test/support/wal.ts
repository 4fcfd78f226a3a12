/** A database whose log is kept, with rows in pairs: half of a transaction would be seen. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogPlace } from '../../src/config/wal.ts';
import { silent } from '../../src/ops/log.ts';
import { openPlace } from '../../src/ops/wal/open-place.ts';
import type { Place } from '../../src/ops/wal/place.ts';
import { rebuild } from '../../src/ops/wal/rebuild.ts';
import { Shipper, type Shipping } from '../../src/ops/wal/shipper.ts';
import type { Db } from '../../src/store/db.ts';
import { DatabaseCopy, foldLog } from '../../src/store/snapshot.ts';
import { openSqlite, type SqliteDb } from '../../src/store/sqlite.ts';

export const PASSPHRASE = 'lighthouse keeper 3';

/** What every shipper of tests has. */
export const SHIPPING = {
  passphrase: PASSPHRASE,
  // A key that costs little to make.
  cost: { memory: 64, passes: 1, lanes: 1 },
  release: '0.0.0',
  random: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  log: silent,
};

export interface KeptDatabase {
  readonly folder: string;
  /** The data folder. */
  readonly data: string;
  readonly place: Place;
  db: SqliteDb;
  shipper: Shipper;
  /** Milliseconds by which the clock is ahead. */
  ahead: number;
  /** A pair of rows in one transaction. */
  write(n: number): Promise<void>;
  /** Ends shipper and database, and opens others: with `change` in between. */
  reopen(change?: () => void | Promise<void>): Promise<void>;
  /** Numbers of pairs that are there; throws for half of one, and for a damaged database. */
  at(
    time: number,
  ): Promise<{ readonly numbers: readonly number[]; readonly stopped: string | null; readonly at: number }>;
  clock(): number;
  remove(): Promise<void>;
}

export async function keptDatabase(options: Partial<Shipping> = {}, to?: LogPlace): Promise<KeptDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-wal-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  mkdirSync(join(folder, 'kept'));
  const place = await openPlace(to ?? { kind: 'folder', path: join(folder, 'kept') });
  const open = () => openSqlite(join(data, 'sotto.sqlite'), { keepsLog: true });
  const ship = (db: SqliteDb) =>
    new Shipper({
      place,
      data,
      db,
      ...SHIPPING,
      clock: () => kept.clock(),
      keep: 7 * 24 * 3600_000,
      every: 5,
      ...options,
    });
  let copies = 0;
  const db = open();
  const kept: KeptDatabase = {
    folder,
    data,
    place,
    db,
    ahead: 0,
    get shipper(): Shipper {
      shipper ??= ship(kept.db);
      return shipper;
    },
    set shipper(next) {
      shipper = next;
    },
    clock: () => Date.now() + kept.ahead,
    write: (n) => writePair(kept.db, n),
    async reopen(change) {
      await shipper?.stop();
      await kept.db.close();
      await change?.();
      kept.db = open();
      shipper = null;
    },
    async at(time) {
      const out = join(folder, `copy-${copies++}.sqlite`);
      const { stopped, at } = await rebuild(place, PASSPHRASE, time, out);
      foldLog(out);
      const copy = new DatabaseCopy(out);
      try {
        const problems = copy.problems();
        if (problems.length > 0) throw new Error(problems.join());
        const rows = await copy.read<{ n: number; halves: number }>(
          'SELECT n, COUNT(*) AS halves FROM pairs GROUP BY n ORDER BY n',
        );
        const half = rows.find(({ halves }) => halves !== 2);
        if (half) throw new Error(`half of ${half.n}`);
        return { numbers: rows.map(({ n }) => n), stopped, at };
      } finally {
        copy.end();
        rmSync(out);
      }
    },
    async remove() {
      await shipper?.stop();
      await kept.db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  let shipper: Shipper | null = null;
  await createPairs(db);
  return kept;
}

/** Up to two pages of it. */
const noise = (): Uint8Array => crypto.getRandomValues(new Uint8Array(Math.floor(Math.random() * 8192)));

export async function createPairs(db: Db): Promise<void> {
  await db.write((tx) =>
    tx.run('CREATE TABLE IF NOT EXISTS pairs (n BIGINT, half BIGINT, filling BYTEA, PRIMARY KEY (n, half))'),
  );
}

/** Two rows in one transaction. */
export async function writePair(db: Db, n: number): Promise<void> {
  await db.write(async (tx) => {
    for (const half of [0, 1])
      await tx.run('INSERT INTO pairs (n, half, filling) VALUES ($1, $2, $3)', [n, half, noise()]);
  });
}

/** What every Db does, whatever engine stands behind it. */
import { expect, test } from 'bun:test';
import type { Db } from '../../src/store/db.ts';

/** A database of a test's own, which can be opened more than once. */
export interface Place {
  open(): Db;
  remove(): Promise<void>;
}

async function table(db: Db): Promise<void> {
  await db.write(async (tx) => {
    await tx.run('CREATE TABLE t (id BIGINT PRIMARY KEY, v BYTEA, w TEXT)');
  });
}

/** @param make a new, empty place */
export function testDb(engine: string, make: () => Promise<Place>): void {
  const withDb = (name: string, story: (db: Db, place: Place) => Promise<void>) =>
    test(`${engine}: ${name}`, async () => {
      const place = await make();
      const db = place.open();
      try {
        await table(db);
        await story(db, place);
      } finally {
        await db.close();
        await place.remove();
      }
    });

  withDb('what a write did is there for reads and for the next opening', async (db, place) => {
    const at = Date.UTC(2026, 10, 21);
    await db.write((tx) =>
      tx.run('INSERT INTO t (id, v, w) VALUES ($1, $2, $3)', [at, new Uint8Array([1, 2, 3]), 'Zürich 🐚']),
    );
    const again = place.open();
    const rows = await again.read('SELECT id, v, w FROM t WHERE id = $1', [at]);
    await again.close();
    expect(rows).toEqual([{ id: at, v: new Uint8Array([1, 2, 3]), w: 'Zürich 🐚' }]);
  });

  withDb('values are numbers, texts, bytes of their own and null', async (db) => {
    await db.write(async (tx) => {
      await tx.run('INSERT INTO t (id, v, w) VALUES ($1, $2, $3)', [1, new Uint8Array(), '']);
      await tx.run('INSERT INTO t (id, v, w) VALUES ($1, $2, $3)', [2 ** 53 - 1, null, null]);
    });
    expect(await db.read('SELECT * FROM t ORDER BY id')).toEqual([
      { id: 1, v: new Uint8Array(), w: '' },
      { id: 2 ** 53 - 1, v: null, w: null },
    ]);
    const [row] = await db.read<{ n: number; most: number; added: number }>(
      'SELECT COUNT(*) AS n, MAX(id) AS most, CAST(SUM(id) AS BIGINT) AS added FROM t WHERE id < $1',
      [100],
    );
    expect(row).toEqual({ n: 1, most: 1, added: 1 });
  });

  withDb('a write that throws leaves nothing, and its neighbours in the same commit stay', async (db) => {
    const results = await Promise.allSettled([
      db.write((tx) => tx.run('INSERT INTO t (id) VALUES (1)')),
      db.write(async (tx) => {
        await tx.run('INSERT INTO t (id) VALUES (2)');
        throw new Error('no');
      }),
      db.write((tx) => tx.run('INSERT INTO t (id) VALUES (1)')),
      db.write((tx) => tx.run('INSERT INTO t (id) VALUES (3)')),
    ]);
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(await db.read('SELECT id FROM t ORDER BY id')).toEqual([{ id: 1 }, { id: 3 }]);
  });

  withDb('a reader never sees a write before it is committed', async (db) => {
    let seen = -1;
    await db.write(async (tx) => {
      await tx.run('INSERT INTO t (id) VALUES (1)');
      seen = (await db.read('SELECT id FROM t')).length;
    });
    expect(seen).toBe(0);
    expect(await db.read('SELECT id FROM t')).toHaveLength(1);
  });

  withDb('writes are one after the other, also from two at once', async (db, place) => {
    const other = place.open();
    await db.write((tx) => tx.run('INSERT INTO t (id, w) VALUES (1, $1)', ['0']));
    const count = (from: Db) =>
      from.write(async (tx) => {
        const row = await tx.get<{ w: string }>('SELECT w FROM t WHERE id = 1');
        await tx.run('UPDATE t SET w = $1 WHERE id = 1', [String(Number(row?.w) + 1)]);
      });
    await Promise.all(Array.from({ length: 60 }, (_, n) => count(n % 2 === 0 ? db : other)));
    await other.close();
    expect(await db.read('SELECT w FROM t')).toEqual([{ w: '60' }]);
  });

  withDb(
    'run says how many rows, also where a conflict lets nothing in; RETURNING gives them',
    async (db) => {
      await db.write(async (tx) => {
        const insert = 'INSERT INTO t (id, w) VALUES ($1, $2) ON CONFLICT DO NOTHING';
        expect(await tx.run(insert, [1, 'a'])).toBe(1);
        expect(await tx.run(insert, [1, 'b'])).toBe(0);
        expect(await tx.run(insert, [2, 'b'])).toBe(1);
        expect(await tx.run('UPDATE t SET w = $1', ['c'])).toBe(2);
        expect(await tx.all('DELETE FROM t WHERE id > $1 RETURNING id', [1])).toEqual([{ id: 2 }]);
        expect(await tx.get('SELECT id FROM t WHERE id = $1', [9])).toBeNull();
      });
    },
  );

  withDb('a statement of a write that is over goes nowhere', async (db) => {
    const late = Promise.withResolvers<unknown>();
    await db.write(async (tx) => {
      setTimeout(() => {
        Promise.resolve()
          .then(() => tx.run('INSERT INTO t (id) VALUES (7)'))
          .then(late.resolve, late.resolve);
      }, 0);
    });
    expect(await late.promise).toBeInstanceOf(Error);
    expect(await db.read('SELECT id FROM t')).toEqual([]);
  });

  test(`${engine}: closing finishes what is queued, and refuses what comes later`, async () => {
    const place = await make();
    const db = place.open();
    await table(db);
    const queued = Array.from({ length: 50 }, (_, id) =>
      db.write((tx) => tx.run('INSERT INTO t (id) VALUES ($1)', [id])),
    );
    await db.close();
    await Promise.all(queued);
    expect(db.write((tx) => tx.run('INSERT INTO t (id) VALUES (99)'))).rejects.toThrow('closed');
    const again = place.open();
    expect(await again.read('SELECT id FROM t')).toHaveLength(50);
    await again.close();
    await place.remove();
  });
}

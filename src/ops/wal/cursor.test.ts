import { Database } from 'bun:sqlite';
import { afterEach, expect, test } from 'bun:test';
import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KeptDatabase, keptDatabase } from '../../../test/support/wal.ts';
import { LogCursor, LogLost } from './cursor.ts';
import { FRAME_HEADER_BYTES, HEADER_BYTES } from './frames.ts';

const FRAME = FRAME_HEADER_BYTES + 4096;
let kept: KeptDatabase;
afterEach(() => kept.remove());

/** A log of two transactions, the second one of several pages, and where the first ends. */
async function twoTransactions(): Promise<{ readonly log: string; readonly first: number }> {
  kept = await keptDatabase();
  const log = join(kept.data, 'sotto.sqlite-wal');
  const first = statSync(log).size;
  const filling = new Uint8Array(20_000);
  await kept.db.write((tx) => tx.run('INSERT INTO pairs (n, half, filling) VALUES (1, 0, $1)', [filling]));
  const copy = join(kept.folder, 'log');
  copyFileSync(log, copy);
  return { log: copy, first };
}

test('a transaction that is not there to its end is not there, wherever the log is cut off', async () => {
  const { log, first } = await twoTransactions();
  const whole = readFileSync(log);
  expect((whole.length - HEADER_BYTES) % FRAME).toBe(0);
  expect((whole.length - first) / FRAME).toBeGreaterThan(3);
  const { to } = (await new LogCursor(log, null).next()) ?? {};
  expect(to?.offset).toBe(whole.length);
  for (let end = whole.length - 1; end >= first; end -= 1000) {
    truncateSync(log, end);
    const cursor = new LogCursor(log, null);
    expect((await cursor.next())?.to.offset).toBe(first);
    // Once the rest is there, it goes on from there.
    writeFileSync(log, whole);
    expect((await cursor.next())?.to.offset).toBe(whole.length);
    expect(await cursor.next()).toBeNull();
  }
});

test('what was changed ends the log, and another log in its place is told', async () => {
  const { log, first } = await twoTransactions();
  const bytes = readFileSync(log);
  const cursor = new LogCursor(log, null);
  await cursor.next();
  bytes[first + FRAME + 100] = (bytes[first + FRAME + 100] ?? 0) ^ 1;
  writeFileSync(log, bytes);
  expect((await new LogCursor(log, null).next())?.to.offset).toBe(first);
  bytes[bytes.length - FRAME + 20] = (bytes[bytes.length - FRAME + 20] ?? 0) ^ 1;
  writeFileSync(log, bytes);
  await expect(cursor.next()).rejects.toThrow(LogLost);
});

test('what is kept of a long log is its pages, and not the blocks that they were read in', async () => {
  kept = await keptDatabase();
  const path = join(kept.folder, 'long.sqlite');
  const db = new Database(path, { create: true });
  for (const pragma of ['journal_mode = WAL', 'wal_autocheckpoint = 0', 'synchronous = OFF'])
    db.run(`PRAGMA ${pragma}`);
  db.run('CREATE TABLE rows (n INTEGER PRIMARY KEY, filling BLOB)');
  const put = db.prepare('INSERT OR REPLACE INTO rows VALUES (?, ?)');
  // One page again and again, and one other in each mebibyte of the log.
  for (let n = 1; n <= 2560; n++) put.run(n % 256 === 0 ? n : 1, new Uint8Array(3000).fill(n));
  const { pages, pageSize } = (await new LogCursor(`${path}-wal`, null).next()) ?? expect.unreachable();
  db.close();
  expect(pages.size).toBeGreaterThan(8);
  const buffers = new Set([...pages.values()].map(({ buffer }) => buffer));
  const held = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(held).toBeLessThanOrEqual(2 * pages.size * pageSize);
});

import { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change } from '../client/ports.ts';
import { Arrivals } from './arrivals.ts';
import { Home } from './home.ts';

const root = mkdtempSync(join(tmpdir(), 'sotto-arrivals-'));
afterAll(() => rmSync(root, { recursive: true }));
let homes = 0;
const newHome = () => Home.open(join(root, String(homes++)));
const stored = (key: string, text = ''): Change => ({
  store: 'history',
  key,
  value: new TextEncoder().encode(text),
});

function keysOf(arrivals: Arrivals): string[] {
  const keys: string[] = [];
  for (let after = 0; ; ) {
    const arrival = arrivals.claim(after);
    if (arrival === null) return keys;
    keys.push(arrival.key);
    arrivals.putBack(arrival);
    after = arrival.seq;
  }
}

test('messages are noted in the order they were stored, once, and indexes are not', async () => {
  const home = newHome();
  await home.storage.commit([stored('m/c/2'), stored('i/x')]);
  await home.storage.commit([stored('m/c/1'), stored('m/c/2', 'changed')]);
  await home.storage.commit([{ store: 'outbox', key: 'm/c/3', value: new Uint8Array() }]);
  const arrivals = home.arrivals();
  expect(keysOf(arrivals)).toEqual(['m/c/2', 'm/c/1']);
  const first = arrivals.claim(0);
  if (first === null) throw new Error('nothing came');
  arrivals.finish(first, 'a');
  expect(keysOf(arrivals)).toEqual(['m/c/1']);
  // A message that changes is noted again; whether it was printed is known by its id.
  await home.storage.commit([stored('m/c/2', 'changed again')]);
  expect(keysOf(arrivals)).toEqual(['m/c/1', 'm/c/2']);
  expect([arrivals.isPrinted('a'), arrivals.isPrinted('b')]).toEqual([true, false]);
  home.close();
});

test('a failed commit notes nothing', async () => {
  const home = newHome();
  const nowhere = 'nowhere' as 'meta';
  await expect(
    home.storage.commit([stored('m/c/1'), { store: nowhere, key: '', value: new Uint8Array() }]),
  ).rejects.toThrow();
  expect(keysOf(home.arrivals())).toEqual([]);
  home.close();
});

test('two listeners share what comes; what a dead one had claimed is free again', async () => {
  const home = newHome();
  await home.storage.commit([stored('m/c/1'), stored('m/c/2'), stored('m/c/3')]);
  const mine = home.arrivals();
  // The parent of this process lives as long as it does.
  const db = new Database(join(home.folder, 'device.sqlite'));
  const other = new Arrivals(db, process.ppid);
  const taken = other.claim(0);
  expect(taken?.key).toBe('m/c/1');
  expect(keysOf(mine)).toEqual(['m/c/2', 'm/c/3']);

  const gone = Bun.spawn(['true']);
  await gone.exited;
  const dead = new Arrivals(db, gone.pid);
  expect(dead.claim(taken?.seq ?? 0)?.key).toBe('m/c/2');
  expect(keysOf(mine)).toEqual(['m/c/2', 'm/c/3']);
  db.close();
  home.close();
});

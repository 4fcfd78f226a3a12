import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change } from '../client/ports.ts';
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

/** Keys of what waits; looking takes nothing away. */
async function keysOf({ arrivals }: Home): Promise<string[]> {
  const keys: string[] = [];
  const look = async (key: string) => {
    keys.push(key);
    return 'later' as const;
  };
  for (let after: number | null = 0; after !== null; ) after = await arrivals.next(after, look);
  return keys;
}

test('messages are noted in the order they were stored, once, and indexes are not', async () => {
  const home = newHome();
  await home.storage.commit([stored('m/c/2'), stored('i/x')]);
  await home.storage.commit([stored('m/c/1'), stored('m/c/2', 'changed')]);
  await home.storage.commit([{ store: 'outbox', key: 'm/c/3', value: new Uint8Array() }]);
  expect(await keysOf(home)).toEqual(['m/c/2', 'm/c/1']);
  await home.arrivals.next(0, async () => ({ printed: 'a' }));
  expect(await keysOf(home)).toEqual(['m/c/1']);
  // A message that changes is noted again; whether it was printed is known by its id.
  await home.storage.commit([stored('m/c/2', 'changed again')]);
  expect(await keysOf(home)).toEqual(['m/c/1', 'm/c/2']);
  expect([home.arrivals.isPrinted('a'), home.arrivals.isPrinted('b')]).toEqual([true, false]);
  await home.arrivals.next(0, async () => 'drop');
  expect(await keysOf(home)).toEqual(['m/c/2']);
  home.close();
});

test('a failed commit notes nothing', async () => {
  const home = newHome();
  const nowhere = 'nowhere' as 'meta';
  await expect(
    home.storage.commit([stored('m/c/1'), { store: nowhere, key: '', value: new Uint8Array() }]),
  ).rejects.toThrow();
  expect(await keysOf(home)).toEqual([]);
  home.close();
});

test('two listeners share what comes, and printing that fails loses nothing', async () => {
  const [home, again] = [newHome(), Home.open(join(root, String(homes - 1)))];
  await home.storage.commit([stored('m/c/1'), stored('m/c/2'), stored('m/c/3')]);
  await expect(
    home.arrivals.next(0, async () => {
      throw new Error('nobody reads');
    }),
  ).rejects.toThrow('nobody reads');
  const shown: string[] = [];
  const show = async (key: string) => {
    await Bun.sleep(1);
    shown.push(key);
    return { printed: key };
  };
  const all = async ({ arrivals }: Home) => {
    for (let after: number | null = 0; after !== null; ) after = await arrivals.next(after, show);
  };
  await Promise.all([all(home), all(again)]);
  expect(shown).toEqual(['m/c/1', 'm/c/2', 'm/c/3']);
  home.close();
  again.close();
});

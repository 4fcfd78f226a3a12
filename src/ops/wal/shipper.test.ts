import { afterEach, expect, test } from 'bun:test';
import { existsSync, readdirSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type KeptDatabase, keptDatabase, SHIPPING } from '../../../test/support/wal.ts';
import { openSqlite } from '../../store/sqlite.ts';
import { BadBackup } from '../backup/bad-backup.ts';
import { keptGenerations } from './kept.ts';
import { BEGUN_NAME, generationName } from './names.ts';
import { type Place, PlaceUnavailable } from './place.ts';
import { rebuild } from './rebuild.ts';
import { Shipper } from './shipper.ts';

const DAY_MS = 24 * 3600_000;
/** Any time from the beginning on. */
const NOW = Number.MAX_SAFE_INTEGER;
const to = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

let kept: KeptDatabase;
afterEach(() => kept.remove());

const objects = (generation: string, prefix = 'log-') =>
  readdirSync(join(kept.folder, 'kept', generation)).filter((name) => name.startsWith(prefix));
const generations = async () => (await keptGenerations(kept.place)).map(({ name }) => name);

test('one goes back to what was there at a time, and to nothing that came after', async () => {
  kept = await keptDatabase();
  await kept.write(1);
  await kept.shipper.look(true);
  const times: number[] = [];
  for (let n = 2; n <= 6; n++) {
    await kept.write(n);
    kept.ahead += 1000;
    await kept.shipper.look();
    times.push(kept.clock());
    kept.ahead += 1000;
  }
  for (const [i, time] of times.entries()) expect((await kept.at(time)).numbers).toEqual(to(i + 2));
  expect(await generations()).toHaveLength(1);
  const [first] = await keptGenerations(kept.place);
  const tooEarly = kept.at((first?.from ?? 0) - 1);
  await expect(tooEarly).rejects.toThrow(BadBackup);
});

test('nothing is lost when the log is emptied, again and again, while others write', async () => {
  kept = await keptDatabase({ foldBytes: 64 * 1024 });
  await kept.shipper.look(true);
  const admin = openSqlite(join(kept.data, 'sotto.sqlite'));
  for (let n = 1; n <= 120; n++) {
    await kept.write(n);
    if (n % 7 === 0) await kept.shipper.look();
    // A process beside the server, which would empty the log if it could.
    if (n % 20 === 0)
      await admin.write((tx) =>
        tx.run('UPDATE pairs SET filling = $1 WHERE n = $2', [new Uint8Array(9000), n]),
      );
  }
  await admin.close();
  await kept.shipper.look();
  expect((await kept.at(NOW)).numbers).toEqual(to(120));
  expect(await generations()).toHaveLength(1);
  // It did begin anew: otherwise the file would be as long as all that was written.
  expect(Bun.file(join(kept.data, 'sotto.sqlite-wal')).size).toBeLessThan(600_000);
});

test('after an orderly end the same generation goes on, and after somebody wrote meanwhile another one begins', async () => {
  kept = await keptDatabase();
  await kept.write(1);
  await kept.shipper.look(true);
  await kept.write(2);
  await kept.reopen();
  await kept.write(3);
  await kept.shipper.look(true);
  expect(await generations()).toHaveLength(1);
  expect((await kept.at(NOW)).numbers).toEqual(to(3));

  await kept.reopen(async () => {
    const other = openSqlite(join(kept.data, 'sotto.sqlite'));
    await other.write((tx) => tx.run('DELETE FROM pairs WHERE n = 3'));
    await other.close();
  });
  await kept.shipper.look(true);
  expect(await generations()).toHaveLength(2);
  expect((await kept.at(NOW)).numbers).toEqual(to(2));
});

test('a clock that was years ahead for a moment keeps nothing from whoever goes back to now', async () => {
  const YEAR_MS = 365 * DAY_MS;
  kept = await keptDatabase();
  await kept.write(1);
  kept.ahead = YEAR_MS;
  await kept.shipper.look(true);
  kept.ahead = 0;
  await kept.write(2);
  await kept.shipper.look(true);
  expect((await kept.at(kept.clock())).numbers).toEqual(to(2));

  // In the middle of a generation.
  kept.ahead = YEAR_MS;
  await kept.write(3);
  await kept.shipper.look();
  kept.ahead = 1000;
  await kept.write(4);
  await kept.shipper.look(true);
  await kept.write(5);
  await kept.shipper.look(true);
  kept.ahead = 2000;
  expect((await kept.at(kept.clock())).numbers).toEqual(to(5));

  // The next process goes on with that one.
  await kept.reopen();
  const before = await generations();
  await kept.write(6);
  await kept.shipper.look(true);
  expect(await generations()).toEqual(before);
  kept.ahead = 3000;
  expect((await kept.at(kept.clock())).numbers).toEqual(to(6));
});

test('what cannot be kept waits, is said, and goes out later; the server is not held up', async () => {
  kept = await keptDatabase();
  await kept.write(1);
  await kept.shipper.look(true);
  const folder = join(kept.folder, 'kept');
  renameSync(folder, `${folder}-away`);
  for (let n = 2; n <= 20; n++) {
    await kept.write(n);
    await kept.shipper.look();
  }
  expect(kept.shipper.state().failing).toContain('There is no folder');
  renameSync(`${folder}-away`, folder);
  await kept.shipper.look();
  expect(kept.shipper.state().failing).toBeNull();
  expect((await kept.at(NOW)).numbers).toEqual(to(20));
  expect(await generations()).toHaveLength(1);
});

test('a log that nobody takes is emptied before it fills the disk, and a new generation begins when it can', async () => {
  kept = await keptDatabase({ mostLogBytes: 200_000, foldBytes: 50_000 });
  await kept.shipper.look(true);
  const folder = join(kept.folder, 'kept');
  renameSync(folder, `${folder}-away`);
  for (let n = 1; n <= 200; n++) {
    await kept.write(n);
    await kept.shipper.look();
  }
  expect(Bun.file(join(kept.data, 'sotto.sqlite-wal')).size).toBeLessThan(600_000);
  renameSync(`${folder}-away`, folder);
  await kept.shipper.look(true);
  expect(kept.shipper.state().failing).toBeNull();
  expect((await kept.at(NOW)).numbers).toEqual(to(200));
  expect(await generations()).toHaveLength(2);
});

test('a new generation begins each day, and those that nobody can want are removed', async () => {
  kept = await keptDatabase({ keep: 3 * DAY_MS });
  const begun = kept.clock();
  for (let day = 1; day <= 8; day++) {
    await kept.write(day);
    await kept.shipper.look(true);
    kept.ahead += DAY_MS;
  }
  // The newest is of day 8; three days before that, the one of day 5 is gone back to.
  expect(await generations()).toHaveLength(4);
  expect((await kept.at(begun + 4.5 * DAY_MS)).numbers).toEqual(to(5));
  await expect(kept.at(begun + 3.5 * DAY_MS)).rejects.toThrow('goes back to');
});

test('what is damaged is told from what is there: a torn end, a hole, another passphrase', async () => {
  kept = await keptDatabase();
  await kept.shipper.look(true);
  for (let n = 1; n <= 5; n++) {
    await kept.write(n);
    await kept.shipper.look();
  }
  const [generation = ''] = await generations();
  const folder = join(kept.folder, 'kept', generation);
  const [, second = '', , , last = ''] = objects(generation).sort();

  truncateSync(join(folder, last), 500);
  expect(await kept.at(NOW)).toMatchObject({ numbers: to(4), stopped: expect.stringContaining('5') });
  renameSync(join(folder, second), join(kept.folder, 'aside'));
  expect(await kept.at(NOW)).toMatchObject({ numbers: to(1), stopped: expect.stringContaining('missing') });
  // A segment in the place of another does not open there.
  renameSync(join(folder, objects(generation).sort()[1] ?? ''), join(folder, second));
  expect(await kept.at(NOW)).toMatchObject({ numbers: to(1), stopped: expect.stringContaining('damaged') });

  const out = join(kept.folder, 'other.sqlite');
  await expect(rebuild(kept.place, 'another passphrase', NOW, out)).rejects.toThrow('passphrase');
  rmSync(join(folder, 'base-000000'));
  await expect(kept.at(NOW)).rejects.toThrow('base-000000 is missing');
  expect(existsSync(join(folder, 'begun'))).toBe(true);
});

test('what was cut off after the last look is no part of any state, and the next process begins again', async () => {
  kept = await keptDatabase();
  await kept.write(1);
  await kept.shipper.look(true);
  await kept.write(2);
  await kept.shipper.look();
  const [generation = ''] = await generations();
  await kept.reopen(() => {
    const [last = ''] = objects(generation).sort().slice(-1);
    truncateSync(join(kept.folder, 'kept', generation, last), 100);
  });
  await kept.write(3);
  await kept.shipper.look(true);
  expect((await kept.at(NOW)).numbers).toEqual(to(3));
  expect(await generations()).toHaveLength(2);
});

test('a history that cannot be gone on with is opened once, although none can begin meanwhile', async () => {
  kept = await keptDatabase();
  await kept.shipper.look(true);
  const gets: string[] = [];
  const place: Place = {
    ...kept.place,
    get: (folder, name) => {
      gets.push(name);
      return kept.place.get(folder, name);
    },
    put: () => Promise.reject(new PlaceUnavailable('It is full.')),
  };
  await kept.reopen();
  const { data, db, clock } = kept;
  const other = { ...SHIPPING, passphrase: 'another passphrase' };
  const shipper = new Shipper({ ...other, place, data, db, clock, keep: DAY_MS });
  for (let look = 1; look <= 3; look++) await shipper.look(true);
  expect(shipper.state().failing).toContain('full');
  expect(gets.filter((name) => name === 'key')).toHaveLength(1);
  await shipper.stop();
});

test('an object that was kept before does not stand for the one that came in its place', async () => {
  kept = await keptDatabase();
  await kept.shipper.look(true);
  for (let n = 1; n <= 2; n++) {
    await kept.write(n);
    await kept.shipper.look();
  }
  const [generation = ''] = await generations();
  const folder = join(kept.folder, 'kept', generation);
  const [, second = ''] = objects(generation).sort();
  const aside = join(kept.folder, 'aside');
  // Lost before the server began anew, which keeps what it has once more, with what came since.
  await kept.reopen(() => renameSync(join(folder, second), aside));
  for (let n = 3; n <= 4; n++) {
    await kept.write(n);
    await kept.shipper.look(true);
  }
  expect(await generations()).toEqual([generation]);
  expect((await kept.at(NOW)).numbers).toEqual(to(4));
  const [, again = ''] = objects(generation).sort();
  rmSync(join(folder, again));
  renameSync(aside, join(folder, second));
  expect(await kept.at(NOW)).toMatchObject({
    numbers: to(2),
    stopped: expect.stringContaining('does not follow'),
  });
});

/** Three rows: the second segment of the process before is still on its way, and the next process, of a clock that is so far ahead, has kept its own. */
async function keptWithout(ahead: number): Promise<{ readonly generation: string; arrive(): void }> {
  kept = await keptDatabase();
  await kept.shipper.look(true);
  for (let n = 1; n <= 2; n++) {
    await kept.write(n);
    await kept.shipper.look();
  }
  const [generation = ''] = await generations();
  const [, name = ''] = objects(generation).sort();
  const second = join(kept.folder, 'kept', generation, name);
  const underway = join(kept.folder, 'underway');
  await kept.reopen(() => renameSync(second, underway));
  kept.ahead = ahead;
  await kept.write(3);
  await kept.shipper.look(true);
  return { generation, arrive: () => renameSync(underway, second) };
}

test.each([0, -5000])(
  'what a process had sent before it ended, and is kept after the next one has begun, ends nothing (clock %d)',
  async (ahead) => {
    const { generation, arrive } = await keptWithout(ahead);
    arrive();
    // Both have the index 2, and nothing follows yet: with either it is a state that was.
    expect(await kept.at(NOW)).toMatchObject({ numbers: to(ahead === 0 ? 3 : 2), stopped: null });
    for (let n = 4; n <= 6; n++) {
      await kept.write(n);
      await kept.shipper.look(true);
      expect(await kept.at(NOW)).toMatchObject({ numbers: to(n), stopped: null });
      if (n === 5) await kept.reopen();
    }
    expect(await generations()).toEqual([generation]);
  },
);

test('the end of a beginning that was given up, and that comes late, is no generation', async () => {
  kept = await keptDatabase();
  await kept.write(1);
  await kept.shipper.look(true);
  const late = generationName(kept.clock() + 1, new Uint8Array(4));
  await kept.place.put(late, BEGUN_NAME, [new Uint8Array(100)]);
  expect((await kept.at(NOW)).numbers).toEqual([1]);
});

test.each([0, -5000])(
  'a process goes on from either of two segments with one index (clock %d)',
  async (ahead) => {
    const { generation, arrive } = await keptWithout(ahead);
    await kept.reopen(arrive);
    await kept.write(4);
    await kept.shipper.look(true);
    expect(await generations()).toEqual([generation]);
    expect(await kept.at(NOW)).toMatchObject({ numbers: to(4), stopped: null });
  },
);

const MOMENTS = process.env.SOTTO_LONG === '1' ? 200 : 12;

test(
  'at any moment under load: every write that was answered by then and kept, none that came after, and never half of one',
  async () => {
    kept = await keptDatabase({ foldBytes: 500_000 });
    await kept.write(1);
    await kept.shipper.look(true);
    kept.shipper.start();
    /** When each was begun and answered. */
    const times = new Map([[1, { begun: 0, answered: 0 }]]);
    const moments: number[] = [];
    let next = 2;
    let going = true;
    const write = async () => {
      while (going) {
        const n = next++;
        const begun = kept.clock();
        await kept.write(n);
        times.set(n, { begun, answered: kept.clock() });
      }
    };
    const writers = [write(), write(), write()];
    while (moments.length < MOMENTS) {
      const seen = kept.shipper.state().bytes;
      const more = 1 + Math.floor(Math.random() * 200_000);
      while (kept.shipper.state().bytes < seen + more) await new Promise((resolve) => setImmediate(resolve));
      moments.push(kept.clock());
    }
    going = false;
    await Promise.all(writers);
    for (const moment of [...moments, NOW]) {
      const { numbers, at } = await kept.at(moment);
      const there = new Set(numbers);
      for (const [n, { begun, answered }] of times) {
        if (begun > moment) expect(there.has(n)).toBe(false);
        // A state of `at` was read just before that was written down.
        if (answered < at - 500) expect(there.has(n)).toBe(true);
      }
    }
    await kept.shipper.look();
    expect((await kept.at(NOW)).numbers).toEqual(to(next - 1));
  },
  MOMENTS * 5000,
);

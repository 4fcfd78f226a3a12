import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UploadLocks } from './upload-locks.ts';

const folder = mkdtempSync(join(tmpdir(), 'sotto-uploads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const never = new AbortController().signal;

test('one at a time of one name, and who waits can be called off', async () => {
  const [mine, other] = [new UploadLocks(folder), new UploadLocks(folder)];
  const held = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const first = mine.exclusive('a', never, () => {
    entered.resolve();
    return held.promise;
  });
  await entered.promise;
  const cancelled = [new AbortController(), new AbortController()] as const;
  let ran = 0;
  expect([mine.isHeldElsewhere('a'), other.isHeldElsewhere('a')]).toEqual([false, true]);
  // One waits behind its own process, one behind another.
  const waiting = [mine, other].map((locks, n) =>
    locks.exclusive('a', cancelled[n as 0 | 1].signal, async () => ++ran),
  );
  for (const each of cancelled) each.abort();
  const outcomes = await Promise.allSettled(waiting);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const later = other.exclusive('a', never, async () => ++ran);
  held.resolve();
  await first;
  expect(await later).toBe(1);
  expect(mine.isHeldElsewhere('a')).toBe(false);
  expect(await mine.exclusive('a', never, async () => ++ran)).toBe(2);
  mine.close();
  other.close();
});

test('its files are for their owner alone, and go with the device', async () => {
  const locks = new UploadLocks(folder);
  await Promise.all([...'abcdefghij'].map((name) => locks.exclusive(name, never, async () => {})));
  const files = [...new Bun.Glob('uploads-*.sqlite').scanSync(folder)];
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  locks.close();
  UploadLocks.remove(folder);
  expect([...new Bun.Glob('*').scanSync(folder)]).toEqual([]);
});

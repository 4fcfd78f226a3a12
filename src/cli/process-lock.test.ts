import { afterEach, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessLock } from './process-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'sotto-lock-'));
const path = join(folder, 'lock.sqlite');
afterEach(() => rmSync(join(folder, 'trace'), { force: true }));

/** Runs code in another process that has `lock` and `trace`. */
const elsewhere = (code: string) =>
  Bun.spawn(
    [
      process.execPath,
      '-e',
      `import { appendFileSync } from 'node:fs';
       import { ProcessLock } from ${JSON.stringify(join(import.meta.dir, 'process-lock.ts'))};
       const lock = new ProcessLock(${JSON.stringify(path)});
       const trace = (mark) => appendFileSync(${JSON.stringify(join(folder, 'trace'))}, mark);
       ${code}`,
    ],
    { stdout: 'pipe', stderr: 'inherit' },
  );
const firstOutput = async (child: { readonly stdout: ReadableStream<Uint8Array> }) => {
  const reader = child.stdout.getReader();
  await reader.read();
  reader.releaseLock();
};

test('one operation at a time, in the order asked, in one process', async () => {
  const lock = new ProcessLock(path);
  let inside = 0;
  const order: number[] = [];
  await Promise.all(
    [1, 2, 3, 4].map((n) =>
      lock.exclusive(async () => {
        expect(++inside).toBe(1);
        await Promise.resolve();
        order.push(n);
        inside--;
      }),
    ),
  );
  expect(order).toEqual([1, 2, 3, 4]);
  lock.close();
});

test('an operation that throws lets the next one in', async () => {
  const lock = new ProcessLock(path);
  const failing = lock.exclusive(async () => {
    throw new Error('no');
  });
  const next = lock.exclusive(async () => 'in');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('in');
  lock.close();
});

test('processes never overlap, and none is kept out by a busy one', async () => {
  const work = (rounds: number) =>
    elsewhere(`for (let i = 0; i < ${rounds}; i++)
      await lock.exclusive(async () => { trace('('); await Bun.sleep(2); trace(')'); });`);
  const children = [work(100), work(10), work(10)];
  expect(await Promise.all(children.map(({ exited }) => exited))).toEqual([0, 0, 0]);
  expect(readFileSync(join(folder, 'trace'), 'utf8')).toBe('()'.repeat(120));
}, 30_000);

test('a killed process holds nothing', async () => {
  const child = elsewhere(
    `await lock.exclusive(async () => { console.log('in'); await new Promise(() => setInterval(() => {}, 1000)); });`,
  );
  await firstOutput(child);
  const lock = new ProcessLock(path);
  let entered = false;
  const mine = lock.exclusive(async () => {
    entered = true;
  });
  // A turn of the event loop and more: the other one is still alive.
  await Bun.sleep(30);
  expect(entered).toBe(false);
  child.kill('SIGKILL');
  await mine;
  expect(entered).toBe(true);
  lock.close();
}, 30_000);

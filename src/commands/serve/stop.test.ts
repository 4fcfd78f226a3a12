import { expect, test } from 'bun:test';
import { createLog, silent } from '../../ops/log.ts';
import { stopInOrder } from './stop.ts';

test('steps end one after the other; what fails is said and stops nothing', async () => {
  const done: string[] = [];
  const lines: string[] = [];
  const log = createLog('info', Date.now, (line) => lines.push(line));
  await stopInOrder(
    [
      {
        name: 'first',
        run: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          done.push('first');
        },
      },
      { name: 'second', run: () => Promise.reject(new Error('No.')) },
      { name: 'third', run: () => done.push('third') },
    ],
    60_000,
    log,
  );
  expect(done).toEqual(['first', 'third']);
  expect(lines.join('')).toContain('"step":"second","reason":"No."');
});

test('what does not end is not waited for for ever, and the last step still gets its time', async () => {
  const lines: string[] = [];
  const log = createLog('info', Date.now, (line) => lines.push(line));
  let closed = false;
  await stopInOrder(
    [
      { name: 'hangs', run: () => new Promise(() => {}) },
      {
        name: 'database',
        run: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          closed = true;
        },
      },
    ],
    0,
    log,
  );
  expect(closed).toBe(true);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ message: 'not waited for', step: 'hangs' }]);
});

test('a step that throws at once is a step that fails', async () => {
  let reached = false;
  await stopInOrder(
    [
      {
        name: 'throws',
        run() {
          throw new Error('at once');
        },
      },
      {
        name: 'after',
        run() {
          reached = true;
        },
      },
    ],
    60_000,
    silent,
  );
  expect(reached).toBe(true);
});

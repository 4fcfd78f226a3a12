/** How many chunks leave in one request: more on a good line, one on a slow one, and what to do when they are too many. */
import { expect, test } from 'bun:test';
import { MAX_RUN_CHUNKS } from '../../contract/files.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { type ChunkBody, putRun } from './put-run.ts';
import { RunLength } from './run-length.ts';

/** Lengthened as far as it goes. */
function long(): RunLength {
  const runs = new RunLength();
  for (let chunks = 1; chunks < MAX_RUN_CHUNKS; chunks *= 2) runs.answered(chunks, 1);
  return runs;
}
const parts = (count: number) => Array.from({ length: count }, (_, n) => new Uint8Array(3).fill(n));
/** Takes bodies by the number of their first chunk, and throws what it is told to. */
function taker(refuse: (bytes: Uint8Array) => Error | null = () => null) {
  const taken = new Map<number, Uint8Array>();
  const asked: number[] = [];
  const put = async (n: number, body: ChunkBody) => {
    const bytes = body instanceof Blob ? await body.bytes() : body.slice();
    asked.push(bytes.length / 3);
    const error = refuse(bytes);
    if (error) throw error;
    taken.set(n, bytes);
  };
  const all = () => [...taken].sort(([a], [b]) => a - b).flatMap(([, bytes]) => [...bytes]);
  return { put, asked, all };
}
const expected = (count: number) => parts(count).flatMap((part) => [...part]);

test('a run grows while answers are quick, and falls back when they are slow', () => {
  const runs = new RunLength();
  expect(runs.now).toBe(1);
  runs.answered(1, 10);
  expect(runs.now).toBe(2);
  // Those that left before it grew say nothing of longer ones.
  runs.answered(1, 10);
  expect(runs.now).toBe(2);
  runs.answered(2, 2000);
  expect(runs.now).toBe(2);
  for (let chunks = 2; chunks < MAX_RUN_CHUNKS; chunks *= 2) {
    runs.answered(chunks, 10);
    expect(runs.now).toBe(2 * chunks);
  }
  runs.answered(MAX_RUN_CHUNKS, 10);
  expect(runs.now).toBe(MAX_RUN_CHUNKS);
  runs.answered(MAX_RUN_CHUNKS, 60_000);
  expect(runs.now).toBe(MAX_RUN_CHUNKS / 2);
});

test('chunks side by side in memory leave as they are', async () => {
  const room = new Uint8Array(20).map((_, i) => i);
  const bodies: { readonly bytes: readonly number[]; readonly isRoom: boolean }[] = [];
  const put = async (_: number, body: ChunkBody) => {
    if (body instanceof Uint8Array) bodies.push({ bytes: [...body], isRoom: body.buffer === room.buffer });
  };
  const some = [room.subarray(2, 5), room.subarray(5, 8), room.subarray(8, 9)];
  await putRun(put, long(), 0, some);
  await putRun(put, long(), 0, some.toReversed());
  expect(bodies).toEqual([
    { bytes: [2, 3, 4, 5, 6, 7, 8], isRoom: true },
    { bytes: [8, 5, 6, 7, 2, 3, 4], isRoom: false },
  ]);
});

test('chunks leave in their order, as bytes or as files of the browser', async () => {
  for (const bodies of [parts(9), parts(9).map((part) => new Blob([part]))]) {
    const { put, asked, all } = taker();
    await putRun(put, long(), 0, bodies);
    expect(asked.length).toBe(Math.ceil(9 / MAX_RUN_CHUNKS));
    expect(all()).toEqual(expected(9));
  }
});

test('whoever takes one chunk only is given one after the other from then on, and all of them', async () => {
  const tooLarge = new TransportRefused(413, { error: 'TooLarge', message: 'Too large.' });
  const { put, asked, all } = taker((bytes) => (bytes.length > 3 ? tooLarge : null));
  const runs = long();
  await putRun(put, runs, 0, parts(MAX_RUN_CHUNKS));
  const halves: number[] = [];
  for (let chunks = MAX_RUN_CHUNKS; chunks > 1; chunks /= 2) halves.push(chunks);
  expect(asked).toEqual([...halves, ...parts(MAX_RUN_CHUNKS).map(() => 1)]);
  expect(all()).toEqual(expected(MAX_RUN_CHUNKS));
  runs.answered(1, 1);
  expect(runs.now).toBe(1);
});

test('one chunk that is too large is refused, and so is a run for any other reason', async () => {
  for (const [status, count] of [
    [413, 1],
    [409, 1],
    [409, 2],
  ] as const) {
    const refused = new TransportRefused(status, { error: 'TooLarge', message: 'No.' });
    const { put } = taker(() => refused);
    await expect(putRun(put, long(), 0, parts(count))).rejects.toBe(refused);
  }
});

test('after a silence the next try is half as long, down to one', async () => {
  const runs = long();
  const silent = taker(() => new TransportFailed('The server cannot be reached.'));
  for (let chunks = MAX_RUN_CHUNKS; chunks > 1; chunks /= 2) {
    await expect(putRun(silent.put, runs, 0, parts(MAX_RUN_CHUNKS))).rejects.toBeInstanceOf(TransportFailed);
    expect(silent.asked.at(-1)).toBe(chunks);
  }
  expect(runs.now).toBe(1);
});

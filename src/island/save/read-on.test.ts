import { expect, test } from 'bun:test';
import { FileProblem } from '../../client/files/types.ts';
import { type Readable, readOn } from './read-on.ts';

const BYTES = Uint8Array.from({ length: 100 }, (_, index) => index);

/** Gives pieces of ten bytes; `cuts` says at which positions it fails, once each, and with what. */
function readable(cuts: Map<number, Error>, asked: number[]): Readable {
  return {
    size: BYTES.length,
    async *read(from, to) {
      asked.push(from);
      for (let at = from; at < to; at += 10) {
        const cut = cuts.get(at);
        cuts.delete(at);
        if (cut) throw cut;
        yield BYTES.slice(at, Math.min(to, at + 10));
      }
    },
  };
}

async function all(pieces: AsyncIterable<Uint8Array>): Promise<number[]> {
  const bytes: number[] = [];
  for await (const piece of pieces) bytes.push(...piece);
  return bytes;
}

test('what is cut off goes on where it was, and says why it waits', async () => {
  const asked: number[] = [];
  const said: (string | null)[] = [];
  const cuts = new Map<number, Error>([
    [30, new FileProblem('away', 'The server is away.')],
    [70, new FileProblem('away', 'Away again.')],
  ]);
  const waiting = (reason: string | null) => {
    said.push(reason);
    // The browser says that it is online again.
    if (reason !== null) queueMicrotask(() => dispatchEvent(new Event('online')));
  };
  let done = 0;
  const progress = (bytes: number) => {
    done = bytes;
  };
  expect(await all(readOn(readable(cuts, asked), 0, 100, { waiting, progress }))).toEqual([...BYTES]);
  expect(asked).toEqual([0, 30, 70]);
  expect(said).toEqual(['The server is away.', null, 'Away again.', null]);
  expect(done).toBe(100);
});

test('a part of a file is that part, whatever happens in it', async () => {
  const cuts = new Map<number, Error>([[45, new FileProblem('away', 'Away.')]]);
  const waiting = (reason: string | null) => {
    if (reason !== null) queueMicrotask(() => dispatchEvent(new Event('online')));
  };
  expect(await all(readOn(readable(cuts, []), 25, 58, { waiting }))).toEqual([...BYTES.slice(25, 58)]);
});

test('[R33] what no waiting mends ends it: nothing comes after a damaged chunk', async () => {
  const cuts = new Map<number, Error>([[20, new FileProblem('damaged', 'It was changed.')]]);
  const asked: number[] = [];
  const got: number[] = [];
  const reading = (async () => {
    for await (const piece of readOn(readable(cuts, asked), 0, 100, {})) got.push(...piece);
  })();
  await expect(reading).rejects.toThrow('It was changed.');
  expect(got).toEqual([...BYTES.slice(0, 20)]);
  expect(asked).toEqual([0]);
});

test('it ends when it is called off, also while it waits', async () => {
  const cut = new AbortController();
  const cuts = new Map<number, Error>([[10, new FileProblem('away', 'Away.')]]);
  const waiting = () => queueMicrotask(() => cut.abort());
  const reading = all(readOn(readable(cuts, []), 0, 100, { signal: cut.signal, waiting }));
  await expect(reading).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
});

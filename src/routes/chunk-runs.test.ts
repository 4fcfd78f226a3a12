/** Memory for the bodies of chunks: bounded, however many send. */
import { expect, test } from 'bun:test';
import { CHUNK_MEDIA_TYPE } from '../contract/files.ts';
import { runtime } from '../native/runtime.ts';
import type { SealedChunk } from '../services/file-chunks.ts';
import { createChunkRuns } from './chunk-runs.ts';

const sizes = [4, 4, 3];
const request = (body: Uint8Array<ArrayBuffer>, length: number | null = body.length) =>
  new Request('http://localhost/', {
    method: 'PUT',
    headers: {
      'content-type': CHUNK_MEDIA_TYPE,
      ...(length === null ? {} : { 'content-length': String(length) }),
    },
    body,
  });
const numbers = (length: number) => Uint8Array.from({ length }, (_, i) => i);

test('while others send as much as there is memory for, chunks are taken one at a time', async () => {
  const runs = createChunkRuns(22);
  const held = Promise.withResolvers<void>();
  const begun: Promise<readonly number[]>[] = [];
  const use = (sealed: readonly SealedChunk[]) => {
    const lengths = sealed.map(({ bytes }) => bytes.length);
    return held.promise.then(() => lengths);
  };
  for (const _ of [1, 2]) begun.push(runs.read(request(numbers(11)), sizes, use));
  const tooMuch = runs.read(request(numbers(8)), sizes, use);
  await expect(tooMuch).rejects.toMatchObject({ body: { error: 'TooLarge' } });
  await expect(runs.read(request(numbers(8), null), sizes, use)).rejects.toMatchObject({
    body: { error: 'TooLarge' },
  });
  for (const length of [4, null]) begun.push(runs.read(request(numbers(4), length), sizes, use));
  held.resolve();
  expect(await Promise.all(begun)).toEqual([[4, 4, 3], [4, 4, 3], [4], [4]]);
  expect(await runs.read(request(numbers(8)), sizes, use)).toEqual([4, 4]);
});

test('what fails gives its memory back', async () => {
  const runs = createChunkRuns(8);
  for (const _ of [1, 2, 3]) {
    const broken = runs.read(request(numbers(8)), sizes, () => Promise.reject(new Error('broken')));
    await expect(broken).rejects.toThrow('broken');
    await expect(runs.read(request(numbers(7)), sizes, async () => 'never')).rejects.toMatchObject({
      body: { error: 'ValidationError' },
    });
  }
  expect(await runs.read(request(numbers(8)), sizes, async ([first]) => [...(first?.bytes ?? [])])).toEqual([
    0, 1, 2, 3,
  ]);
});

test('each chunk comes with its own hash, however the body is cut', async () => {
  const runs = createChunkRuns();
  const body = numbers(11);
  for (const cuts of [[], [4], [1, 2, 3], [3, 9], [4, 8], [7, 7]]) {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const [i, cut] of [...cuts, body.length].entries())
          controller.enqueue(body.slice(cuts[i - 1] ?? 0, cut));
        controller.close();
      },
    });
    const headers = { 'content-type': CHUNK_MEDIA_TYPE };
    const cut = new Request('http://localhost/', { method: 'PUT', headers, body: stream });
    const read = await runs.read(cut, sizes, async (sealed) =>
      sealed.map(({ bytes, sha256 }) => [bytes.slice(), sha256]),
    );
    const parts = [body.slice(0, 4), body.slice(4, 8), body.slice(8)];
    expect(read).toEqual(await Promise.all(parts.map(async (part) => [part, await runtime.sha256(part)])));
  }
});

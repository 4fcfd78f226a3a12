/** Chunks over HTTP: as bytes, called off, given time, and never longer than a chunk. */
import { expect, test } from 'bun:test';
import { CHUNK_BYTES, CHUNK_MEDIA_TYPE, CHUNK_OVERHEAD_BYTES, fileId } from '../contract/files.ts';
import { httpTransport } from './http-transport.ts';
import { TransportFailed } from './ports.ts';

const id = fileId(new Uint8Array(16).fill(7));
const LONGEST = CHUNK_BYTES + CHUNK_OVERHEAD_BYTES;

async function against<T>(
  answer: (request: Request) => Response | Promise<Response>,
  work: (files: ReturnType<typeof httpTransport>['files']) => Promise<T>,
): Promise<T> {
  const server = Bun.serve({ port: 0, fetch: answer });
  try {
    return await work(httpTransport({ origin: server.url.origin, timeout: 50 }).files);
  } finally {
    await server.stop(true);
  }
}
const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

test('a chunk travels as its bytes, both ways, and may take longer than other calls', async () => {
  const types: (string | null)[] = [];
  let got = new Uint8Array();
  const late = Promise.withResolvers<void>();
  await against(
    async (request) => {
      if (!request.url.includes('/chunks/')) return new Promise<Response>(() => {});
      await late.promise;
      if (request.method === 'GET') return new Response(got);
      types.push(request.headers.get('content-type'));
      got = new Uint8Array(await request.arrayBuffer());
      return new Response(null, { status: 204 });
    },
    async (files) => {
      const sealed = new Uint8Array(LONGEST).fill(3);
      const putting = files.putChunks(id, 4, [sealed]);
      // Another call has been given up meanwhile.
      expect(await thrown(files.record(id))).toBeInstanceOf(TransportFailed);
      late.resolve();
      await putting;
      expect(await files.chunk(id, 4)).toEqual(sealed);
    },
  );
  expect(types).toEqual([CHUNK_MEDIA_TYPE]);
});

test('a chunk that is called off ends with AbortError, and is no failure of the server', () =>
  against(
    () => new Promise<Response>(() => {}),
    async (files) => {
      for (const call of [
        (signal: AbortSignal) => files.chunk(id, 0, signal),
        (signal: AbortSignal) => files.putChunks(id, 0, [new Uint8Array(17)], signal),
      ]) {
        const stop = new AbortController();
        const ended = thrown(call(stop.signal));
        stop.abort();
        expect(await ended).toMatchObject({ name: 'AbortError' });
      }
    },
  ));

test('an answer longer than a chunk is none, whether its length is announced or not', async () => {
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(CHUNK_BYTES)),
      }),
    );
  for (const answer of [() => new Response(new Uint8Array(LONGEST + 1)), endless])
    await against(answer, async (files) => expect(await files.chunk(id, 0)).toEqual(new Uint8Array()));
});

test('small answers that are compressed into nothing do not unfold without end', () =>
  against(
    () =>
      new Response(Bun.gzipSync(new Uint8Array(64 * CHUNK_BYTES)), {
        headers: { 'content-encoding': 'gzip' },
      }),
    async (files) => expect(await files.chunk(id, 0)).toEqual(new Uint8Array()),
  ));

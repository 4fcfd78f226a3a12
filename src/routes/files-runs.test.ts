/** Chunks that follow each other and come in one request: all of them are kept, or none is. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { connect } from 'node:net';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { addGroup, type Calls, callsAs, newFileId, noiseOf } from '../../test/support/files.ts';
import { addPerson, randomBytes } from '../../test/support/relay.ts';
import { CHUNK_BYTES, CHUNK_MEDIA_TYPE, type FileRecord, MAX_RUN_CHUNKS } from '../contract/files.ts';
import type { ConversationId } from '../contract/ids.ts';
import { chunkPath, fileCompletePath, filePath } from '../contract/paths.ts';
import { LIMITS } from '../http/limits.ts';
import { concat } from '../protocol/codec.ts';

let app: TestApp;
let mina: Calls;
let group: ConversationId;
beforeAll(async () => {
  app = await startApp();
  const person = await addPerson(app.deps.db, 0);
  group = await addGroup(app.deps.db, 0, [person]);
  mina = await callsAs(app, person);
});
afterAll(() => app.stop());

const CRLF = new TextEncoder().encode('\r\n');

const begin = async (size: number) => (await mina.begin(size, group, newFileId())).json<FileRecord>().id;
const missing = async (id: FileRecord['id']) =>
  (await mina.ask('GET', filePath(id))).json<FileRecord>().missing;
const blobsOnDisk = async () => (await app.deps.blobs.list(null, 1000)).length;

test('a run is kept as its chunks, the short last one among them', async () => {
  const size = 3 * CHUNK_BYTES + 7;
  const chunks = noiseOf(size);
  const id = await begin(size);
  expect((await mina.put(id, 1, concat(...chunks.slice(1)))).status).toBe(204);
  expect(await missing(id)).toEqual([0]);
  expect((await mina.put(id, 0, concat(...chunks))).status).toBe(204);
  expect((await mina.ask('POST', fileCompletePath(id))).status).toBe(200);
  for (const [n, sealed] of chunks.entries())
    expect(Buffer.compare((await mina.chunk(id, n)).bytes, sealed)).toBe(0);
});

test('a run replaces what differs, and leaves no bytes that nothing names', async () => {
  const size = 3 * CHUNK_BYTES;
  const [first, then] = [noiseOf(size), noiseOf(size)];
  const id = await begin(size);
  const before = await blobsOnDisk();
  expect((await mina.put(id, 0, concat(...first.slice(0, 2)))).status).toBe(204);
  // The middle one is there already, the first is another one, the last is new.
  const mixed = [then[0], first[1], then[2]].filter((chunk) => chunk !== undefined);
  expect((await mina.put(id, 0, concat(...mixed))).status).toBe(204);
  expect(await blobsOnDisk()).toBe(before + 3);
  expect((await mina.ask('POST', fileCompletePath(id))).status).toBe(200);
  expect((await mina.put(id, 0, concat(...mixed))).status).toBe(204);
  expect((await mina.put(id, 0, concat(...then))).status).toBe(409);
  expect(await blobsOnDisk()).toBe(before + 3);
  for (const [n, sealed] of mixed.entries())
    expect(Buffer.compare((await mina.chunk(id, n)).bytes, sealed)).toBe(0);
});

test('what is not made of whole chunks, or of too many, is refused, and nothing of it is kept [R41]', async () => {
  const size = (MAX_RUN_CHUNKS + 1) * CHUNK_BYTES;
  const chunks = noiseOf(size);
  const id = await begin(size);
  const before = await blobsOnDisk();
  const pair = concat(...chunks.slice(0, 2));
  expect((await mina.put(id, 0, pair.slice(0, -1))).status).toBe(400);
  expect((await mina.put(id, 0, concat(pair, randomBytes(1)))).status).toBe(400);
  expect((await mina.put(id, 0, concat(...chunks))).status).toBe(413);
  expect((await mina.put(id, MAX_RUN_CHUNKS, pair)).status).toBe(400);
  expect((await mina.put(id, MAX_RUN_CHUNKS + 1, pair)).status).toBe(404);
  expect(await blobsOnDisk()).toBe(before);
  expect((await missing(id)).length).toBe(MAX_RUN_CHUNKS + 1);
});

/** Sends what is written of a request as it is; gives the status, or null when the line was closed before one came. */
function spoken(
  head: readonly string[],
  parts: readonly Uint8Array[],
  isCut = false,
): Promise<number | null> {
  const { hostname, port } = new URL(app.origin);
  const answered = Promise.withResolvers<number | null>();
  const line = connect(Number(port), hostname, () => {
    line.write(`${head.join('\r\n')}\r\n\r\n`);
    for (const part of parts) line.write(part);
    if (isCut) line.end();
  });
  line.on('data', (data) => {
    answered.resolve(Number(/^HTTP\/1.1 (\d+)/.exec(data.toString('latin1'))?.[1]));
    line.destroy();
  });
  line.on('close', () => answered.resolve(null));
  line.on('error', () => answered.resolve(null));
  return answered.promise;
}

test('a body that ends early, says no length or says another one brings nothing but whole chunks', async () => {
  const size = 2 * CHUNK_BYTES;
  const chunks = noiseOf(size);
  const pair = concat(...chunks);
  const id = await begin(size);
  const before = await blobsOnDisk();
  const head = (...more: readonly string[]) => [
    `PUT ${chunkPath(id, 0)} HTTP/1.1`,
    `host: ${new URL(app.origin).host}`,
    `origin: ${app.origin}`,
    `cookie: ${mina.cookie}`,
    `content-type: ${CHUNK_MEDIA_TYPE}`,
    ...more,
  ];
  const piece = (bytes: Uint8Array) =>
    concat(new TextEncoder().encode(`${bytes.length.toString(16)}\r\n`), bytes, CRLF);
  const end = new TextEncoder().encode('0\r\n\r\n');
  const length = (bytes: number) => head(`content-length: ${bytes}`);
  const pieces = head('transfer-encoding: chunked');

  expect(await spoken(length(pair.length), [pair.slice(0, CHUNK_BYTES)], true)).toBeNull();
  expect(await spoken(pieces, [piece(pair.slice(0, -1)), end])).toBe(400);
  expect(await spoken(pieces, [piece(pair), piece(pair), piece(pair), end])).not.toBe(204);
  expect(await spoken(pieces, [end])).toBe(400);
  expect(await spoken(length(0), [])).toBe(400);
  expect(await blobsOnDisk()).toBe(before);
  // What they brought is in nothing that comes after them.
  expect(await spoken(pieces, [piece(pair.slice(0, 5)), piece(pair.slice(5)), end])).toBe(204);
  expect((await mina.ask('POST', fileCompletePath(id))).status).toBe(200);
  for (const [n, sealed] of chunks.entries())
    expect(Buffer.compare((await mina.chunk(id, n)).bytes, sealed)).toBe(0);
});

test('many runs at once each bring their own bytes', async () => {
  const size = 6 * MAX_RUN_CHUNKS * CHUNK_BYTES;
  const chunks = noiseOf(size);
  const id = await begin(size);
  const firsts = Array.from({ length: 6 }, (_, i) => i * MAX_RUN_CHUNKS);
  const puts = firsts.map((first) =>
    mina.put(id, first, concat(...chunks.slice(first, first + MAX_RUN_CHUNKS))),
  );
  expect((await Promise.all(puts)).map(({ status }) => status)).toEqual(firsts.map(() => 204));
  for (const [n, sealed] of chunks.entries())
    expect(Buffer.compare((await mina.chunk(id, n)).bytes, sealed)).toBe(0);
});

test('each chunk of a run counts against the limit', async () => {
  const id = await begin(2 * CHUNK_BYTES);
  const taken: string[] = [];
  const { limits } = app.deps;
  const { take } = limits;
  limits.take = (name, key) => {
    taken.push(name);
    return take.call(limits, name, key);
  };
  await mina.put(id, 0, concat(...noiseOf(2 * CHUNK_BYTES))).finally(() => {
    limits.take = take;
  });
  expect(taken.filter((name) => name === 'fileChunkAccount').length).toBe(2);
  expect(LIMITS.fileChunkAccount.burst).toBeGreaterThan(MAX_RUN_CHUNKS);
});

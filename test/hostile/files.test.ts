/**
 * A server that gives other chunks than it was sent, of other files and of other versions, that lies about sizes and hashes, and
 * that lets in whom it likes (Mega 2022, Nextcloud's end-to-end folders 2023). Whoever reads gets the file that was sent, or a
 * sentence and not one wrong byte.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { FileProblem } from '../../src/client/files/types.ts';
import type { FileView } from '../../src/client/files/view.ts';
import { memorySource, named, readAll } from '../../src/client/testing/file-bytes.ts';
import { CHUNK_BYTES, CHUNK_OVERHEAD_BYTES, type FileId, type FileRecord } from '../../src/contract/files.ts';
import type { ConversationId } from '../../src/contract/ids.ts';
import { chunkPath, fileHashesPath, filePath, PATHS } from '../../src/contract/paths.ts';
import { concat } from '../../src/protocol/codec.ts';
import { equalBytes, sha256 } from '../../src/protocol/hash.ts';
import { acquaint, Client, settle } from './support/client.ts';
import { HostileServer } from './support/server.ts';

const SIZE = 2 * CHUNK_BYTES + 1000;
/** Longer than any pause between two tries, in milliseconds. */
const PAUSE_MS = 120_000;

let server: HostileServer;
let ada: Client;
let ben: Client;
let id: ConversationId;
let first: FileView;
let second: FileView;

beforeAll(async () => {
  server = await HostileServer.open();
  ada = await Client.register(server, 'ada');
  ben = await Client.register(server, 'ben');
  id = await acquaint(ada, ben);
  first = await handOver('plan.pdf', 1);
  second = await handOver('plan.pdf', 2, first.id);
}, 60_000);
afterEach(() => server.behave());
afterAll(async () => {
  await ada.close();
  await ben.close();
  await server.close();
});

/** Ada sends it, and Ben has the message. */
async function handOver(name: string, seed: number, replaces: FileId | null = null): Promise<FileView> {
  const files = await ada.engine.files();
  const pending = await files.send(id, {
    text: `${name} ${seed}`,
    files: [named(name, SIZE, seed, { replaces })],
  });
  await files.sent(pending.id);
  await ada.engine.flush();
  await ben.hears(id, `${name} ${seed}`);
  const message = (await ben.messages(id)).findLast(({ text }) => text === `${name} ${seed}`);
  const [file] = message?.files ?? [];
  if (file === undefined) throw new Error('no file came');
  return file;
}
const contents = (seed: number) => memorySource(SIZE, seed).read(0, SIZE);
/** What Ben gets of a file before it ends, and what it ended with. */
async function fetched(file: FileView): Promise<{ given: Uint8Array; ended: unknown }> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of (await ben.engine.files()).open(file).read()) parts.push(part.slice());
    return { given: concat(...parts), ended: 'whole' };
  } catch (error) {
    return { given: concat(...parts), ended: error instanceof FileProblem ? error.kind : error };
  }
}
const chunk = (file: FileView, n: number) => ada.transport.files.chunk(file.id, n);
/** From now on the server gives these bytes in the place of a chunk. */
const give = (file: FileView, n: number, bytes: Uint8Array) =>
  server.answer(chunkPath(file.id, n), () => new Response(new Uint8Array(bytes)));

test('an honest server: both versions are fetched as they were sent', async () => {
  for (const [file, seed] of [
    [first, 1],
    [second, 2],
  ] as const) {
    const { given, ended } = await fetched(file);
    expect([ended, equalBytes(given, await contents(seed))]).toEqual(['whole', true]);
  }
  expect(second).toMatchObject({ series: first.id, version: 2 });
});

test('chunks swapped, cut off, made longer, flipped, of another file, or none: no byte of them is given [R33]', async () => {
  const [zero, one, last, other] = [
    await chunk(second, 0),
    await chunk(second, 1),
    await chunk(second, 2),
    await chunk(first, 1),
  ];
  const lies = {
    swapped: zero,
    'cut off': one.subarray(0, -1),
    'made longer': concat(one, new Uint8Array(1)),
    'longer than anything': new Uint8Array(5 * CHUNK_BYTES),
    flipped: one.with(77, (one[77] ?? 0) ^ 1),
    'of the version before': other,
    'the last one early': last,
    nothing: new Uint8Array(),
    'a page': new TextEncoder().encode('<h1>Not found</h1>'),
  };
  for (const [lie, bytes] of Object.entries(lies)) {
    server.behave();
    give(second, 1, bytes);
    const { given, ended } = await fetched(second);
    const truth = (await contents(2)).subarray(0, CHUNK_BYTES);
    expect([lie, ended, equalBytes(given, truth)]).toEqual([lie, 'damaged', true]);
  }
}, 60_000);

test('an older version in the place of the newer one, with its hashes and all: refused [R33]', async () => {
  const hashes = await ada.transport.files.hashes(first.id);
  server.answer(fileHashesPath(second.id), () => new Response(new Uint8Array(hashes)));
  for (const n of [0, 1, 2]) give(second, n, await chunk(first, n));
  await ben.close();
  await ben.open();
  const { given, ended } = await fetched(second);
  expect([given.length, ended]).toEqual([0, 'damaged']);
});

test('hashes of what the server gives instead: refused before anything is fetched [R33]', async () => {
  const forged = crypto.getRandomValues(new Uint8Array(CHUNK_BYTES + 16).subarray(0, 1000));
  const fake = concat(forged, new Uint8Array(CHUNK_BYTES + 16 - 1000));
  const honest = await ada.transport.files.hashes(second.id);
  await ben.close();
  await ben.open();
  for (const lie of [
    concat(sha256(fake), honest.subarray(32)),
    concat(honest.subarray(32, 64), honest.subarray(0, 32), honest.subarray(64)),
    honest.subarray(0, 64),
    concat(honest, honest.subarray(0, 32)),
    new Uint8Array(),
  ]) {
    server.behave();
    server.answer(fileHashesPath(second.id), () => new Response(new Uint8Array(lie)));
    give(second, 0, fake);
    const asked = server.asked('ben', chunkPath(second.id, 0)).length;
    const { given, ended } = await fetched(second);
    expect([given.length, ended]).toEqual([0, 'damaged']);
    expect(server.asked('ben', chunkPath(second.id, 0)).length).toBe(asked);
  }
});

test('another size at the server changes nothing: the size is the message’s', async () => {
  server.json<FileRecord>(filePath(second.id), (record) => ({ ...record, size: 3, missing: [] }));
  const { given, ended } = await fetched(second);
  expect([ended, equalBytes(given, await contents(2))]).toEqual(['whole', true]);
});

/** Of a run: all are as long as a chunk is, but for the last. */
function chunksIn(run: Uint8Array): Uint8Array[] {
  const size = CHUNK_BYTES + CHUNK_OVERHEAD_BYTES;
  return Array.from({ length: Math.ceil(run.length / size) }, (_, n) =>
    run.subarray(n * size, (n + 1) * size),
  );
}

test('a server that says it has what was never sent: not said, and no chunk is sealed twice into other bytes [R28]', async () => {
  const files = await ada.engine.files();
  server.json<FileRecord>(PATHS.files, (record) => ({ ...record, completedAt: 1, missing: [] }));
  const pending = await files.send(id, { text: 'never there', files: [named('a', SIZE, 5)] });
  await expect(files.sent(pending.id)).rejects.toThrow('not all of it was sent');
  expect(await ada.texts(id)).not.toContain('never there');
  await files.cancel(pending.id);
  // And one that asks for every chunk again and again, and for some that there are not.
  server.behave();
  server.answer(/^\/api\/v1\/files(\/[0-9a-f]{32})?$/, (text, { method }) =>
    method === 'DELETE' ? text : JSON.stringify({ ...JSON.parse(text), missing: [0, 1, 2, 2, -1, 9, 1e9] }),
  );
  const again = await files.send(id, { text: 'asked for again', files: [named('b', SIZE, 6)] });
  expect((await files.sent(again.id))?.files[0]?.size).toBe(SIZE);
  const sent = new Map<string, string>();
  for (const { path, method, sent: bytes } of server.seen) {
    if (method !== 'PUT' || !path.includes('/chunks/')) continue;
    const [file = '', first = ''] = path.split('/chunks/');
    for (const [n, chunk] of chunksIn(bytes).entries()) {
      const place = `${file} ${Number(first) + n}`;
      const hash = sha256(chunk).toHex();
      expect(sent.get(place) ?? hash).toBe(hash);
      sent.set(place, hash);
    }
  }
  expect(sent.size).toBeGreaterThanOrEqual(9);
}, 30_000);

test('answers that are none: the message waits, and goes when the server speaks again', async () => {
  const files = await ada.engine.files();
  const garbage = ['', '[]', '{"id":7}', '<html>', 'null', '{"missing":"all"}'];
  server.answer(/^\/api\/v1\/files(\/|$)/, (text, { method }) =>
    method === 'POST' ? (garbage.shift() ?? text) : text,
  );
  const pending = await files.send(id, { text: 'through garbage', files: [named('c', 5, 7)] });
  const sent = files.sent(pending.id);
  await ada.until(async () => {
    ada.time.pass(PAUSE_MS);
    return garbage.length === 0;
  }, 'the end of it');
  await ada.until(async () => {
    ada.time.pass(PAUSE_MS);
    return (await files.pending()).length === 0;
  }, 'its message said');
  expect((await sent)?.text).toBe('through garbage');
}, 30_000);

test('a member who was removed: refused by an honest server, and given nothing to open by one that is not [R1, R33]', async () => {
  const eve = await Client.register(server, 'eve');
  const { id: group } = await ada.engine.createGroup({ name: 'Harbour', people: [ben.account, eve.account] });
  await settle(server, ada, ben, eve);
  const files = await ada.engine.files();
  const say = async (text: string, seed: number): Promise<FileView> => {
    const pending = await files.send(group, { text, files: [named(text, SIZE, seed)] });
    const [file] = (await files.sent(pending.id))?.files ?? [];
    await ada.engine.flush();
    if (file === undefined) throw new Error('no file');
    return file;
  };
  const before = await say('before', 8);
  await eve.hears(group, 'before');
  expect(equalBytes(await readAll((await eve.engine.files()).open(before)), await contents(8))).toBeTrue();
  await ada.engine.removePerson(group, eve.account);
  const after = await say('after', 9);
  await ben.hears(group, 'after');
  for (const file of [before, after])
    await expect(eve.transport.files.chunk(file.id, 0)).rejects.toMatchObject({ status: 404 });
  // The server gives her everything that it has; the key stands in a message that was never sealed for her.
  for (const n of [0, 1, 2]) give(after, n, await chunk(after, n));
  await eve.reconnect();
  expect((await eve.transport.files.chunk(after.id, 0)).length).toBe(CHUNK_BYTES + 16);
  expect(await eve.texts(group)).not.toContain('after');
  expect(eve.state('history', 'files', 'inbox')).not.toContain(after.key.toHex());
  expect((await (await eve.engine.files()).list()).map(({ file }) => file.id)).not.toContain(after.id);
  await eve.close();
}, 30_000);

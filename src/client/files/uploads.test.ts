/** Files on their way: cut off, gone on with, called off, refused; and what never leaves twice. */
import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { CHUNK_BYTES, PARALLEL_CHUNKS } from '../../contract/files.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { RELAY_RETENTION_MS } from '../../contract/limits.ts';
import { MemoryStorage } from '../memory-storage.ts';
import { TransportRefused } from '../ports.ts';
import { memorySource, named } from '../testing/file-bytes.ts';
import { lost } from '../testing/relay.ts';
import { type Client, type MadePerson, World } from '../testing/world.ts';
import type { FileSource } from './ports.ts';
import type { Files, PendingMessage } from './types.ts';

const MIB = CHUNK_BYTES;
let cast: { mina: MadePerson; jonas: MadePerson };
let world: World;
let person: MadePerson;
let mina: Client;
let files: Files;
let id: ConversationId;

beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 1), jonas: await made.makePerson('jonas', 1) };
}, 60_000);
beforeEach(async () => {
  world = new World();
  person = world.enter(cast.mina);
  world.enter(cast.jonas);
  mina = await world.open(person, 0);
  id = (await mina.engine.direct(cast.jonas.account)).id;
  files = await mina.engine.files();
});
afterEach(() => world.close());

const said = async () =>
  (await mina.engine.messages(id, { limit: 100 }))
    .filter(({ kind }) => kind === 'text')
    .map(({ text }) => text);
const only = async (): Promise<PendingMessage> => {
  const [first] = await files.pending();
  if (first === undefined) throw new Error('nothing is on its way');
  return first;
};
/** Fails calls about files from the n-th on, until the function that it gives is called. */
function failFrom(n: number, error: () => Error): () => void {
  let count = 0;
  world.relay.knobs.request = (call) => {
    if (call === 'files' && ++count >= n) throw error();
  };
  return () => {
    world.relay.knobs.request = () => {};
  };
}
const noNonceTwice = () =>
  expect([...world.relay.files.attempts.values()].filter(({ size }) => size > 1)).toEqual([]);
/** Closes the device and opens it again on the same disk. */
async function reopen(sourceOf?: (hint: string) => Promise<FileSource | null>): Promise<void> {
  await world.close();
  const [made] = person.devices;
  if (made === undefined) throw new Error('no device');
  mina = await world.open(person, 0, {
    storage: new MemoryStorage(made.disk),
    ...(sourceOf === undefined ? {} : { ports: { sourceOf } }),
  });
  files = await mina.engine.files();
}

test('a message is said when its files are there, and texts do not wait for it', async () => {
  const again = failFrom(3, lost);
  const pending = await files.send(id, { text: 'with a file', files: [named('a', 3 * MIB)] });
  await mina.engine.send(id, 'a text');
  await world.settle();
  expect(await said()).toEqual(['a text']);
  const [upload] = (await only()).files;
  expect(upload).toMatchObject({ state: 'waiting', name: 'a', size: 3 * MIB });
  expect(upload?.reason).toContain('goes on by itself');
  again();
  await world.advance(60_000);
  expect(await said()).toEqual(['a text', 'with a file']);
  expect((await files.sent(pending.id))?.text).toBe('with a file');
  expect(await files.pending()).toEqual([]);
  noNonceTwice();
});

test('at most so many chunks are in memory at a time, and two files', async () => {
  let running = 0;
  let most = 0;
  const counted = (size: number): FileSource => {
    const source = memorySource(size, 1);
    return {
      size,
      read: async (from, to) => {
        most = Math.max(most, ++running);
        return source.read(from, to);
      },
    };
  };
  world.relay.knobs.answer = (call) => {
    if (call === 'files' && running > 0) running--;
  };
  await files.send(id, {
    text: '',
    files: [1, 2, 3].map((n) => ({ ...named(`${n}`, 0), source: counted(9 * MIB) })),
  });
  await world.settle();
  expect(await said()).toEqual(['']);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(2 * 2 * PARALLEL_CHUNKS);
});

test('after a restart it goes on where it was, and reads only what the server has not', async () => {
  failFrom(6, lost);
  await files.send(id, { text: 'hinted', files: [named('a', 8 * MIB, 3, { hint: 'disk' })] });
  await world.settle();
  world.relay.knobs.request = () => {};
  const before = [...world.relay.files.kept.values()][0]?.chunks.size ?? 0;
  expect(before).toBeGreaterThan(0);
  await reopen(async (hint) => (hint === 'disk' ? memorySource(8 * MIB, 3) : null));
  await world.settle();
  expect(await said()).toEqual(['hinted']);
  noNonceTwice();
});

test('another file in its place is refused in a sentence, and nothing of it leaves', async () => {
  failFrom(6, lost);
  await files.send(id, { text: 'hinted', files: [named('a', 8 * MIB, 3, { hint: 'disk' })] });
  await world.settle();
  world.relay.knobs.request = () => {};
  await reopen(async () => memorySource(8 * MIB, 4));
  await world.settle();
  const [upload] = (await only()).files;
  expect(upload?.state).toBe('lost');
  expect(upload?.reason).toStartWith('This is not the file that was being sent');
  noNonceTwice();
  // The right one again.
  if (upload === undefined) throw new Error('no upload');
  await files.retry(upload.id, memorySource(8 * MIB, 3));
  await world.settle();
  expect(await said()).toEqual(['hinted']);
  noNonceTwice();
});

test('without a source it is lost, says so to who waits, and goes on when the file is chosen again', async () => {
  failFrom(6, lost);
  await files.send(id, { text: 'picked', files: [named('a', 8 * MIB, 3)] });
  await world.settle();
  world.relay.knobs.request = () => {};
  await reopen();
  const pending = await only();
  await expect(files.sent(pending.id)).rejects.toThrow('choose it again');
  const [upload] = (await only()).files;
  expect(upload?.state).toBe('lost');
  if (upload === undefined) throw new Error('no upload');
  await expect(files.retry(upload.id, memorySource(8 * MIB + 1, 3))).rejects.toThrow(
    'its size is another one',
  );
  await files.retry(upload.id, memorySource(8 * MIB, 3));
  expect((await files.sent(pending.id))?.text).toBe('picked');
  noNonceTwice();
});

test('what the server refuses is said in its words, and can be tried again', async () => {
  const full = () =>
    new TransportRefused(413, { error: 'TooLarge', message: 'You have used 5 of 5 GB: delete files first.' });
  const again = failFrom(1, full);
  const pending = await files.send(id, { text: 'large', files: [named('a', MIB)] });
  await expect(files.sent(pending.id)).rejects.toThrow('You have used 5 of 5 GB');
  const [upload] = (await only()).files;
  expect(upload).toMatchObject({ state: 'failed', reason: 'You have used 5 of 5 GB: delete files first.' });
  const calls = world.relay.calls.files;
  await world.advance(3600_000);
  expect(world.relay.calls.files).toBe(calls ?? 0);
  again();
  if (upload === undefined) throw new Error('no upload');
  await files.retry(upload.id);
  expect((await files.sent(pending.id))?.text).toBe('large');
});

test('a server that wants patience is given it', async () => {
  const patience = () =>
    new TransportRefused(429, { error: 'RateLimitExceeded', message: 'Slowly.', retry_after: 30 });
  const again = failFrom(3, patience);
  await files.send(id, { text: 'patient', files: [named('a', 3 * MIB)] });
  await world.settle();
  const calls = world.relay.calls.files ?? 0;
  await world.advance(29_000);
  expect(world.relay.calls.files).toBe(calls);
  again();
  await world.advance(3_000);
  expect(await said()).toEqual(['patient']);
});

test('an upload that the server has forgotten is begun anew, with the same bytes', async () => {
  const again = failFrom(5, lost);
  await files.send(id, { text: 'forgotten', files: [named('a', 6 * MIB)] });
  await world.settle();
  world.relay.files.kept.clear();
  again();
  await world.advance(60_000);
  expect(await said()).toEqual(['forgotten']);
  noNonceTwice();
});

test('cancelled, one file and then all of it: nothing is said, and the server forgets it, later if it must', async () => {
  const again = failFrom(4, lost);
  const pending = await files.send(id, { text: 'no', files: [named('a', 3 * MIB), named('b', 2 * MIB)] });
  await world.settle();
  const [a] = pending.files;
  if (a === undefined) throw new Error('no upload');
  await files.cancel(a.id);
  expect((await only()).files.map(({ name }) => name)).toEqual(['b']);
  await files.cancel(pending.id);
  expect(await files.pending()).toEqual([]);
  expect(await files.sent(pending.id)).toBeNull();
  await world.settle();
  expect(world.relay.files.kept.size).toBeGreaterThan(0);
  again();
  await world.advance(120_000);
  expect(world.relay.files.kept.size).toBe(0);
  expect(await said()).toEqual([]);
  expect(await mina.storage.list('files', { prefix: '' })).toHaveLength(1);
});

test('the last file of a message that was called off lets the others be said', async () => {
  const again = failFrom(1, lost);
  const pending = await files.send(id, { text: 'one of two', files: [named('a', 3), named('b', 2)] });
  await world.settle();
  again();
  const [a] = pending.files;
  if (a === undefined) throw new Error('no upload');
  await files.cancel(a.id);
  expect((await files.sent(pending.id))?.files.map(({ name }) => name)).toEqual(['b']);
});

test('in a conversation whose messages disappear, the server deletes the file after the last of them', async () => {
  await mina.engine.setTimer(id, 3600);
  const wished = world.time.now + 1000;
  const pending = await files.send(id, {
    text: '',
    files: [named('a', 3), named('b', 3, 1, { expiresAt: wished })],
  });
  const message = await files.sent(pending.id);
  const over = [...world.relay.files.kept.values()].map(({ expiresAt }) => expiresAt);
  expect(over).toEqual([world.time.now + 3600_000 + RELAY_RETENTION_MS, wished]);
  expect(message?.files.map(({ expiresAt }) => expiresAt)).toEqual(over);
});

test('what may not be sent is refused in a sentence', async () => {
  const send = (some: Parameters<Files['send']>[1]) => files.send(id, some);
  await expect(send({ text: 'x', files: [] })).rejects.toThrow('choose a file first');
  const many = Array.from({ length: 11 }, (_, n) => named(`${n}`, 1));
  await expect(send({ text: '', files: many })).rejects.toThrow('10 files at most');
  const large = {
    ...named('film.mov', 1),
    source: { size: 2 ** 31 + 1, read: async () => new Uint8Array() },
  };
  await expect(send({ text: '', files: [large] })).rejects.toThrow('“film.mov” is larger than 2 GiB');
  await expect(send({ text: 'x'.repeat(70_000), files: [named('a', 1)] })).rejects.toThrow('63 KiB');
  expect(await files.pending()).toEqual([]);
});

test('ten files with the largest previews fit into one message: some go without', async () => {
  const preview = { type: 'image/png', bytes: new Uint8Array(24 * 1024).fill(1) };
  const pending = await files.send(id, {
    text: 'x'.repeat(20_000),
    files: Array.from({ length: 10 }, (_, n) => named(`${n}`.repeat(250), n, n, { preview })),
  });
  const message = await files.sent(pending.id);
  await world.settle();
  expect(message?.files.filter(({ preview }) => preview !== null)).toHaveLength(1);
  expect((await mina.engine.message(message?.id ?? expect.unreachable()))?.status).toBe('Sent');
});

test('a file is the first thing in notes to oneself that the server has not heard of', async () => {
  let isAway = true;
  world.relay.knobs.request = (call) => {
    if (isAway && call === 'createConversation') throw lost();
  };
  const notes = await mina.engine.direct(person.account);
  expect(world.relay.conversations.has(notes.id)).toBe(false);
  isAway = false;
  const pending = await files.send(notes.id, { text: '', files: [named('a', 3)] });
  await world.advance(60_000);
  expect(await files.pending(notes.id)).toEqual([]);
  expect((await files.sent(pending.id))?.conversation).toBe(notes.id);
});

async function waitFor(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

test('a file that is called off while it waits for its turn is never begun', async () => {
  const gate = Promise.withResolvers<void>();
  const held = (name: string) => {
    const file = named(name, 3);
    const read = (from: number, to: number) => gate.promise.then(() => file.source.read(from, to));
    return { ...file, source: { ...file.source, size: 3, read } };
  };
  const first = await files.send(id, { text: '', files: [held('a'), held('b')] });
  const last = await files.send(id, { text: '', files: [named('c', 3)] });
  await waitFor(() => world.relay.files.kept.size === 2);
  const begun: string[] = [];
  const { set } = world.relay.files.kept;
  world.relay.files.kept.set = (key, value) => {
    begun.push(key);
    return set.call(world.relay.files.kept, key, value);
  };
  await files.cancel(last.id);
  gate.resolve();
  expect((await files.sent(first.id))?.files).toHaveLength(2);
  await world.advance(60_000);
  expect(begun).toEqual([]);
  expect(await files.pending()).toEqual([]);
});

test('what was kept and cannot be read stands in the way of nothing else', async () => {
  const again = failFrom(1, lost);
  const pending = await files.send(id, { text: 'whole', files: [named('a', 10)] });
  await world.settle();
  await world.close();
  const [made] = person.devices;
  if (made === undefined) throw new Error('no device');
  for (const [key, value] of [
    ['p/0', 'no JSON'],
    ['p/1', '{"id":"1"}'],
  ] as const)
    made.disk.store('files').set(key, new TextEncoder().encode(value));
  await reopen(async () => memorySource(10, 1));
  expect((await files.pending()).map((each) => each.id)).toEqual([pending.id]);
  await files.cancel(pending.id);
  again();
  expect(await files.pending()).toEqual([]);
});

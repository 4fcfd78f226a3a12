/** Reading files that a server holds: ranges, a server that gives something else, and one that is away. */
import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { CHUNK_BYTES, PARALLEL_CHUNKS } from '../../contract/files.ts';
import { concat } from '../../protocol/codec.ts';
import { equalBytes, sha256 } from '../../protocol/hash.ts';
import { memorySource, named, readAll } from '../testing/file-bytes.ts';
import { lost } from '../testing/relay.ts';
import { type Client, type MadePerson, World } from '../testing/world.ts';
import { downloadFile } from './download.ts';
import type { Wait } from './patience.ts';
import { FileProblem, type OpenFile } from './types.ts';
import type { FileView } from './view.ts';

const MIB = CHUNK_BYTES;
const SIZE = 5 * MIB + 100;
let cast: { mina: MadePerson; jonas: MadePerson };
let world: World;
let jonas: Client;
let file: OpenFile;
let whole: Uint8Array;
let open: (of: FileView) => OpenFile;
/** Delays that a download waited. */
const waits: number[] = [];
const wait: Wait = async (delay) => void waits.push(delay);

beforeAll(async () => {
  const made = new World();
  cast = { mina: await made.makePerson('mina', 1), jonas: await made.makePerson('jonas', 1) };
  whole = await memorySource(SIZE, 2).read(0, SIZE);
}, 60_000);
beforeEach(async () => {
  waits.length = 0;
  world = new World();
  const mina = await world.open(world.enter(cast.mina), 0);
  jonas = await world.open(world.enter(cast.jonas), 0);
  const { id } = await mina.engine.direct(jonas.account);
  const files = await mina.engine.files();
  const source = { size: SIZE, read: async (from: number, to: number) => whole.slice(from, to) };
  const pending = await files.send(id, { text: '', files: [{ ...named('a', 0), source }] });
  await files.sent(pending.id);
  await world.settle();
  const [message] = await jonas.engine.messages(id, { limit: 1 });
  const view = message?.files[0];
  if (view === undefined) throw new Error('no file came');
  const transport = jonas.line.transport().files;
  const hashes = new Map<string, readonly Uint8Array[]>();
  const tools = { transport, provider: world.crypto.provider, clock: world.time.clock, wait, hashes };
  open = (of) => ({
    file: of,
    read: (from = 0, to = SIZE, watch = {}) => downloadFile(tools, of, from, to, watch),
  });
  file = open(view);
});
afterEach(() => world.close());

/** What was given before a read ended, and what ended it. */
async function readUntil(from?: number): Promise<{ given: number; problem: unknown }> {
  let given = 0;
  try {
    for await (const part of file.read(from)) given += part.length;
    return { given, problem: null };
  } catch (problem) {
    return { given, problem };
  }
}
const kindOf = (problem: unknown) => (problem instanceof FileProblem ? problem.kind : problem);

test('any range, and what lies outside of it is not fetched', async () => {
  for (const [from, to] of [
    [0, 1],
    [MIB - 1, MIB + 1],
    [MIB, 2 * MIB],
    [4 * MIB + 7, SIZE],
    [SIZE - 1, SIZE + 5],
    [SIZE, SIZE],
    [10, 10],
  ] as const)
    expect(equalBytes(await readAll(file, from, to), whole.subarray(from, Math.min(to, SIZE)))).toBeTrue();
  const calls = world.relay.calls.files ?? 0;
  await readAll(file, 3 * MIB + 5, 3 * MIB + 6);
  expect(world.relay.calls.files).toBe(calls + 1);
});

test('a few chunks are fetched ahead, and none after the reader has gone', async () => {
  const before = world.relay.calls.files ?? 0;
  for await (const part of file.read()) {
    expect(part.length).toBe(MIB);
    break;
  }
  expect((world.relay.calls.files ?? 0) - before).toBeLessThanOrEqual(2 + PARALLEL_CHUNKS);
});

test('how far it is is said at most ten times a second, and at the end', async () => {
  const told: number[] = [];
  for await (const _ of file.read(0, SIZE, { progress: (done) => told.push(done) }));
  expect(told).toEqual([MIB, SIZE]);
});

test('a chunk that is another one is asked for once more', async () => {
  let bad = 1;
  world.relay.files.knobs.chunk = (_, n, sealed) =>
    n === 2 && bad-- > 0 ? sealed.map((byte) => byte ^ 1) : sealed;
  expect(equalBytes(await readAll(file), whole)).toBeTrue();
});

test('one that stays another one ends it before any byte of it, and of what follows, is given [R33]', async () => {
  const kept = [...world.relay.files.kept.values()][0]?.chunks;
  const at = (n: number) => kept?.get(n) ?? new Uint8Array();
  const lies: ((sealed: Uint8Array) => Uint8Array)[] = [
    (sealed) => sealed.with(sealed.length - 1, (sealed.at(-1) ?? 0) ^ 1),
    (sealed) => sealed.subarray(0, -1),
    (sealed) => concat(sealed, new Uint8Array(1)),
    () => new Uint8Array(),
    () => at(3),
  ];
  for (const lie of lies) {
    world.relay.files.knobs.chunk = (_, n, sealed) => (n === 2 ? lie(sealed) : sealed);
    const { given, problem } = await readUntil();
    expect([given, kindOf(problem)]).toEqual([2 * MIB, 'damaged']);
  }
});

test('hashes that are not those of the message end it before anything is fetched [R33]', async () => {
  const forged = new Uint8Array(MIB + 16);
  world.relay.files.knobs.chunk = (_, n, sealed) => (n === 0 ? forged : sealed);
  world.relay.files.knobs.hashes = (_, hashes) => {
    const lied = hashes.slice();
    lied.set(sha256(forged));
    return lied;
  };
  const calls = world.relay.calls.files ?? 0;
  const { given, problem } = await readUntil();
  expect([given, kindOf(problem)]).toEqual([0, 'damaged']);
  expect(world.relay.calls.files).toBe(calls + 1);
});

test('another manifest of the same file is verified for itself, whatever was read before [R22, R33]', async () => {
  await readAll(file);
  const { key, root, commitment } = file.file;
  const flip = (bytes: Uint8Array) => bytes.with(0, (bytes[0] ?? 0) ^ 1);
  for (const other of [
    { key: flip(key) },
    { root: flip(root) },
    { commitment: flip(commitment) },
    { size: SIZE - 1 },
  ]) {
    const end = readAll(open({ ...file.file, ...other }), SIZE - 10);
    await expect(end).rejects.toMatchObject({ kind: 'damaged' });
  }
  expect((await readAll(file, 0, 1)).length).toBe(1);
});

test('a server that is away for a moment is waited for, and a read goes on where it was cut off', async () => {
  let fails = 2;
  world.relay.knobs.request = (call) => {
    if (call === 'files' && fails-- > 0) throw lost();
  };
  expect(equalBytes(await readAll(file), whole)).toBeTrue();
  expect(waits).toEqual([500, 1000]);
  world.relay.files.knobs.chunk = (_, n, sealed) => {
    if (n === 4) throw lost();
    return sealed;
  };
  const { given, problem } = await readUntil();
  expect([given, kindOf(problem)]).toEqual([4 * MIB, 'away']);
  world.relay.files.knobs.chunk = (_id, _n, sealed) => sealed;
  expect(equalBytes(await readAll(file, given), whole.subarray(given))).toBeTrue();
});

test('a file that is gone, or not for oneself, says so', async () => {
  world.relay.files.kept.clear();
  const { given, problem } = await readUntil();
  expect([given, kindOf(problem)]).toEqual([0, 'gone']);
});

test('called off, it ends with AbortError', async () => {
  const stop = new AbortController();
  const reading = (async () => {
    for await (const _ of file.read(0, SIZE, { signal: stop.signal })) stop.abort();
  })();
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
});

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { u64be } from './codec.ts';
import {
  checkedHashes,
  FILE_CHUNK_BYTES,
  FILE_CHUNK_OVERHEAD,
  fileChunkLength,
  fileChunks,
  fileCommitment,
  fileRoot,
  openFileChunk,
  sealFileChunk,
} from './file.ts';
import { kdf, sha256 } from './hash.ts';
import { noble } from './noble.ts';

const tools = { provider: noble };
const bytes = (length: number, from: number) => Uint8Array.from({ length }, (_, i) => (from + i * 7) % 256);
const secret = { key: bytes(32, 1), id: bytes(16, 2) };
/** A chunk as it stands in a file of this size. */
const plain = (size: number, index: number) => bytes(fileChunkLength(size, index), index);
const seal = (size: number, index: number, of = secret) =>
  sealFileChunk(tools, of, { size, index }, plain(size, index));
const refusal = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );

const KIB = 1024;
/** Two whole chunks and a part of one. */
const SIZE = 2 * FILE_CHUNK_BYTES + 3 * KIB;

test('chunks of files around the border: one more than a whole chunk is two', () => {
  const sizes = [0, 1, FILE_CHUNK_BYTES - 1, FILE_CHUNK_BYTES, FILE_CHUNK_BYTES + 1, 2 * FILE_CHUNK_BYTES];
  expect(sizes.map(fileChunks)).toEqual([1, 1, 1, 1, 2, 2]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (size) => {
      const chunks = fileChunks(size);
      expect((chunks - 1) * FILE_CHUNK_BYTES + fileChunkLength(size, chunks - 1)).toBe(size);
      expect(fileChunkLength(size, chunks)).toBe(0);
    }),
  );
});

test('a chunk is sealed as the specification says', async () => {
  const index = 2;
  const key = kdf({
    ikm: secret.key,
    salt: new Uint8Array(),
    label: 'chunk',
    context: u64be(index),
    length: 32,
  });
  const nonce = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, index, 1);
  const place = Uint8Array.of(...secret.id, ...u64be(index), 1);
  expect(await seal(SIZE, index)).toEqual(await noble.aesGcmSeal(key, nonce, plain(SIZE, index), place));
});

test('every chunk opens in its place, an empty file too', async () => {
  for (const size of [0, 1, 5 * KIB])
    expect(await openFileChunk(tools, secret, { size, index: 0 }, await seal(size, 0))).toEqual(
      plain(size, 0),
    );
  const last = await seal(SIZE, 2);
  expect(last.length).toBe(3 * KIB + FILE_CHUNK_OVERHEAD);
  expect(await openFileChunk(tools, secret, { size: SIZE, index: 2 }, last)).toEqual(plain(SIZE, 2));
});

test('a chunk of another length is not sealed', async () => {
  expect(await refusal(sealFileChunk(tools, secret, { size: 5, index: 0 }, bytes(4, 0)))).toBe('E_FORMAT');
  expect(await refusal(sealFileChunk(tools, secret, { size: 5, index: 1 }, bytes(5, 0)))).toBe('E_FORMAT');
});

describe('whatever is not this chunk of this file does not open [R33]', () => {
  const open = (sealed: Uint8Array, place: { size: number; index: number }, of = secret) =>
    refusal(openFileChunk(tools, of, place, sealed));

  test('swapped or moved: any chunk at any other place', async () => {
    const whole = 2 * FILE_CHUNK_BYTES;
    const first = await seal(whole, 0);
    expect(await open(first, { size: whole, index: 1 })).toBe('E_AUTH');
    expect(await open(await seal(whole, 1), { size: whole, index: 0 })).toBe('E_AUTH');
  });

  test('truncated: the file ends earlier, or later, than it was said', async () => {
    // The same lengths, and only the mark of the last chunk is another one.
    const longer = 3 * FILE_CHUNK_BYTES;
    expect(await open(await seal(longer, 1), { size: 2 * FILE_CHUNK_BYTES, index: 1 })).toBe('E_AUTH');
    expect(await open(await seal(2 * FILE_CHUNK_BYTES, 1), { size: longer, index: 1 })).toBe('E_AUTH');
  });

  test('chunks before the first and after the last', async () => {
    const sealed = await seal(5, 0);
    expect(await open(sealed, { size: 5, index: 1 })).toBe('E_AUTH');
    expect(await open(sealed, { size: 5, index: -1 })).toBe('E_AUTH');
  });

  test('cut short, made longer, or with any bit flipped', async () => {
    const size = 100;
    const sealed = await seal(size, 0);
    expect(await open(sealed.subarray(0, -1), { size, index: 0 })).toBe('E_AUTH');
    expect(await open(sealed.subarray(0, -1), { size: size - 1, index: 0 })).toBe('E_AUTH');
    expect(await open(Uint8Array.of(...sealed, 0), { size, index: 0 })).toBe('E_AUTH');
    expect(await open(Uint8Array.of(...sealed, 0), { size: size + 1, index: 0 })).toBe('E_AUTH');
    expect(await open(new Uint8Array(), { size: 0, index: 0 })).toBe('E_AUTH');
    for (let at = 0; at < sealed.length * 8; at++) {
      const flipped = sealed.slice();
      flipped[at >> 3] = (flipped[at >> 3] ?? 0) ^ (1 << (at & 7));
      expect(await open(flipped, { size, index: 0 })).toBe('E_AUTH');
    }
  });

  test('of another file under the same key, or under another key', async () => {
    const sealed = await seal(100, 0);
    expect(await open(sealed, { size: 100, index: 0 }, { ...secret, id: bytes(16, 3) })).toBe('E_AUTH');
    expect(await open(sealed, { size: 100, index: 0 }, { ...secret, key: bytes(32, 4) })).toBe('E_AUTH');
  });
});

describe('the hashes that a server lists', () => {
  const hashes = [bytes(32, 1), bytes(32, 2), bytes(32, 3)];
  const file = { ...secret, size: SIZE, root: fileRoot(hashes), commitment: fileCommitment(secret) };
  const listed = (some: readonly Uint8Array[]) => Uint8Array.from(some.flatMap((each) => [...each]));
  const check = (some: readonly Uint8Array[], of = file) =>
    refusal((async () => checkedHashes(of, listed(some)))());
  const [a = bytes(0, 0), b = bytes(0, 0), c = bytes(0, 0)] = hashes;

  test('are those that were sent', () => {
    expect(checkedHashes(file, listed(hashes))).toEqual(hashes);
    expect(fileRoot([sha256(bytes(9, 9))])).not.toEqual(sha256(bytes(9, 9)));
  });

  test('in another order, fewer, more, doubled, or with any bit flipped: refused [R33]', async () => {
    for (const wrong of [[b, a, c], [a, c, b], [a, b], [], [a, b, c, c], [a, b, b], [a, a, b]])
      expect(await check(wrong)).toBe('E_AUTH');
    for (let at = 0; at < 96; at++) {
      const flipped = listed(hashes);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(await refusal((async () => checkedHashes(file, flipped))())).toBe('E_AUTH');
    }
  });

  test('of a file of another number of chunks: an inner node stands for no leaf [R33]', async () => {
    const inner = fileRoot([a, b]);
    expect(await check([inner, c], { ...file, size: FILE_CHUNK_BYTES + 1 })).toBe('E_AUTH');
    expect(await check(hashes, { ...file, size: SIZE + FILE_CHUNK_BYTES })).toBe('E_AUTH');
  });

  test('under a key that was not committed to: refused, whoever chose it [R22]', async () => {
    expect(await check(hashes, { ...file, key: bytes(32, 8) })).toBe('E_AUTH');
    expect(await check(hashes, { ...file, id: bytes(16, 8) })).toBe('E_AUTH');
    expect(await check(hashes, { ...file, commitment: bytes(32, 8) })).toBe('E_AUTH');
  });
});

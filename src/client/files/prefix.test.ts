import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { fromHex } from '../../contract/bytes.ts';
import { chunksOf, fileId } from '../../contract/files.ts';
import { runtime } from '../../native/runtime.ts';
import { fileCommitment, fileRoot, sealFileChunk } from '../../protocol/file.ts';
import { sha256 } from '../../protocol/hash.ts';
import { memorySource } from '../testing/file-bytes.ts';
import { verifiedPrefix } from './prefix.ts';
import type { FileView } from './view.ts';

const MIB = 1024 * 1024;
const never = new AbortController().signal;
const wait = async () => {
  throw new Error('nothing is waited for here');
};

/** A file of these bytes, and what a server lists of it. */
async function sealed(size: number) {
  const secret = { key: new Uint8Array(32).fill(7), id: new Uint8Array(16).fill(9) };
  const bytes = await memorySource(size, 3).read(0, size);
  const hashes: Uint8Array[] = [];
  for (let index = 0; index < chunksOf(size); index++) {
    const chunk = bytes.subarray(index * MIB, (index + 1) * MIB);
    hashes.push(sha256(await sealFileChunk({ provider: runtime }, secret, { size, index }, chunk)));
  }
  const file: FileView = {
    id: fileId(secret.id),
    key: secret.key,
    name: 'tide.bin',
    type: '',
    size,
    root: fileRoot(hashes),
    commitment: fileCommitment(secret),
    series: fileId(secret.id),
    version: 1,
    previewType: '',
    preview: null,
    width: null,
    height: null,
    duration: null,
    expiresAt: null,
  };
  const listed = new Uint8Array(hashes.flatMap((hash) => [...hash]));
  return { file, bytes, tools: { provider: runtime, wait, transport: { hashes: async () => listed } } };
}
const part = (bytes: Uint8Array) => ({
  size: bytes.length,
  read: async (from: number, to: number) => bytes.subarray(from, to),
});

test('of a part, whatever is wrong with it, just the chunks before are taken [R33]', async () => {
  const size = 2 * MIB + 17;
  const { file, bytes, tools } = await sealed(size);
  const whole = (length: number) => (length >= size ? size : Math.floor(length / MIB) * MIB);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: size + 5 }),
      fc.option(fc.integer({ min: 0, max: size - 1 })),
      async (length, bent) => {
        const here = new Uint8Array(length);
        here.set(bytes.subarray(0, length));
        const isBent = bent !== null && bent < length;
        if (isBent) here[bent] = (here[bent] ?? 0) ^ 1;
        const verified = await verifiedPrefix(tools, file, part(here), never);
        const good = isBent ? Math.min(whole(length), Math.floor(bent / MIB) * MIB) : whole(length);
        expect(verified).toBe(good);
      },
    ),
    { numRuns: 40 },
  );
});

test('a part of another file is none of this one', async () => {
  const { file, bytes, tools } = await sealed(MIB + 1);
  const other = { ...file, id: fileId(fromHex('1'.repeat(32))) };
  expect(verifiedPrefix(tools, other, part(bytes), never)).rejects.toThrow(/not the file that was sent/);
  const swapped = Uint8Array.from(bytes);
  swapped.set(await memorySource(MIB, 4).read(0, MIB));
  expect(await verifiedPrefix(tools, file, part(swapped), never)).toBe(0);
});

test('hashes that the server makes up are not believed', async () => {
  const { file, bytes, tools } = await sealed(MIB);
  const lying = { ...tools, transport: { hashes: async () => new Uint8Array(32) } };
  expect(verifiedPrefix(lying, file, part(bytes), never)).rejects.toThrow(/not the file that was sent/);
});

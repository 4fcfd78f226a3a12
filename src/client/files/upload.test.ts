/** The order in which chunks are sealed, kept and sent: nothing leaves before its hash is kept, each chunk leaves once. */
import { expect, test } from 'bun:test';
import { CHUNK_BYTES, fileId, MAX_RUN_CHUNKS } from '../../contract/files.ts';
import { runtime } from '../../native/runtime.ts';
import { memorySource } from '../testing/file-bytes.ts';
import { RunLength } from './run-length.ts';
import { sealedFrom } from './sealed-chunks.ts';
import { uploadFile } from './upload.ts';

const CHUNKS = 12 * MAX_RUN_CHUNKS + 1;
const job = {
  key: new Uint8Array(32).fill(1),
  id: new Uint8Array(16).fill(2),
  fileId: fileId(new Uint8Array(16).fill(2)),
  size: CHUNKS * CHUNK_BYTES - 5,
  known: [],
  sameSource: true,
};

test('a good line takes several chunks at a time, each once, and each after its hash was kept', async () => {
  const source = memorySource(job.size, 1);
  const kept = new Set<number>();
  const sent: number[] = [];
  const lengths: number[] = [];
  let inHand = 0;
  let most = 0;
  const sealed = sealedFrom({ provider: runtime }, job, source);
  const { root } = await uploadFile(
    {
      clock: () => 0,
      transport: {
        runs: new RunLength(),
        record: async () => ({ missing: Array.from({ length: CHUNKS }, (_, n) => n) }),
        putChunks: async (_id, first, bodies) => {
          for (const [i] of bodies.entries()) {
            expect(kept.has(first + i)).toBe(true);
            sent.push(first + i);
          }
          lengths.push(bodies.length);
          await Bun.sleep(1);
          inHand -= bodies.length;
        },
      },
    },
    job,
    {
      sealed: (n) => {
        most = Math.max(most, ++inHand);
        return sealed.sealed(n);
      },
    },
    {
      sealed: async (hashes) => {
        for (const n of hashes.keys()) kept.add(n);
      },
    },
  );
  expect(root.length).toBe(32);
  expect(sent.toSorted((a, b) => a - b)).toEqual(Array.from({ length: CHUNKS }, (_, n) => n));
  expect(Math.max(...lengths)).toBe(MAX_RUN_CHUNKS);
  expect(lengths[0]).toBe(1);
  expect(most).toBeLessThanOrEqual(6 * MAX_RUN_CHUNKS);
}, 30_000);

test('of what is missing, chunks that do not follow each other leave apart', async () => {
  const missing = [0, 3, 4, 9];
  const known = new Map<number, Uint8Array>();
  const chunks = sealedFrom({ provider: runtime }, job, memorySource(job.size, 1));
  for (let n = 0; n < CHUNKS; n++) known.set(n, new Uint8Array(32));
  for (const n of missing) known.set(n, (await chunks.sealed(n)).hash);
  const runs = new RunLength();
  for (let chunks = 1; chunks < MAX_RUN_CHUNKS; chunks *= 2) runs.answered(chunks, 1);
  const sent: string[] = [];
  await uploadFile(
    {
      clock: () => 0,
      transport: {
        runs,
        record: async () => ({ missing }),
        putChunks: async (_id, first, bodies) => {
          sent.push(`${first}+${bodies.length}`);
        },
      },
    },
    { ...job, known: [...known] },
    chunks,
    { sealed: async () => {} },
  );
  expect(sent.sort()).toEqual(['0+1', '3+2', '9+1']);
});

/** Copies the bytes of files, in the order of their keys; what is there with the same hash stays. */
import type { BlobKey, Blobs } from '../../blobs/blobs.ts';
import type { Db } from '../../store/db.ts';
import { type BlobProgress, type MovedHere, markHere } from '../../store/moves.ts';
import type { End } from './end.ts';

interface Chunk {
  readonly blob: BlobKey;
  readonly sha256: Uint8Array;
}

/** Chunks whose rows are read together, and after which is noted how far it is. */
const PAGE = 256;
/** Chunks on their way at a time: a mebibyte each. */
const TOGETHER = 8;

export interface BlobCopy {
  readonly from: End;
  readonly to: End;
  mark: MovedHere;
}

/** Goes on where it was cut off. @param told how many chunks were looked at now */
export async function copyBlobs(copy: BlobCopy, told: (chunks: number) => void): Promise<void> {
  const { from, to } = copy;
  if (from.blobPlace === to.blobPlace) return;
  const { blobs } = copy.mark;
  let after = blobs?.place === to.blobPlace ? blobs.after : '';
  for (let chunks = 0; ; ) {
    const page = await chunksAfter(from.db, after);
    const last = page.at(-1);
    if (last === undefined) return;
    const there = await keysBetween(to.blobs, after, last.blob);
    await together(page, (chunk) => carryOne(from.blobs, to.blobs, chunk, there.has(chunk.blob)));
    after = last.blob;
    await noteProgress(copy, { place: to.blobPlace, after });
    chunks += page.length;
    told(chunks);
  }
}

/** Several at a time; after one that fails none is begun, and those that are underway end first. */
async function together(chunks: readonly Chunk[], carry: (chunk: Chunk) => Promise<void>): Promise<void> {
  const waiting = chunks.values();
  let isStopped = false;
  const work = async () => {
    for (const chunk of waiting) {
      if (isStopped) return;
      await carry(chunk).catch((error: unknown) => {
        isStopped = true;
        throw error;
      });
    }
  };
  for (const result of await Promise.allSettled(Array.from({ length: TOGETHER }, work)))
    if (result.status === 'rejected') throw result.reason;
}

/** How many rows name bytes that are not there. */
export async function countMissing(db: Db, blobs: Blobs): Promise<number> {
  let missing = 0;
  for (let after = ''; ; ) {
    const page = await chunksAfter(db, after);
    const last = page.at(-1);
    if (last === undefined) return missing;
    const there = await keysBetween(blobs, after, last.blob);
    missing += page.filter(({ blob }) => !there.has(blob)).length;
    after = last.blob;
  }
}

export async function countChunks(db: Db): Promise<number> {
  const [row] = await db.read<{ n: number }>('SELECT COUNT(*) AS n FROM file_chunks');
  return row?.n ?? 0;
}

async function carryOne(from: Blobs, to: Blobs, { blob, sha256 }: Chunk, isThere: boolean): Promise<void> {
  if (isThere && isOf(await to.get(blob), sha256)) return;
  const bytes = await from.get(blob);
  // What is lost, or was damaged on the disk, is counted afterwards: others must not wait for it.
  if (bytes === null || !isOf(bytes, sha256)) return;
  // What a cut-off move has left half written stands in the way of what is put.
  if (isThere) await to.remove(blob);
  await to.put(blob, bytes);
}

const isOf = (bytes: Uint8Array | null, sha256: Uint8Array): boolean =>
  bytes !== null && Buffer.compare(new Bun.CryptoHasher('sha256').update(bytes).digest(), sha256) === 0;

async function noteProgress(copy: BlobCopy, blobs: BlobProgress): Promise<void> {
  const mark = { ...copy.mark, blobs };
  await copy.to.db.write((tx) => markHere(tx, mark));
  copy.mark = mark;
}

const chunksAfter = (db: Db, after: string): Promise<Chunk[]> =>
  db.read<Chunk>(`SELECT blob, sha256 FROM file_chunks WHERE blob > $1 ORDER BY blob LIMIT ${PAGE}`, [after]);

/** Keys that a store has after this one and up to that one. */
async function keysBetween(blobs: Blobs, after: string, last: BlobKey): Promise<ReadonlySet<BlobKey>> {
  const found = new Set<BlobKey>();
  for (let at: BlobKey | null = after || null; ; ) {
    const page: readonly BlobKey[] = await blobs.list(at, PAGE);
    for (const key of page) if (key <= last) found.add(key);
    at = page.at(-1) ?? null;
    if (at === null || at >= last || page.length < PAGE) return found;
  }
}

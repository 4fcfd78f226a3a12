/**
 * Some chunks of a spool in a file of their own, which is written once and never again: a browser sends it without its bytes passing
 * through a script's memory, and sends no file that has changed since it was opened.
 */
import { Lost, type SealedChunk, type SealedChunks } from '../../client/files/sealed-chunks.ts';
import { chunksOf, type FileId, sealedChunkBytes } from '../../contract/files.ts';
import { sealing } from '../../native/primitives.ts';
import { readBlob } from './blob-source.ts';
import { free } from './free.ts';
import { segmentName } from './spool.ts';

/** Chunks of a segment: sending begins when the first one is sealed. */
const SEGMENT_CHUNKS = 16;
const STRIDE = sealedChunkBytes(Number.MAX_SAFE_INTEGER, 0);

export interface Segment {
  readonly file: Blob;
  /** SHA-256 of each of its chunks. */
  readonly hashes: readonly Uint8Array[];
}

/** An upload's spool. */
export interface Place {
  readonly folder: FileSystemDirectoryHandle;
  readonly fileId: FileId;
  /** Bytes of the file. */
  readonly size: number;
}

export const segmentOf = (n: number): number => Math.floor(n / SEGMENT_CHUNKS);
export const segmentsOf = (size: number): number => segmentOf(chunksOf(size) - 1) + 1;

function numbersOf(size: number, segment: number): readonly number[] {
  const first = segment * SEGMENT_CHUNKS;
  return Array.from({ length: Math.min(SEGMENT_CHUNKS, chunksOf(size) - first) }, (_, i) => first + i);
}
const bytesOf = (size: number, segment: number): number =>
  numbersOf(size, segment).reduce((sum, n) => sum + sealedChunkBytes(size, n), 0);

/** Chunk n, which stands in this segment. */
export function chunkOf({ file, hashes }: Segment, size: number, n: number): SealedChunk {
  const at = n % SEGMENT_CHUNKS;
  const hash = hashes[at];
  if (hash === undefined) throw new RangeError('There is no such chunk in this segment.');
  return { body: file.slice(at * STRIDE, at * STRIDE + sealedChunkBytes(size, n)), hash };
}

/**
 * Seals a segment into its file; null when there is no room for it, another tab has it open, or the browser cannot.
 * @param goesOn asked before each chunk
 * @throws what `chunks` throws; AbortError when it does not go on
 */
export async function writeSegment(
  { folder, fileId, size }: Place,
  segment: number,
  chunks: SealedChunks<Uint8Array>,
  goesOn: () => boolean,
): Promise<Segment | null> {
  const kept = await unlessFull(() => folder.getFileHandle(segmentName(fileId, segment), { create: true }));
  const handle = kept && (await unlessFull(() => kept.createSyncAccessHandle()));
  if (kept === null || handle === null) return null;
  const hashes: Uint8Array[] = [];
  try {
    for (const n of numbersOf(size, segment)) {
      if (!goesOn()) throw new DOMException('Nobody asks for it any more.', 'AbortError');
      const { body, hash } = await chunks.sealed(n);
      const at = hashes.length * STRIDE;
      if ((await unlessFull(() => handle.write(unshared(body), { at }))) !== body.length) return null;
      free(body);
      hashes.push(hash);
    }
    handle.flush();
  } finally {
    handle.close();
  }
  return { file: await kept.getFile(), hashes };
}

/** A segment that was written before. @throws Lost when not all of it is there */
export async function readSegment({ folder, fileId, size }: Place, segment: number): Promise<Segment> {
  try {
    const file = await (await folder.getFileHandle(segmentName(fileId, segment))).getFile();
    if (file.size !== bytesOf(size, segment)) throw new Lost();
    const hashes: Uint8Array[] = [];
    for (const n of numbersOf(size, segment)) {
      const at = hashes.length * STRIDE;
      const bytes = await readBlob(file, at, at + sealedChunkBytes(size, n));
      hashes.push(await sealing.sha256(bytes));
      free(bytes);
    }
    return { file, hashes };
  } catch {
    throw new Lost();
  }
}

/** Whether the browser still has what it is asked to send. */
export async function isThere(body: Uint8Array | Blob): Promise<boolean> {
  if (body instanceof Uint8Array) return true;
  return readBlob(body, 0, Math.min(1, body.size)).then(
    () => true,
    () => false,
  );
}

const unshared = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    : bytes.slice();

/** Null for what the browser's files refuse: no room, locked by another tab, not there in this window. */
async function unlessFull<T>(act: () => T | Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

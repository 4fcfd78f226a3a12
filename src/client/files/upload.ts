/** Sends the chunks of one file, some of them at a time. Pure, so that a worker can do it. */
import { CHUNK_BYTES, type FileId, type FileRecord, PARALLEL_CHUNKS } from '../../contract/files.ts';
import { t } from '../../contract/words.ts';
import { fileChunkLength, fileChunks, fileRoot, type Sealer, sealFileChunk } from '../../protocol/file.ts';
import { equalBytes } from '../../protocol/hash.ts';
import type { Provider } from '../../protocol/provider.ts';
import type { Clock } from '../ports.ts';
import { HashKeeper } from './hash-keeper.ts';
import type { FileSource, FileTransport, UploadJob, UploadWatch } from './ports.ts';
import { Progress } from './progress.ts';
import { Slots } from './slots.ts';

export interface UploadTools {
  readonly transport: Pick<FileTransport, 'putChunk'> & {
    readonly record: (id: FileId) => Promise<Pick<FileRecord, 'missing'>>;
  };
  readonly clock: Clock;
}

/** Chunks that are sealed while others are sent: reading, sealing and keeping hashes costs the line no time. */
const AHEAD_CHUNKS = PARALLEL_CHUNKS;

/** A chunk as it leaves. */
export interface SealedChunk<Body extends Uint8Array | Blob = Uint8Array | Blob> {
  readonly body: Body;
  /** SHA-256 of it. */
  readonly hash: Uint8Array;
}

/** Chunks of a file; twice PARALLEL_CHUNKS at most are asked for at a time, in rising order. */
export interface SealedChunks<Body extends Uint8Array | Blob = Uint8Array | Blob> {
  sealed(n: number): Promise<SealedChunk<Body>>;
}

/** The file is not the one that was being sent: nothing of it leaves under that one's key. */
export class OtherFile extends Error {
  override readonly name = 'OtherFile';
  constructor() {
    super(t('This is not the file that was being sent: choose that one, or cancel and send this one anew.'));
  }
}

/** No bytes to send are at hand. */
export class Lost extends Error {
  override readonly name = 'Lost';
  constructor() {
    super(t('This file is not at hand any more: choose it again, and it goes on where it was.'));
  }
}

/**
 * Seals each chunk from its source when it is asked for.
 * @param done is given what was read, once it is sealed
 */
export const sealedFrom = (
  { provider }: { readonly provider: Sealer['provider'] & Pick<Provider, 'sha256'> },
  job: Pick<UploadJob, 'key' | 'id' | 'size'>,
  source: FileSource,
  done: (plaintext: Uint8Array) => void = () => {},
): SealedChunks<Uint8Array> => ({
  sealed: async (n) => {
    const from = n * CHUNK_BYTES;
    const length = fileChunkLength(job.size, n);
    const plaintext = await source.read(from, from + length);
    if (plaintext.length !== length) throw new OtherFile();
    const body = await sealFileChunk({ provider }, job, { size: job.size, index: n }, plaintext);
    done(plaintext);
    return { body, hash: await provider.sha256(body) };
  },
});

/**
 * Sends what the server has not, and gives the root over all chunks. What was sealed before is compared first, so that nothing of
 * another file leaves or is kept. After a failure the chunks that are on their way arrive, and no further one is begun.
 * @throws TransportRefused, TransportFailed, OtherFile, AbortError, what `chunks` throws
 */
export async function uploadFile(
  { transport, clock }: UploadTools,
  job: UploadJob,
  chunks: SealedChunks,
  watch: UploadWatch,
): Promise<{ readonly root: Uint8Array }> {
  const { signal } = watch;
  signal?.throwIfAborted();
  const all = Array.from({ length: fileChunks(job.size) }, (_, n) => n);
  const hashes = new Map(job.known);
  const missing = new Set((await transport.record(job.fileId)).missing);
  /** What the server says it has, and nobody here has sealed, is sent all the same. */
  const isThere = (n: number) => hashes.has(n) && !missing.has(n);
  const progress = new Progress(clock, watch.progress);
  const line = new Slots(PARALLEL_CHUNKS);
  const keeper = new HashKeeper(watch.sealed, PARALLEL_CHUNKS);

  const send = async (n: number): Promise<void> => {
    const { body, hash } = await chunks.sealed(n);
    const before = hashes.get(n);
    if (before !== undefined && !equalBytes(before, hash)) throw new OtherFile();
    await keeper.keep(n, before === undefined ? hash : null);
    hashes.set(n, hash);
    try {
      signal?.throwIfAborted();
      if (before !== undefined && !missing.has(n)) return;
      await line.run(async () => {
        signal?.throwIfAborted();
        await transport.putChunk(job.fileId, n, body, signal);
      });
    } finally {
      keeper.left();
    }
    missing.delete(n);
    progress.add(fileChunkLength(job.size, n));
  };

  for (const n of all.filter(isThere)) progress.add(fileChunkLength(job.size, n));
  const known = all.filter((n) => hashes.has(n));
  const fresh = all.filter((n) => !hashes.has(n));
  await inParallel(job.sameSource ? known.filter((n) => missing.has(n)) : known, send, signal);
  await inParallel(fresh, send, signal);
  progress.end();
  return { root: rootOf(job.size, hashes) };
}

/** The root over all chunks of a file. Throws RangeError when one of them was not sealed. */
export function rootOf(size: number, hashes: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const all = Array.from({ length: fileChunks(size) }, (_, n) => hashes.get(n));
  const whole = all.filter((hash) => hash !== undefined);
  if (whole.length < all.length) throw new RangeError('A chunk was never sealed.');
  return fileRoot(whole);
}

/** Some at a time; the first that throws ends it once those that run have ended. */
async function inParallel(
  numbers: readonly number[],
  task: (n: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const left = numbers.values();
  let isOver = false;
  const work = async () => {
    for (const n of left) {
      if (isOver) return;
      signal?.throwIfAborted();
      try {
        await task(n);
      } catch (error) {
        isOver = true;
        throw error;
      }
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: PARALLEL_CHUNKS + AHEAD_CHUNKS }, work));
  for (const each of workers) if (each.status === 'rejected') throw each.reason;
}

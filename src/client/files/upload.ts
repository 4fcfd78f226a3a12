/** Sends the chunks of one file, some of them at a time. Pure, so that a worker can do it. */
import {
  type FileId,
  type FileRecord,
  MAX_RUN_CHUNKS,
  PARALLEL_CHUNKS,
  RUNS_IN_HAND,
} from '../../contract/files.ts';
import { fileChunkLength, fileChunks, fileRoot } from '../../protocol/file.ts';
import { equalBytes } from '../../protocol/hash.ts';
import type { Clock } from '../ports.ts';
import { HashKeeper } from './hash-keeper.ts';
import type { FileTransport, UploadJob, UploadWatch } from './ports.ts';
import { Progress } from './progress.ts';
import { OtherFile, type SealedChunks, sealRun } from './sealed-chunks.ts';
import { Slots } from './slots.ts';

export interface UploadTools {
  readonly transport: Pick<FileTransport, 'putChunks' | 'runs' | 'spare'> & {
    readonly record: (id: FileId) => Promise<Pick<FileRecord, 'missing'>>;
  };
  readonly clock: Clock;
}

/** Requests that are made ready while others are sent: reading, sealing and keeping hashes costs the line no time. */
const AHEAD = PARALLEL_CHUNKS;
const MAX_IN_HAND = RUNS_IN_HAND * MAX_RUN_CHUNKS;

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
  /** One run after the other: sealed all at once, they would be done together, and the line would wait for the first. */
  const bench = new Slots(1);
  const keeper = new HashKeeper(watch.sealed);

  const send = async (run: readonly number[]): Promise<void> => {
    const { sealed, letGo } = await bench.run(() => sealRun(chunks, job.size, run, transport.spare));
    const fresh = new Map<number, Uint8Array>();
    for (const { n, hash } of sealed) {
      const before = hashes.get(n);
      if (before === undefined) fresh.set(n, hash);
      else if (!equalBytes(before, hash)) throw new OtherFile();
    }
    await keeper.keep(fresh);
    for (const [n, hash] of fresh) hashes.set(n, hash);
    const leaving = sealed.filter(({ n }) => fresh.has(n) || missing.has(n));
    try {
      signal?.throwIfAborted();
      for (const some of inRows(leaving, ({ n }) => n))
        await line.run(async () => {
          signal?.throwIfAborted();
          const began = clock();
          const bodies = some.map(({ body }) => body);
          await transport.putChunks(job.fileId, some[0].n, bodies, signal);
          transport.runs.answered(some.length, clock() - began);
        });
    } finally {
      letGo();
    }
    for (const { n } of leaving) {
      missing.delete(n);
      progress.add(fileChunkLength(job.size, n));
    }
  };

  for (const n of all.filter(isThere)) progress.add(fileChunkLength(job.size, n));
  const known = all.filter((n) => hashes.has(n));
  const fresh = all.filter((n) => !hashes.has(n));
  const length = () => transport.runs.now;
  await inParallel(job.sameSource ? known.filter((n) => missing.has(n)) : known, length, send, signal);
  await inParallel(fresh, length, send, signal);
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

/** Some of one row after another, each of numbers that follow each other. */
function inRows<T>(all: readonly T[], numberOf: (each: T) => number): readonly (readonly [T, ...T[]])[] {
  const rows: [T, ...T[]][] = [];
  for (const each of all) {
    const row = rows.at(-1);
    const last = row?.at(-1);
    if (row === undefined || last === undefined || numberOf(last) + 1 !== numberOf(each)) rows.push([each]);
    else row.push(each);
  }
  return rows;
}

/**
 * Runs of numbers that follow each other, some at a time; the first that throws ends it once those that run have ended.
 * @param length of the next run, at most
 */
async function inParallel(
  numbers: readonly number[],
  length: () => number,
  task: (run: readonly number[]) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  let at = 0;
  let inHand = 0;
  let isOver = false;
  let step = Promise.withResolvers<void>();
  const next = () => {
    step.resolve();
    step = Promise.withResolvers<void>();
  };
  const work = async () => {
    for (;;) {
      while (inHand > 0 && inHand + length() > MAX_IN_HAND) await step.promise;
      const [run] = inRows(numbers.slice(at, at + length()), (n) => n);
      if (isOver || run === undefined) return;
      signal?.throwIfAborted();
      at += run.length;
      inHand += run.length;
      try {
        await task(run);
      } catch (error) {
        isOver = true;
        throw error;
      } finally {
        inHand -= run.length;
        next();
      }
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: PARALLEL_CHUNKS + AHEAD }, work));
  for (const each of workers) if (each.status === 'rejected') throw each.reason;
}

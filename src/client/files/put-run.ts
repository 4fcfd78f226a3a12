/** Chunks that follow each other, in as few requests as whoever takes them allows. */
import { giveBack } from '../../contract/bytes.ts';
import { concat } from '../../protocol/codec.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import type { RunLength } from './run-length.ts';

/** A sealed chunk; a Blob is read by the browser itself. */
export type ChunkBody = Uint8Array | Blob;

/**
 * @param put sends one request, whose body begins with chunk n
 * @throws what `put` throws; what was answered before that is there
 */
export async function putRun(
  put: (n: number, body: ChunkBody) => Promise<void>,
  runs: RunLength,
  first: number,
  sealed: readonly ChunkBody[],
): Promise<void> {
  for (let at = 0; at < sealed.length; ) {
    const some = sealed.slice(at, at + runs.now);
    try {
      await putOne(put, first + at, some);
      at += some.length;
    } catch (error) {
      if (some.length === 1 || !(error instanceof TransportFailed || isTooLarge(error))) throw error;
      runs.tooLong(some.length);
      if (!isTooLarge(error)) throw error;
    }
  }
}

const isTooLarge = (error: unknown) => error instanceof TransportRefused && error.status === 413;

async function putOne(
  put: (n: number, body: ChunkBody) => Promise<void>,
  n: number,
  some: readonly ChunkBody[],
): Promise<void> {
  const [only, ...more] = some;
  if (only !== undefined && more.length === 0) return put(n, only);
  const bytes = some.filter((each) => each instanceof Uint8Array);
  // Files of the browser's are sent without their bytes passing through here.
  if (bytes.length < some.length) return put(n, new Blob(some.map(unshared)));
  const whole = sideBySide(bytes);
  if (whole) return put(n, whole);
  const body = concat(...bytes);
  await put(n, body).finally(() => giveBack(body));
}

/** Bytes that follow each other in memory, as they are; null for others. */
function sideBySide(parts: readonly Uint8Array[]): Uint8Array | null {
  const [first] = parts;
  if (first === undefined) return null;
  let end = first.byteOffset;
  for (const { buffer, byteOffset, length } of parts) {
    if (buffer !== first.buffer || byteOffset !== end) return null;
    end += length;
  }
  return new Uint8Array(first.buffer, first.byteOffset, end - first.byteOffset);
}

/** A Blob is made of memory that nobody shares. */
function unshared(part: ChunkBody): Blob | Uint8Array<ArrayBuffer> {
  if (part instanceof Blob) return part;
  return part.buffer instanceof ArrayBuffer
    ? new Uint8Array(part.buffer, part.byteOffset, part.length)
    : part.slice();
}

/**
 * Chunks of a file as a request brings them: one, or some that follow each other. A body is read into memory that is used again: read
 * whole by the runtime, it would be copied anew each time it outgrows its place. It is hashed as it comes: all at once would keep
 * everybody else waiting.
 */
import { giveBack } from '../contract/bytes.ts';
import { CHUNK_MEDIA_TYPE, MAX_RUN_BYTES, PARALLEL_CHUNKS } from '../contract/files.ts';
import { SpareBytes } from '../contract/spare-bytes.ts';
import { sentence } from '../contract/words.ts';
import type { SealedChunk } from '../services/file-chunks.ts';
import { Refusal } from '../services/refusal.ts';

export interface ChunkRuns {
  /**
   * Gives `use` the chunks that a body holds, as its length says, and then what that gives. Afterwards they are gone. What says that it
   * has another length is not read at all.
   * @param sizes bytes of the first chunk, and of those that may follow it
   */
  read<T>(
    request: Request,
    sizes: readonly number[],
    use: (sealed: readonly SealedChunk[]) => Promise<T>,
  ): Promise<T>;
}

/** Milliseconds for which memory is kept when nobody sends anything: from one request to the next it must not go. */
const KEPT_MS = 10_000;

/** Enough for several people on fast lines. */
const MOST_BYTES = 16 * MAX_RUN_BYTES;

const busy = () =>
  new Refusal('TooLarge', 'Many files are being sent right now: send the parts of this file one at a time.');
const wrongLength = () =>
  new Refusal('ValidationError', 'This part of the file has another length than it must have.');

/** @param most bytes that runs of several chunks take at once, over all requests: whoever comes then sends one at a time */
export function createChunkRuns(most = MOST_BYTES): ChunkRuns {
  const spare = new SpareBytes(PARALLEL_CHUNKS);
  /** Bytes that are in use. */
  let lent = 0;
  let clearing: ReturnType<typeof setTimeout> | undefined;
  return {
    async read(request, sizes, use) {
      checkType(request);
      const said = request.headers.get('content-length');
      if (said !== null && !isWhole(Number(said), sizes)) throw wrongLength();
      const all = sizes.reduce((sum, size) => sum + size, 0);
      const wanted = said === null ? all : Number(said);
      const one = sizes[0] ?? 0;
      const isBusy = wanted > one && lent + wanted > most;
      if (isBusy && said !== null) throw busy();
      // Whoever says no length may be sending one.
      const length = isBusy ? one : wanted;
      const room = spare.take(length);
      lent += length;
      clearTimeout(clearing);
      try {
        const sealed = await readRun(request, room, sizes);
        if (sealed === null) throw isBusy ? busy() : wrongLength();
        return await use(sealed);
      } finally {
        spare.giveBack(room);
        // A server that is left alone holds no memory for it.
        lent -= length;
        if (lent === 0) clearing = setTimeout(() => spare.clear(), KEPT_MS).unref();
      }
    },
  };
}

function checkType(request: Request): void {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== CHUNK_MEDIA_TYPE)
    throw new Refusal(
      'UnsupportedMediaType',
      sentence('A part of a file is sent as {type}.', { type: CHUNK_MEDIA_TYPE }),
    );
}

/** What stands in `room` afterwards; null for a body that is not made of whole chunks, of which no more is read than there is room for. */
async function readRun(
  { body }: Request,
  room: Uint8Array,
  sizes: readonly number[],
): Promise<readonly SealedChunk[] | null> {
  const sealed: SealedChunk[] = [];
  let hasher = new Bun.CryptoHasher('sha256');
  let [at, from, hashed] = [0, 0, 0];
  const reader = body?.getReader();
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    const { value } = next;
    if (at + value.length > room.length) {
      await reader?.cancel();
      return null;
    }
    room.set(value, at);
    at += value.length;
    // Its memory is its own.
    if (value.length === value.buffer.byteLength) giveBack(value);
    while (hashed < at) {
      const end = from + (sizes[sealed.length] ?? Number.POSITIVE_INFINITY);
      hasher.update(room.subarray(hashed, Math.min(at, end)));
      hashed = Math.min(at, end);
      if (hashed < end) break;
      sealed.push({ bytes: room.subarray(from, end), sha256: new Uint8Array(hasher.digest()) });
      hasher = new Bun.CryptoHasher('sha256');
      from = end;
    }
  }
  return at > 0 && from === at ? sealed : null;
}

/** Whether so many bytes are one chunk, or it and some that follow it. */
function isWhole(length: number, sizes: readonly number[]): boolean {
  let end = 0;
  return sizes.some((size) => {
    end += size;
    return end === length;
  });
}

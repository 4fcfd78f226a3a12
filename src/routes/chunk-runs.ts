/**
 * Chunks of a file as a request brings them: one, or some that follow each other. A body is read into memory that is used again: read
 * whole by the runtime, it would be copied anew each time it outgrows its place.
 */
import { giveBack } from '../contract/bytes.ts';
import { CHUNK_MEDIA_TYPE, MAX_RUN_BYTES, PARALLEL_CHUNKS } from '../contract/files.ts';
import { SpareBytes } from '../contract/spare-bytes.ts';
import { sentence } from '../contract/words.ts';
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
    use: (sealed: readonly Uint8Array[]) => Promise<T>,
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
      if (said !== null && endsIn(sizes, Number(said)) === null) throw wrongLength();
      const length = said === null ? sizes.reduce((sum, size) => sum + size, 0) : Number(said);
      if (length > (sizes[0] ?? 0) && lent + length > most) throw busy();
      const room = spare.take(length);
      lent += length;
      clearTimeout(clearing);
      try {
        const ends = endsIn(sizes, await readInto(room, request));
        if (ends === null) throw wrongLength();
        return await use(ends.map((end, i) => room.subarray(ends[i - 1] ?? 0, end)));
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

/** Gives how many bytes there are; one more than there is room for when there are more, and reads no further. */
async function readInto(room: Uint8Array, { body }: Request): Promise<number> {
  let at = 0;
  if (body === null) return at;
  const reader = body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const { value } = piece;
    if (at + value.length > room.length) {
      await reader.cancel();
      return room.length + 1;
    }
    room.set(value, at);
    at += value.length;
    // Its memory is its own.
    if (value.length === value.buffer.byteLength) giveBack(value);
  }
  return at;
}

/** Where each chunk ends in a body of so many bytes; null when it is not made of whole ones. */
function endsIn(sizes: readonly number[], length: number): readonly number[] | null {
  let end = 0;
  const ends: number[] = [];
  for (const size of sizes) {
    end += size;
    ends.push(end);
    if (end === length) return ends;
  }
  return null;
}

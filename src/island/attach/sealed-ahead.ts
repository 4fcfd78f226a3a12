/**
 * Seals a file into its spool as fast as the disk takes it, while chunks leave from there as fast as the network does: soon the
 * page can be closed. Where there is no room for a spool, each chunk is sealed when it is asked for.
 */
import { Lost, type SealedChunks } from '../../client/files/sealed-chunks.ts';
import { sealedFileBytes } from '../../contract/files.ts';
import {
  chunkOf,
  type Place,
  readSegment,
  type Segment,
  segmentOf,
  segmentsOf,
  writeSegment,
} from './segment.ts';
import { hasRoom, isComplete, markComplete, removeSpool } from './spool.ts';

export interface Ahead extends SealedChunks {
  /** Ends what runs. */
  close(): Promise<void>;
}

/**
 * @param chunks seals from the source; null to give what is kept alone
 * @param kept called once all of it is in the spool
 * @throws Lost, and what it gives does, when the browser has not kept what it said it had
 */
export async function sealAhead(
  folder: FileSystemDirectoryHandle | null,
  file: Pick<Place, 'fileId' | 'size'>,
  chunks: SealedChunks<Uint8Array> | null,
  kept: () => void,
): Promise<Ahead> {
  if (folder && (await isComplete(folder, file.fileId))) {
    kept();
    return keptChunks({ folder, ...file });
  }
  if (!chunks) throw new Lost();
  if (!folder || !(await hasRoom(sealedFileBytes(file.size))))
    return { sealed: (n) => chunks.sealed(n), close: async () => {} };
  return fillSpool({ folder, ...file }, chunks, kept);
}

/** What an earlier job has sealed, all of it. */
function keptChunks(place: Place): Ahead {
  const segments = new Map<number, Promise<Segment>>();
  return {
    async sealed(n) {
      const at = segmentOf(n);
      const segment = segments.get(at) ?? readSegment(place, at);
      segments.set(at, segment);
      return chunkOf(await segment, place.size, n);
    },
    close: async () => {},
  };
}

function fillSpool(place: Place, chunks: SealedChunks<Uint8Array>, kept: () => void): Ahead {
  const { folder, fileId, size } = place;
  const segments: Segment[] = [];
  let isEnded = false;
  let problem: { readonly error: unknown } | null = null;
  /** The disk took no more: the rest is sealed when it is asked for. */
  let isFull = false;
  let step = Promise.withResolvers<void>();
  const next = () => {
    step.resolve();
    step = Promise.withResolvers<void>();
  };

  const fill = async () => {
    while (segments.length < segmentsOf(size)) {
      const segment = await writeSegment(place, segments.length, chunks, () => !isEnded);
      if (segment === null) {
        isFull = true;
        return;
      }
      segments.push(segment);
      next();
    }
    if (isEnded) return;
    await markComplete(folder, fileId);
    kept();
  };
  const filling = fill()
    .catch((error: unknown) => {
      problem = { error };
    })
    .finally(next);

  return {
    async sealed(n) {
      while (segmentOf(n) >= segments.length && !isFull && !problem) await step.promise;
      const segment = segments[segmentOf(n)];
      if (segment) return chunkOf(segment, size, n);
      if (problem) throw problem.error;
      return chunks.sealed(n);
    },
    async close() {
      isEnded = true;
      await filling;
      if (isFull) await removeSpool(folder, fileId);
    },
  };
}

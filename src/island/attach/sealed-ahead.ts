/**
 * Seals a file into its spool as fast as the disk takes it, while chunks leave from there as fast as the network does: soon the
 * page can be closed. Where there is no room for a spool, each chunk is sealed when it is asked for.
 */
import { Lost, type SealedChunks } from '../../client/files/upload.ts';
import { chunksOf, type FileId, sealedChunkBytes, sealedFileBytes } from '../../contract/files.ts';
import { hasRoom, isComplete, markComplete, removeSpool, type SyncFile } from './spool.ts';

const STRIDE = sealedChunkBytes(Number.MAX_SAFE_INTEGER, 0);

export interface Ahead extends SealedChunks {
  /** Ends what runs and gives the spool free. */
  close(): Promise<void>;
}

interface Spool {
  readonly folder: FileSystemDirectoryHandle;
  readonly handle: SyncFile;
}

/**
 * @param chunks seals from the source; null to give what is kept alone
 * @param kept called once all of it is in the spool
 * @throws Lost, and what it gives does, when the browser has not kept what it said it had
 */
export async function sealAhead(
  folder: FileSystemDirectoryHandle | null,
  { fileId, size }: { readonly fileId: FileId; readonly size: number },
  chunks: SealedChunks | null,
  kept: () => void,
): Promise<Ahead> {
  const isWhole = folder !== null && (await isComplete(folder, fileId));
  const spool =
    folder && (isWhole || (await hasRoom(sealedFileBytes(size)))) ? await openSpool(folder, fileId) : null;
  if (spool && isWhole) {
    kept();
    const sealed = (n: number) => {
      const chunk = readChunk(spool, size, n);
      if (chunk === null) throw new Lost();
      return chunk;
    };
    return { sealed: async (n) => sealed(n), close: async () => spool.handle.close() };
  }
  if (!chunks) throw new Lost();
  if (!spool) return { sealed: (n) => chunks.sealed(n), close: async () => {} };
  return fillSpool(spool, { fileId, size }, chunks, kept);
}

/** Null when another tab has it open, or the browser cannot. */
async function openSpool(folder: FileSystemDirectoryHandle, id: FileId): Promise<Spool | null> {
  try {
    const file = await folder.getFileHandle(id, { create: true });
    return { folder, handle: await file.createSyncAccessHandle() };
  } catch {
    return null;
  }
}

/** Null when it is not there. */
function readChunk({ handle }: Spool, size: number, n: number): Uint8Array | null {
  const sealed = new Uint8Array(sealedChunkBytes(size, n));
  return handle.read(sealed, { at: n * STRIDE }) === sealed.length ? sealed : null;
}

function fillSpool(
  spool: Spool,
  { fileId, size }: { readonly fileId: FileId; readonly size: number },
  chunks: SealedChunks,
  kept: () => void,
): Ahead {
  let filled = 0;
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
    for (const total = chunksOf(size); filled < total && !isEnded; ) {
      const sealed = await chunks.sealed(filled);
      if (isEnded) return;
      if (!write(spool, sealed, filled)) {
        isFull = true;
        return;
      }
      filled++;
      next();
    }
    if (isEnded) return;
    spool.handle.flush();
    await markComplete(spool.folder, fileId);
    kept();
  };
  const filling = fill()
    .catch((error: unknown) => {
      problem = { error };
    })
    .finally(next);

  return {
    async sealed(n) {
      while (filled <= n && !isFull && !problem) await step.promise;
      if (n >= filled && problem) throw problem.error;
      return (n < filled ? readChunk(spool, size, n) : null) ?? chunks.sealed(n);
    },
    async close() {
      isEnded = true;
      await filling;
      spool.handle.close();
      if (isFull) await removeSpool(spool.folder, fileId);
    },
  };
}

/** False when there is no room for it. */
function write({ handle }: Spool, sealed: Uint8Array, n: number): boolean {
  try {
    return handle.write(new Uint8Array(sealed), { at: n * STRIDE }) === sealed.length;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'QuotaExceededError') return false;
    throw error;
  }
}

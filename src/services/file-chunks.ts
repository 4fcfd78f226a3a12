/** The bytes of files: sent by their owner, fetched by whoever may. */
import { chunksOf, type FileId, MAX_RUN_CHUNKS, sealedChunkBytes } from '../contract/files.ts';
import type { Ports } from '../deps.ts';
import { concat } from '../protocol/codec.ts';
import * as store from '../store/files.ts';
import { type Asker, actorOf, type FileDesk, type FileParts, gone } from './file-desk.ts';
import { Refusal } from './refusal.ts';

/** A chunk as it came. */
export interface SealedChunk {
  readonly bytes: Uint8Array;
  /** SHA-256 of them. */
  readonly sha256: Uint8Array;
}

export interface FileChunks {
  /** Bytes that the first chunk must have, and those after it that may come with it, while the owner's upload goes on. */
  runBytes(asker: Asker, id: FileId, first: number): Promise<readonly number[]>;
  /**
   * Chunks that follow each other: all of them are kept, or none is. The same bytes again are no error; other ones replace them, until
   * the file is complete: then Conflict.
   */
  putChunks(asker: Asker, id: FileId, first: number, sealed: readonly SealedChunk[]): Promise<void>;
  chunk(asker: Asker, id: FileId, n: number): Promise<Uint8Array<ArrayBuffer>>;
  /** SHA-256 of each chunk, 32 bytes each; Conflict while some are missing. */
  hashes(asker: Asker, id: FileId): Promise<Uint8Array<ArrayBuffer>>;
}

export const notComplete = (): Refusal =>
  new Refusal('Conflict', 'Some of this file is not here yet. Send the rest first.');
const isComplete = () =>
  new Refusal(
    'Conflict',
    'This file is complete: what is in it does not change. Send a new version as a new file.',
  );

const isOf = (chunk: store.ChunkRow | undefined, sha256: Uint8Array): boolean =>
  chunk !== undefined && Buffer.compare(chunk.sha256, sha256) === 0;

export function createFileChunks(
  { db, clock }: Pick<Ports, 'db' | 'clock'>,
  { audit, bytes, asking, own, readable, noting }: FileDesk & Pick<FileParts, 'audit' | 'bytes'>,
): FileChunks {
  return {
    runBytes: (asker, id, first) =>
      noting(asker, 'put', id, async () => {
        const { size } = await own(db, asker, id);
        const left = chunksOf(size) - first;
        if (left <= 0) throw gone();
        return Array.from({ length: Math.min(left, MAX_RUN_CHUNKS) }, (_, i) =>
          sealedChunkBytes(size, first + i),
        );
      }),

    putChunks: (asker, id, first, sealed) =>
      noting(asker, 'put', id, async () => {
        const { size, completed_at } = await own(db, asker, id);
        if (first + sealed.length > chunksOf(size)) throw gone();
        if (sealed.some(({ bytes }, i) => bytes.length !== sealedChunkBytes(size, first + i)))
          throw new Refusal('ValidationError', 'This part of the file has another length than it must have.');
        const known = await store.chunksIn(db, id, first, sealed.length);
        if (sealed.every(({ sha256 }, i) => isOf(known.get(first + i), sha256))) return;
        if (completed_at !== null) throw isComplete();
        const all = sealed.map((chunk) => chunk.bytes);
        await bytes.checkRoom(all.reduce((sum, { length }) => sum + length, 0));
        const left = await bytes.write(all, (blobs) =>
          db.write(async (tx) => {
            const row = await own(tx, asker, id);
            const before = await store.chunksIn(tx, id, first, sealed.length);
            const chunks = blobs.flatMap((blob, i): store.ChunkRow[] => {
              const [n, sha256] = [first + i, sealed[i]?.sha256];
              if (sha256 === undefined || isOf(before.get(n), sha256)) return [];
              return [{ n, blob, size: sealedChunkBytes(size, n), sha256 }];
            });
            if (chunks.length > 0 && row.completed_at !== null) throw isComplete();
            await store.putChunks(tx, id, chunks, clock());
            const named = new Set(chunks.map(({ n }) => n));
            return blobs.flatMap((blob, i) =>
              named.has(first + i) ? (before.get(first + i)?.blob ?? []) : blob,
            );
          }),
        );
        await bytes.remove(left);
      }),

    chunk: (asker, id, n) =>
      noting(asker, 'fetch', id, async () => {
        const blob = await store.chunkFor(db, await asking(asker), id, n, clock());
        if (blob === null) throw gone();
        await audit.recordHourly({ actor: actorOf(asker), action: 'file.fetched', subject: id });
        const sealed = await bytes.read(blob);
        // Removed meanwhile, or lost from the disk.
        if (sealed === null) throw gone();
        return sealed;
      }),

    hashes: (asker, id) =>
      noting(asker, 'fetch', id, async () => {
        const row = await readable(db, await asking(asker), id);
        if (row.completed_at === null) throw notComplete();
        await audit.recordHourly({ actor: actorOf(asker), action: 'file.fetched', subject: id });
        return new Uint8Array(concat(...(await store.chunkHashes(db, id))));
      }),
  };
}

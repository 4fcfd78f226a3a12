/** The bytes of files: sent by their owner, fetched by whoever may. */
import { chunksOf, type FileId, sealedChunkBytes } from '../contract/files.ts';
import type { Ports } from '../deps.ts';
import { runtime } from '../native/runtime.ts';
import { concat } from '../protocol/codec.ts';
import * as store from '../store/files.ts';
import { type Asker, actorOf, type FileDesk, type FileParts, gone } from './file-desk.ts';
import { Refusal } from './refusal.ts';

export interface FileChunks {
  /** Bytes that chunk n must have, while the owner's upload goes on. */
  chunkBytes(asker: Asker, id: FileId, n: number): Promise<number>;
  /** The same bytes again are no error; other ones replace them, until the file is complete: then Conflict. */
  putChunk(asker: Asker, id: FileId, n: number, sealed: Uint8Array): Promise<void>;
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

export function createFileChunks(
  { db, clock }: Pick<Ports, 'db' | 'clock'>,
  { audit, bytes, asking, own, readable, noting }: FileDesk & Pick<FileParts, 'audit' | 'bytes'>,
): FileChunks {
  return {
    chunkBytes: (asker, id, n) =>
      noting(asker, 'put', id, async () => {
        const { size } = await own(db, asker, id);
        if (n >= chunksOf(size)) throw gone();
        return sealedChunkBytes(size, n);
      }),

    putChunk: (asker, id, n, sealed) =>
      noting(asker, 'put', id, async () => {
        const { size, completed_at } = await own(db, asker, id);
        if (n >= chunksOf(size)) throw gone();
        const length = sealedChunkBytes(size, n);
        if (sealed.length !== length)
          throw new Refusal('ValidationError', 'This part of the file has another length than it must have.');
        // While the disk takes the bytes, another thread hashes them.
        const hashed = runtime.sha256(sealed);
        const known = await store.chunkOf(db, id, n);
        if (known !== null && Buffer.compare(known.sha256, await hashed) === 0) return;
        if (completed_at !== null) throw isComplete();
        await bytes.checkRoom(length);
        const replaced = await bytes.write(sealed, async (blob) => {
          const sha256 = await hashed;
          const isSame = (chunk: store.ChunkRow | null) =>
            chunk !== null && Buffer.compare(chunk.sha256, sha256) === 0;
          return db.write(async (tx) => {
            const row = await own(tx, asker, id);
            const before = await store.chunkOf(tx, id, n);
            if (isSame(before)) return [blob];
            if (row.completed_at !== null) throw isComplete();
            await store.putChunk(tx, id, { n, blob, size: length, sha256 }, clock());
            return before === null ? [] : [before.blob];
          });
        });
        await bytes.remove(replaced);
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

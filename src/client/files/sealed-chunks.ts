/** Chunks of a file as they leave: sealed from its source, or kept from an earlier time. */
import { giveBack } from '../../contract/bytes.ts';
import { CHUNK_BYTES, CHUNK_OVERHEAD_BYTES, sealedChunkBytes } from '../../contract/files.ts';
import type { SpareBytes } from '../../contract/spare-bytes.ts';
import { t } from '../../contract/words.ts';
import { fileChunkLength, type Sealer, sealFileChunk } from '../../protocol/file.ts';
import type { Provider } from '../../protocol/provider.ts';
import type { FileSource, UploadJob } from './ports.ts';
import type { ChunkBody } from './put-run.ts';

/** A chunk as it leaves. */
export interface SealedChunk<Body extends ChunkBody = ChunkBody> {
  readonly body: Body;
  /** SHA-256 of it. */
  readonly hash: Uint8Array;
}

/** Chunks of a file, asked for in rising order. */
export interface SealedChunks<Body extends ChunkBody = ChunkBody> {
  /** @param room bytes of its length that it may be put into; it need not be */
  sealed(n: number, room?: Uint8Array): Promise<SealedChunk<Body>>;
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
  done: (plaintext: Uint8Array) => void = (plaintext) => source.giveBack?.(plaintext),
): SealedChunks<Uint8Array> => ({
  sealed: async (n, room) => {
    const from = n * CHUNK_BYTES;
    const length = fileChunkLength(job.size, n);
    const plaintext = await source.read(from, from + length);
    if (plaintext.length !== length) throw new OtherFile();
    const body = await sealFileChunk({ provider }, job, { size: job.size, index: n }, plaintext, room);
    done(plaintext);
    return { body, hash: await provider.sha256(body) };
  },
});

/** Chunks that follow each other; side by side in memory where some is used again, so that they leave as they are. */
export async function sealRun(
  chunks: SealedChunks,
  size: number,
  run: readonly number[],
  spare: SpareBytes | undefined,
): Promise<{ readonly sealed: readonly (SealedChunk & { readonly n: number })[]; letGo(): void }> {
  const room = spare?.take(run.reduce((sum, n) => sum + sealedChunkBytes(size, n), 0));
  const sealed = await Promise.all(
    run.map(async (n, i) => {
      // All are as long as the first one, but for the last of the file.
      const at = i * (CHUNK_BYTES + CHUNK_OVERHEAD_BYTES);
      return { n, ...(await chunks.sealed(n, room?.subarray(at, at + sealedChunkBytes(size, n)))) };
    }),
  );
  const letGo = () => {
    for (const { body } of sealed)
      if (body instanceof Uint8Array && body.buffer !== room?.buffer) giveBack(body);
    if (room) spare?.giveBack(room);
  };
  return { sealed, letGo };
}

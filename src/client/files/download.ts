/** Fetches, verifies and opens chunks of one file, a few ahead of who reads them. Pure, so that a worker can do it. */

import { fromHex, giveBack } from '../../contract/bytes.ts';
import { CHUNK_BYTES, PARALLEL_CHUNKS, sealedChunkBytes } from '../../contract/files.ts';
import { checkedHashes, fileChunks, openFileChunk } from '../../protocol/file.ts';
import { equalBytes } from '../../protocol/hash.ts';
import type { Provider } from '../../protocol/provider.ts';
import type { Clock } from '../ports.ts';
import { patiently, type Wait } from './patience.ts';
import type { FileTransport, Watch } from './ports.ts';
import { damaged } from './problems.ts';
import { Progress } from './progress.ts';
import type { FileView } from './view.ts';

export interface DownloadTools {
  readonly provider: Pick<Provider, 'aesGcmOpen' | 'sha256'>;
  readonly transport: Pick<FileTransport, 'hashes' | 'chunk'>;
  readonly clock: Clock;
  readonly wait: Wait;
  /** Hashes that were verified, by what they were verified against, for the next read of the same file. */
  readonly hashes?: Map<string, readonly Uint8Array[]>;
}

/** Files whose hashes are kept between reads; those of 2 GiB are 64 KiB. */
const MOST_HASHES = 16;

/**
 * Verified bytes `from` to `to` (exclusive), in order, a chunk at a time or the part of one that was asked for.
 * @throws FileProblem, AbortError; nothing of the chunk in question was given
 */
export async function* downloadFile(
  tools: DownloadTools,
  file: FileView,
  from: number,
  to: number,
  watch: Watch,
): AsyncGenerator<Uint8Array, void, undefined> {
  const ending = new AbortController();
  const signal = watch.signal === undefined ? ending.signal : AbortSignal.any([watch.signal, ending.signal]);
  signal.throwIfAborted();
  const end = Math.min(to, file.size);
  // An empty file has a chunk of nothing, which says that it is empty.
  if (from >= end && file.size > 0) return;
  const hashes = await hashesOf(tools, file, signal);
  const progress = new Progress(tools.clock, watch.progress);
  const last = Math.min(fileChunks(file.size), Math.max(1, Math.ceil(end / CHUNK_BYTES)));
  const ahead: Promise<Uint8Array>[] = [];
  let next = Math.floor(from / CHUNK_BYTES);
  try {
    for (let n = next; n < last; n++) {
      while (next < last && ahead.length < PARALLEL_CHUNKS) {
        const chunk = verifiedChunk(tools, file, hashes, next++, signal);
        // Who waits for it hears of it; nobody does when an earlier one failed.
        chunk.catch(() => {});
        ahead.push(chunk);
      }
      const chunk = await ahead.shift();
      signal.throwIfAborted();
      if (chunk === undefined) return;
      const start = n * CHUNK_BYTES;
      const part = chunk.subarray(Math.max(0, from - start), Math.max(0, end - start));
      progress.add(part.length);
      if (part.length > 0) yield part;
    }
    progress.end();
  } finally {
    ending.abort();
  }
}

/** A manifest that says anything else of the file is looked at anew, whatever was verified before. */
const fileOf = ({ id, key, size, root, commitment }: FileView): string =>
  [id, size, key.toHex(), root.toHex(), commitment.toHex()].join('/');

async function hashesOf(
  { transport, wait, hashes: kept }: DownloadTools,
  file: FileView,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const verified = fileOf(file);
  const known = kept?.get(verified);
  if (known !== undefined) return known;
  const listed = await patiently(wait, signal, () => transport.hashes(file.id));
  try {
    const hashes = checkedHashes({ ...file, id: fromHex(file.id) }, listed);
    if (kept !== undefined && kept.size >= MOST_HASHES) kept.clear();
    kept?.set(verified, hashes);
    return hashes;
  } catch (cause) {
    throw damaged(cause);
  }
}

/** A chunk that is not what was sent is asked for once more. */
async function verifiedChunk(
  { transport, provider, wait }: DownloadTools,
  file: FileView,
  hashes: readonly Uint8Array[],
  n: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const hash = hashes[n];
  if (hash === undefined) throw damaged();
  for (let tries = 0; tries < 2; tries++) {
    const sealed = await patiently(wait, signal, () => transport.chunk(file.id, n, signal));
    try {
      if (sealed.length !== sealedChunkBytes(file.size, n)) continue;
      if (!equalBytes(await provider.sha256(sealed), hash)) continue;
      return await openFileChunk(
        { provider },
        { key: file.key, id: fromHex(file.id) },
        { size: file.size, index: n },
        sealed,
      );
    } catch (cause) {
      throw damaged(cause);
    } finally {
      giveBack(sealed);
    }
  }
  throw damaged();
}

/** A file that somebody picked, as something to send. */
import type { FileSource } from '../../client/files/ports.ts';
import { t } from '../../contract/words.ts';

export interface BlobSource extends FileSource {
  readonly blob: Blob;
}

export function blobSource(blob: Blob): BlobSource {
  return { blob, size: blob.size, read: (from, to) => readBlob(blob, from, to) };
}

/** The Blob that a source reads as it is; null where it reads something else. */
export const blobOf = (source: FileSource): Blob | null =>
  'blob' in source && source.blob instanceof Blob ? source.blob : null;

/** In a worker, reading at once leaves nothing behind: what `arrayBuffer()` holds goes with the worker's garbage, which comes too late for a large file. */
const isWorker = 'FileReaderSync' in globalThis;
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

/** @throws Error with a sentence when the file behind it is another one by now, or gone */
export async function readBlob(blob: Blob, from: number, to: number): Promise<Uint8Array> {
  let bytes: ArrayBuffer | null = null;
  try {
    const part = blob.slice(from, to);
    bytes = isWorker ? new FileReaderSync().readAsArrayBuffer(part) : await part.arrayBuffer();
  } catch (cause) {
    throw new Error(unreadable(), { cause });
  }
  if (bytes.byteLength !== to - from) throw new Error(unreadable());
  return new Uint8Array(bytes);
}

const unreadable = (): string =>
  t('This file cannot be read any more: it was changed, moved or deleted. Attach it again.');

/** The server's calls about files, over `fetch`. */
import { CHUNK_BYTES, CHUNK_MEDIA_TYPE, CHUNK_OVERHEAD_BYTES, MAX_CHUNKS } from '../contract/files.ts';
import {
  chunkPath,
  fileCompletePath,
  fileExpiryPath,
  fileHashesPath,
  filePath,
  filePlacePath,
  PATHS,
} from '../contract/paths.ts';
import { fileRecord, fileUsage } from './files/answers.ts';
import type { FileTransport } from './files/ports.ts';
import { putRun } from './files/put-run.ts';
import { RunLength } from './files/run-length.ts';
import { AnswerTooLong } from './http-bytes.ts';
import type { HttpCalls } from './http-relay.ts';
import { TransportFailed } from './ports.ts';

/** How long a chunk may take at first, in milliseconds: several at a time pass a line of 300 kbit/s. */
const CHUNK_TIMEOUT_MS = 120_000;
/** Each chunk that took longer doubles it, up to this: 40 kbit/s. */
const LONGEST_CHUNK_TIMEOUT_MS = 960_000;

export function httpFiles({ asked, told, fetched, spare }: HttpCalls): FileTransport {
  let timeout = CHUNK_TIMEOUT_MS;
  const runs = new RunLength();
  /** A line that was too slow for one chunk gives the next one more time. */
  const patient = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      const cause = error instanceof TransportFailed ? error.cause : null;
      if (cause instanceof Error && cause.name === 'TimeoutError')
        timeout = Math.min(LONGEST_CHUNK_TIMEOUT_MS, timeout * 2);
      throw error;
    }
  };
  const fetchChunk: FileTransport['chunk'] = async (id, n, signal) => {
    try {
      return await fetched(chunkPath(id, n), CHUNK_BYTES + CHUNK_OVERHEAD_BYTES, { timeout, signal });
    } catch (error) {
      // No chunk, whatever it is: asking until it is shorter would be waiting for nothing.
      if (error instanceof TransportFailed && error.cause instanceof AnswerTooLong) return new Uint8Array();
      throw error;
    }
  };
  return {
    usage: () => asked(fileUsage, 'GET', PATHS.files),
    begin: (upload) => asked(fileRecord, 'POST', PATHS.files, upload),
    record: (id) => asked(fileRecord, 'GET', filePath(id)),
    runs,
    spare,
    putChunks: (id, first, sealed, signal) => {
      const put = (n: number, body: unknown) =>
        patient(() => told('PUT', chunkPath(id, n), body, { type: CHUNK_MEDIA_TYPE, timeout, signal }));
      return putRun(put, runs, first, sealed);
    },
    chunk: (id, n, signal) => patient(() => fetchChunk(id, n, signal)),
    hashes: (id) => fetched(fileHashesPath(id), MAX_CHUNKS * 32),
    complete: (id) => asked(fileRecord, 'POST', fileCompletePath(id)),
    remove: (id) => told('DELETE', filePath(id)),
    setExpiry: (id, expiresAt) => asked(fileRecord, 'PUT', fileExpiryPath(id), { expiresAt }),
    place: (id, conversation) => told('PUT', filePlacePath(id, conversation)),
    unplace: (id, conversation) => told('DELETE', filePlacePath(id, conversation)),
  };
}

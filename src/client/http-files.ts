/** The server's calls about files, over `fetch`. */
import { CHUNK_BYTES, CHUNK_OVERHEAD_BYTES, MAX_CHUNKS } from '../contract/files.ts';
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
import type { HttpCalls } from './http-relay.ts';

export function httpFiles({ asked, told, fetched }: HttpCalls): FileTransport {
  return {
    usage: () => asked(fileUsage, 'GET', PATHS.files),
    begin: (upload) => asked(fileRecord, 'POST', PATHS.files, upload),
    record: (id) => asked(fileRecord, 'GET', filePath(id)),
    putChunk: (id, n, sealed) => told('PUT', chunkPath(id, n), sealed),
    chunk: (id, n) => fetched(chunkPath(id, n), CHUNK_BYTES + CHUNK_OVERHEAD_BYTES),
    hashes: (id) => fetched(fileHashesPath(id), MAX_CHUNKS * 32),
    complete: (id) => asked(fileRecord, 'POST', fileCompletePath(id)),
    remove: (id) => told('DELETE', filePath(id)),
    setExpiry: (id, expiresAt) => asked(fileRecord, 'PUT', fileExpiryPath(id), { expiresAt }),
    place: (id, conversation) => told('PUT', filePlacePath(id, conversation)),
    unplace: (id, conversation) => told('DELETE', filePlacePath(id, conversation)),
  };
}

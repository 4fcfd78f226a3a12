/** A member's calls about links for people without an account. Loaded with the part that makes them. */
import { type FileId, isFileId } from '../../contract/files.ts';
import { fileRequestPath, fileRequestUploadPath, PATHS, sharePath } from '../../contract/paths.ts';
import {
  type FileRequestEntry,
  type FileRequestId,
  type FileRequestRecord,
  type FileRequestRequest,
  isFileRequestId,
  isShareId,
  type ShareId,
  type ShareRecord,
  type ShareRequest,
} from '../../contract/shares.ts';
import { time } from '../answers.ts';
import type { HttpCalls } from '../http-relay.ts';
import { flag, list, nullable, number, record, type Shape, text, word } from '../stored.ts';

const shareRecord: Shape<ShareRecord> = record({
  id: word(isShareId),
  file: word(isFileId),
  createdAt: time,
  expiresAt: time,
  hasPassword: flag,
  downloads: nullable(number),
  used: number,
});
const entry: Shape<FileRequestEntry> = record({
  file: word(isFileId),
  size: number,
  receivedAt: time,
  manifest: text,
});
const requestRecord: Shape<FileRequestRecord> = record({
  id: word(isFileRequestId),
  createdAt: time,
  expiresAt: time,
  files: number,
  maxFileBytes: number,
  received: list(entry),
});
/** A member's. Every call throws TransportRefused or TransportFailed. */
export interface SharingTransport {
  shares(): Promise<readonly ShareRecord[]>;
  createShare(share: ShareRequest): Promise<ShareRecord>;
  endShare(id: ShareId): Promise<void>;
  requests(): Promise<readonly FileRequestRecord[]>;
  createRequest(request: FileRequestRequest): Promise<FileRequestRecord>;
  endRequest(id: FileRequestId): Promise<void>;
  /** What was handed in does not wait any more. */
  take(id: FileRequestId, file: FileId): Promise<void>;
}

export function httpSharing({ asked, told }: HttpCalls): SharingTransport {
  return {
    shares: () => asked(list(shareRecord), 'GET', PATHS.shares),
    createShare: (share) => asked(shareRecord, 'POST', PATHS.shares, share),
    endShare: (id) => told('DELETE', sharePath(id)),
    requests: () => asked(list(requestRecord), 'GET', PATHS.fileRequests),
    createRequest: (request) => asked(requestRecord, 'POST', PATHS.fileRequests, request),
    endRequest: (id) => told('DELETE', fileRequestPath(id)),
    take: (id, file) => told('DELETE', fileRequestUploadPath(id, file)),
  };
}

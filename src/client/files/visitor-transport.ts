/** The calls of people who have nothing but a link. */
import { CHUNK_BYTES, CHUNK_OVERHEAD_BYTES, chunksOf, type FileId, isFileId } from '../../contract/files.ts';
import {
  chunkPath,
  fileHashesPath,
  fileRequestOfferPath,
  fileRequestUploadPath,
  fileRequestUploadsPath,
  shareOfferPath,
  shareVisitPath,
} from '../../contract/paths.ts';
import {
  type FileRequestId,
  type FileRequestOffer,
  type HandIn,
  type HandInStart,
  type ShareId,
  type ShareOffer,
  type SharePassword,
  type ShareVisit,
  type ShareVisitRequest,
  VISIT_HEADER,
} from '../../contract/shares.ts';
import { time } from '../answers.ts';
import { type HttpCalls, type HttpTransportOptions, httpCalls } from '../http-relay.ts';
import { nullable, number, record, type Shape, text, word } from '../stored.ts';
import type { FileTransport } from './ports.ts';
import { putRun } from './put-run.ts';
import { RunLength } from './run-length.ts';

const password: Shape<SharePassword> = record({ salt: text, memory: number, passes: number, lanes: number });
const shareOffer: Shape<ShareOffer> = record({
  password: nullable(password),
  size: number,
  expiresAt: time,
});
const shareVisit: Shape<ShareVisit> = record({ visit: text, file: word(isFileId), manifest: text });
const requestOffer: Shape<FileRequestOffer> = record({
  offer: text,
  expiresAt: time,
  maxFileBytes: number,
  filesLeft: number,
});
const handIn: Shape<HandIn> = record({ visit: text });

/** An outsider's, without a session. */
export interface VisitorTransport {
  shareOffer(id: ShareId): Promise<ShareOffer>;
  visitShare(id: ShareId, visit: ShareVisitRequest): Promise<ShareVisit>;
  requestOffer(id: FileRequestId): Promise<FileRequestOffer>;
  begin(id: FileRequestId, file: HandInStart): Promise<HandIn>;
  /** Every chunk is there, and this is its manifest, base64url. */
  finish(id: FileRequestId, file: FileId, manifest: string): Promise<void>;
}
/** What a visit of one file may ask. */
export type VisitFiles = Pick<FileTransport, 'hashes' | 'chunk' | 'putChunks' | 'runs'>;

export function httpVisitor(options: HttpTransportOptions): VisitorTransport & {
  readonly visiting: (visit: string, size: number) => VisitFiles & Pick<VisitorTransport, 'finish'>;
} {
  const { asked } = httpCalls(options);
  const finishWith =
    ({ told }: HttpCalls): VisitorTransport['finish'] =>
    (id, file, manifest) =>
      told('POST', fileRequestUploadPath(id, file), { manifest });
  return {
    shareOffer: (id) => asked(shareOffer, 'GET', shareOfferPath(id)),
    visitShare: (id, visit) => asked(shareVisit, 'POST', shareVisitPath(id), visit),
    requestOffer: (id) => asked(requestOffer, 'GET', fileRequestOfferPath(id)),
    begin: (id, file) => asked(handIn, 'POST', fileRequestUploadsPath(id), file),
    finish: finishWith(httpCalls(options)),
    visiting(visit, size) {
      const headers = () => ({ ...options.headers?.(), [VISIT_HEADER]: visit });
      // A chunk over a slow line takes longer than an answer.
      const calls = httpCalls({ ...options, headers, timeout: CHUNK_TIMEOUT_MS });
      const runs = new RunLength();
      return {
        hashes: (id) => calls.fetched(fileHashesPath(id), chunksOf(size) * 32),
        chunk: (id, n) => calls.fetched(chunkPath(id, n), CHUNK_BYTES + CHUNK_OVERHEAD_BYTES),
        runs,
        putChunks: (id, first, sealed) =>
          putRun((n, body) => calls.told('PUT', chunkPath(id, n), body), runs, first, sealed),
        finish: finishWith(calls),
      };
    },
  };
}

const CHUNK_TIMEOUT_MS = 10 * 60_000;

/** What a carrier throws, on its way from a worker: classes do not cross, their fields do. */
import type { ErrorBody } from '../../contract/errors.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { Lost, OtherFile } from './sealed-chunks.ts';
import { FileProblem } from './types.ts';

/** An error as it is posted. */
export type CarriedError =
  | { readonly is: 'refused'; readonly status: number; readonly body: ErrorBody }
  | { readonly is: 'problem'; readonly kind: FileProblem['kind']; readonly message: string }
  | { readonly is: 'failed' | 'other file' | 'lost' | 'aborted' | 'error'; readonly message: string };

/** @param error whatever was thrown */
export function errorOut(error: unknown): CarriedError {
  if (error instanceof TransportRefused) return { is: 'refused', status: error.status, body: error.body };
  if (error instanceof FileProblem) return { is: 'problem', kind: error.kind, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TransportFailed) return { is: 'failed', message };
  if (error instanceof OtherFile) return { is: 'other file', message };
  if (error instanceof Lost) return { is: 'lost', message };
  const isAborted = error instanceof Error && error.name === 'AbortError';
  return { is: isAborted ? 'aborted' : 'error', message };
}

/** The same error on the other side. */
export function errorIn(carried: CarriedError): Error {
  switch (carried.is) {
    case 'refused':
      return new TransportRefused(carried.status, carried.body);
    case 'problem':
      return new FileProblem(carried.kind, carried.message);
    case 'failed':
      return new TransportFailed(carried.message);
    case 'other file':
      return new OtherFile();
    case 'lost':
      return new Lost();
    case 'aborted':
      return new DOMException(carried.message, 'AbortError');
    case 'error':
      return new Error(carried.message);
  }
}

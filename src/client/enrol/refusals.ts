/** What a server's no, or its silence, means to somebody who enrols. */

import type { ErrorName } from '../../contract/errors.ts';
import { t } from '../../contract/words.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { EnrolError, type EnrolErrorCode } from './errors.ts';

const CODES: Partial<Readonly<Record<ErrorName, EnrolErrorCode>>> = {
  ValidationError: 'invalid',
  Conflict: 'conflict',
  Gone: 'link-used',
  RateLimitExceeded: 'rate-limited',
};

/** Whether the server has certainly not acted: after silence, and after an error of its own, nobody knows. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof EnrolError && error.cause instanceof TransportRefused && error.cause.status < 500;

/**
 * Runs one call and gives its answer.
 * @param unsigned what a 401 means here: which of the secrets was wrong
 * @throws EnrolError
 */
export async function ask<T>(call: () => Promise<T>, unsigned: EnrolErrorCode = 'refused'): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof TransportFailed)
      throw new EnrolError(
        'offline',
        t('The server did not answer. Check your connection and try again: nothing is lost.'),
        { cause },
      );
    if (!(cause instanceof TransportRefused)) throw cause;
    const { error, message, fields, retry_after: retryAfter } = cause.body;
    const code = error === 'NotSignedIn' ? unsigned : (CODES[error] ?? 'refused');
    throw new EnrolError(code, message, {
      cause,
      ...(fields ? { fields } : {}),
      ...(retryAfter ? { retryAfter } : {}),
    });
  }
}

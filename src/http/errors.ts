/** The one mapping from what went wrong to HTTP, with the error shapes of contract/errors.ts. */
import type { ErrorBody, ErrorName } from '../contract/errors.ts';
import { t } from '../contract/words.ts';
import { DbUnavailable } from '../store/db.ts';

const STATUS: Readonly<Record<ErrorName, number>> = {
  ValidationError: 400,
  NotSignedIn: 401,
  Forbidden: 403,
  VerificationNeeded: 403,
  SecondFactorRequired: 403,
  NotFound: 404,
  Conflict: 409,
  WrongDevices: 409,
  Gone: 410,
  TooLarge: 413,
  UnsupportedMediaType: 415,
  UpgradeRequired: 426,
  RateLimitExceeded: 429,
  Internal: 500,
  Unavailable: 503,
};

/** The answer for anything thrown, in the language that is spoken now: refusals as they are, all else one constant shape. */
export function toErrorBody(error: unknown): { status: number; body: ErrorBody } {
  if (error instanceof Refusal) return { status: STATUS[error.body.error], body: error.body };
  if (error instanceof DbUnavailable)
    return {
      status: 503,
      body: {
        error: 'Unavailable',
        message: t('The server cannot store anything right now. Nothing was lost; try again in a moment.'),
      },
    };
  return {
    status: 500,
    body: { error: 'Internal', message: t('Something went wrong on the server. It has been logged.') },
  };
}

export { Refusal } from '../services/refusal.ts';

import { Refusal } from '../services/refusal.ts';

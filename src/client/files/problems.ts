/** Why a file cannot be had, in sentences. */
import { t } from '../../contract/words.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { FileProblem } from './types.ts';

export const damaged = (cause?: unknown): FileProblem =>
  new FileProblem(
    'damaged',
    t(
      'What the server gives is not the file that was sent, so it was not opened: ask the sender to send it again.',
    ),
    { cause },
  );

/** What a call about a file ended with, as whoever wanted the file is told. */
export function problemOf(error: unknown): unknown {
  if (error instanceof TransportFailed)
    return new FileProblem(
      'away',
      t('The server cannot be reached, so the file was not fetched: try again when you are connected.'),
      { cause: error },
    );
  if (!(error instanceof TransportRefused)) return error;
  if (error.status === 404 || error.status === 410)
    return new FileProblem(
      'gone',
      t('This file is not on the server any more, or not for you: ask the sender for it.'),
      { cause: error },
    );
  return new FileProblem(error.status >= 500 ? 'away' : 'refused', error.message, { cause: error });
}

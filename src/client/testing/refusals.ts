/** What a FakeRelay answers when it does not do what it is asked. */
import { TransportFailed, TransportRefused } from '../ports.ts';

/** A refusal as the server words it. */
export function refused(
  status: number,
  error:
    | 'ValidationError'
    | 'NotFound'
    | 'Conflict'
    | 'Gone'
    | 'Forbidden'
    | 'TooLarge'
    | 'NotSignedIn'
    | 'Unavailable',
  message: string,
): TransportRefused {
  return new TransportRefused(status, { error, message });
}

/** No answer came. */
export function lost(): TransportFailed {
  return new TransportFailed('The network is away.');
}

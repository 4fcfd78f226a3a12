/** Who answers in this network when the socket does not open: the server, somebody else, or nobody. */
import { PATHS } from '../../contract/paths.ts';

/** `portal`: a network that wants a sign-in first answers for the server. */
export type Reach = 'server' | 'portal' | 'nobody';

/** Milliseconds for one answer. */
const TIMEOUT_MS = 5000;
/** Network Authentication Required (RFC 6585, 6). */
const SIGN_IN_FIRST = 511;

/** Asks once for what everybody may know of the server. */
export async function askAround(): Promise<Reach> {
  let answer: Response;
  try {
    answer = await fetch(PATHS.workspace, {
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    return 'nobody';
  }
  // This address never leads anywhere else.
  if (answer.type === 'opaqueredirect' || answer.status === SIGN_IN_FIRST) return 'portal';
  if (answer.status >= 500) return 'nobody';
  const body: unknown = await answer.json().catch(() => null);
  return typeof body === 'object' && body !== null && ('ready' in body || 'error' in body)
    ? 'server'
    : 'portal';
}

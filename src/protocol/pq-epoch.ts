/** The sparse post-quantum ratchet: epochs that travel as `kx` messages (PROTOCOL 5). */
import type { KxPayload } from './payload.ts';
import type { Crypto } from './ports.ts';
import type { Session } from './session-state.ts';

/** Epochs that one device may offer in a minute, over all sessions; the caller counts. */
export const OFFERS_PER_MINUTE = 50;

/**
 * The `kx` message that this session owes without being asked: `answer`, the first sign of life to a verified
 * handshake, at once; `offer`, the next epoch (or a pending one again, unchanged). Null when none is due.
 */
export function kxDue(_session: Session, _now: number): 'answer' | 'offer' | null {
  throw new Error('unfinished');
}

/**
 * Makes the payload that kxDue asked for. Seal it with `kx: true` and commit the session with the envelope.
 * @throws E_LIMIT when no kx is due
 */
export async function makeKx(
  _crypto: Crypto,
  _session: Session,
): Promise<{ readonly session: Session; readonly payload: KxPayload }> {
  throw new Error('unfinished');
}

/**
 * Takes a `kx` payload that was opened on this session; commit the result together with that message.
 * @returns `reply`, a payload to send back, and `within`, how many ms it may wait for another message to go first: an
 * answer at once (0), an empty one after an answer within 10 s, to be dropped when anything else was sent meanwhile
 */
export async function takeKx(
  _crypto: Crypto,
  _session: Session,
  _payload: KxPayload,
): Promise<{ readonly session: Session; readonly reply: KxPayload | null; readonly within: number }> {
  throw new Error('unfinished');
}

/** Seven days with traffic and without a new epoch: shown to the person. */
export function isUnhealed(_session: Session, _now: number): boolean {
  throw new Error('unfinished');
}

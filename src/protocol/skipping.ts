/**
 * Limits on the keys of messages that are missing (protocol/README 5, 14), checked before any asymmetric work [R41].
 */
import { ProtocolError } from './errors.ts';
import type { ReceivingChain, Session } from './session-state.ts';

/** Messages that may be missing in one chain before the next that is opened. */
const MAX_SKIP_PER_CHAIN = 1000;
/** Keys of missing messages that one session keeps. */
const MAX_KEPT_KEYS = 2000;
/** How long they are kept: a day longer than the relay keeps their messages. */
const KEPT_KEY_MS = 8 * 24 * 3_600_000;
/** @throws E_SKIP when one chain, or all of them together, would have to keep too many keys */
export function checkSkip(chains: readonly ReceivingChain[], ...missing: readonly number[]): void {
  const kept = chains.reduce((sum, { skipped }) => sum + skipped.length, 0);
  const wanted = missing.reduce((sum, count) => sum + count, 0);
  if (missing.some((count) => count > MAX_SKIP_PER_CHAIN) || kept + wanted > MAX_KEPT_KEYS)
    throw new ProtocolError('E_SKIP', 'more messages are missing before this one than keys are kept for');
}

/** The session without the skipped keys that are past their time. */
export function dropExpiredKeys(session: Session, now: number): Session {
  const receiving = session.ratchet.receiving.map((chain) => ({
    ...chain,
    skipped: chain.skipped.filter(({ at }) => now - at < KEPT_KEY_MS),
  }));
  return { ...session, ratchet: { ...session.ratchet, receiving } };
}

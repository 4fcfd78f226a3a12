/**
 * Begins sessions from bundles. That is most of the work of a first contact, and needs no lock: it is done before the
 * operation that seals, and done again there when something has moved in between.
 */
import type { OwnDevice, PeerBundle } from '../protocol/session.ts';
import { type Session, startSession } from '../protocol/session.ts';
import { negotiate } from '../protocol/suite.ts';
import type { Context, Self } from './context.ts';
import type { Reads } from './operation.ts';
import { addressOf, type Target } from './recipients.ts';
import { goneSession, sendingSession } from './sessions.ts';

/** A session that is not stored yet, and what it was begun in the place of. */
export interface Begun {
  readonly session: Session;
  readonly instead: string;
}

/** This device as a handshake needs it. */
export function ownDevice(self: Self): OwnDevice {
  return {
    account: self.accountBytes,
    device: self.deviceBytes,
    certificateHashes: self.certificateHashes,
    agreementSecret: self.agreement,
  };
}

/** Begins a session with a device; gives `begun` itself when it still takes the place of what is there. */
export async function beginSession(
  reads: Reads,
  ctx: Context,
  target: Target,
  bundle: PeerBundle,
  begun: Begun | null = null,
): Promise<Begun> {
  const current = await sendingSession(reads, addressOf(target));
  const gone = await goneSession(reads, addressOf(target));
  const unansweredSince = current?.unansweredSince ?? null;
  const instead = [
    current?.sid.toHex(),
    gone?.toHex(),
    unansweredSince,
    target.pinned.certificateHash.toHex(),
  ].join();
  if (begun?.instead === instead) return begun;
  const { suites } = target.pinned;
  const session = await startSession(ctx.crypto, ownDevice(ctx.self), bundle, {
    suite: negotiate(ctx.self.suites, suites, Math.max(...suites)),
    replaces: current,
    gone,
    unansweredSince,
  });
  return { session, instead };
}

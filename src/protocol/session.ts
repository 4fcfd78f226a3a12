/**
 * Sessions between two devices (protocol/README 4, 5). Every function takes a session and gives a new one; none changes
 * its argument, so a failure leaves nothing behind [R9]. Commit the new session before ciphertext leaves or plaintext
 * shows.
 */
import { concat } from './codec.ts';
import { type Envelope, encodeHeader, encodeInit, type HandshakeProof } from './envelope.ts';
import { malformed, ProtocolError, unauthentic } from './errors.ts';
import { equalBytes, wipe } from './hash.ts';
import type { Crypto } from './ports.ts';
import { nextSendingKeys, receivingKeys } from './ratchet.ts';
import { envelopeDigest, openPart, proveSalt, sameOrClone, sealPart } from './seal.ts';
import { maySend, type Session } from './session-state.ts';

export { decodeSession, encodeSession } from './session-record.ts';
export * from './session-start.ts';
export { maySend, type Session } from './session-state.ts';

const DAY_MS = 24 * 3_600_000;
/** A new session is due after so many messages that the peer has not answered: safely below the skip limit. */
const RENEW_AFTER_MESSAGES = 800;
/** Or so long after the first of them, in milliseconds. */
const RENEW_AFTER_MS = 7 * DAY_MS;
/** A peer that never answered for so long is not written to any more, in milliseconds. */
const EXPIRED_AFTER_MS = 30 * DAY_MS;
/** Receive-only sessions kept of one peer device. */
const MAX_ARCHIVES = 5;
/** How long they are kept, in milliseconds. */
const ARCHIVE_MS = 8 * DAY_MS;

/**
 * Seals one content key for the session's peer: 176 B, and the handshake with it until the first answer.
 * @param message.bodyId 16 B; `contentKey` and `bodyHash` 32 B each (message.ts)
 * @param message.handshake proof of this session's transcript (handshakeTree), needed when awaitingAnswer(session)
 * @param message.kx true for a `kx` message, which does not count as traffic for the post-quantum ratchet
 * @throws E_AUTH when the session may not send (not verified, receive-only), E_STALE unanswered for 30 days, E_FORMAT
 */
export async function sealEnvelope(
  crypto: Crypto,
  session: Session,
  message: {
    readonly bodyId: Uint8Array;
    readonly contentKey: Uint8Array;
    readonly bodyHash: Uint8Array;
    readonly handshake?: HandshakeProof | undefined;
    readonly kx?: boolean;
  },
): Promise<{ readonly session: Session; readonly envelope: Uint8Array }> {
  const now = crypto.clock();
  if (!maySend(session)) throw unauthentic();
  if (staleness(session, now) === 'expired')
    throw new ProtocolError('E_STALE', 'this device has not answered for 30 days');
  const { init } = session;
  if (init !== null && message.handshake === undefined)
    throw malformed('a first message without its handshake proof');
  if (message.contentKey.length !== 32 || message.bodyHash.length !== 32)
    throw malformed('a content key or body hash');
  const { session: next, position, keys } = await nextSendingKeys(crypto, session);
  const header = proveSalt(
    session.suite,
    keys.subarray(32),
    encodeHeader({
      suite: session.suite,
      type: init === null ? 1 : 2,
      sid: session.sid,
      ...position,
      salt: concat(crypto.random(8), new Uint8Array(8)),
      bodyId: message.bodyId,
    }),
  );
  const seal = { suite: session.suite, keys, binding: session.binding, recipient: session.peer.device };
  const plain = concat(message.contentKey, message.bodyHash);
  const sealed = await sealPart(crypto, seal, header, plain);
  wipe(keys, plain);
  const handshake =
    init === null || message.handshake === undefined ? new Uint8Array() : encodeInit(init, message.handshake);
  const pq = message.kx === true ? next.pq : { ...next.pq, traffic: next.pq.traffic + 1 };
  return {
    session: { ...next, pq, unansweredSince: next.unansweredSince ?? now, reminderDue: false },
    envelope: concat(header, handshake, sealed),
  };
}

/**
 * Opens one envelope of a known session; the handshake fields of a type 2 envelope are ignored here. Counts no traffic:
 * openMessage (open.ts), which knows the kind, does.
 * @returns the next session, and the body's key and hash (32 B each)
 * @throws E_AUTH, E_SKIP, E_REPLAY (these very bytes were opened before), E_CLONE, E_SUITE
 */
export async function openEnvelope(
  crypto: Crypto,
  session: Session,
  envelope: Envelope,
): Promise<{ readonly session: Session; readonly contentKey: Uint8Array; readonly bodyHash: Uint8Array }> {
  const { header, headerBytes, sealed } = envelope;
  if (header.suite !== session.suite) throw new ProtocolError('E_SUITE', 'this session has another suite');
  if (!equalBytes(header.sid, session.sid)) throw unauthentic();
  const receiving = await receivingKeys(crypto, session, header);
  if (receiving.seen !== null) throw sameOrClone(session.suite, envelope, receiving.seen);
  const { suite, binding } = session;
  const seal = { suite, keys: receiving.keys, binding, recipient: session.self.device };
  const plain = await openPart(crypto, seal, headerBytes, sealed);
  if (plain.length !== 64) throw unauthentic();
  return {
    session: receiving.settle(envelopeDigest(envelope)),
    contentKey: plain.slice(0, 32),
    bodyHash: plain.slice(32),
  };
}

/** Makes a session receive-only, for good. */
export function archiveSession(session: Session, now: number): Session {
  return session.archivedAt === null ? { ...session, archivedAt: now } : session;
}

/** Receive-only sessions to keep of one peer device: the newest 5, 8 days at most. The rest is to be deleted. */
export function keptArchives(archived: readonly Session[], now: number): readonly Session[] {
  return archived
    .filter(({ archivedAt }) => archivedAt !== null && now - archivedAt < ARCHIVE_MS)
    .sort((a, b) => (b.archivedAt ?? 0) - (a.archivedAt ?? 0))
    .slice(0, MAX_ARCHIVES);
}

/** A peer is reminded of a session at most this often, in milliseconds. */
const REMINDER_INTERVAL_MS = 10 * 60_000;

/**
 * Call it for the sending session when a message was opened on a receive-only one. The peer is there, so its silence is
 * over; and one that has not answered this session's handshake does not know it: kxDue then asks for a word here, which
 * repeats the handshake.
 */
export function remindPeer(session: Session, now: number): Session {
  if (!awaitingAnswer(session) || !maySend(session)) return session;
  const soon = session.remindedAt > 0 && now - session.remindedAt < REMINDER_INTERVAL_MS;
  const heard = { ...session, unansweredSince: null };
  return soon ? heard : { ...heard, reminderDue: true, remindedAt: now };
}

/** The next envelope repeats the handshake, so its message must carry this session's transcript in handshakeRoot. */
export const awaitingAnswer = (session: Session): boolean => session.init !== null;

/**
 * How long the peer has been silent: `renew` after 800 unanswered messages or 7 days (start a new session before the
 * next message), `expired` after 30 days (the device is "not reached", E_STALE).
 */
export function staleness(session: Session, now: number): 'fresh' | 'renew' | 'expired' {
  const { sending, stepDue } = session.ratchet;
  const { unansweredSince } = session;
  if (unansweredSince !== null && now - unansweredSince >= EXPIRED_AFTER_MS) return 'expired';
  if (sending === null || stepDue) return 'fresh';
  return sending.next >= RENEW_AFTER_MESSAGES || now - sending.startedAt >= RENEW_AFTER_MS
    ? 'renew'
    : 'fresh';
}

/**
 * Sessions between two devices (PROTOCOL 4, 5). Every function takes a session and gives a new one; none changes its
 * argument, so a failure leaves nothing behind [R9]. Commit the new session before ciphertext leaves or plaintext shows.
 */
import type { Certificate } from './certificate.ts';
import type { Envelope, HandshakeProof } from './envelope.ts';
import type { Crypto } from './ports.ts';
import type { PrekeySecret } from './prekeys.ts';
import type { Session } from './session-state.ts';

export { decodeSession, encodeSession, type Session } from './session-state.ts';

/** A verified certificate with the hash of its record without signatures, 32 B. */
export interface KnownCertificate {
  readonly certificate: Certificate;
  readonly hash: Uint8Array;
}
/** This device, as far as a handshake needs it. */
export interface OwnDevice {
  readonly account: Uint8Array;
  readonly device: Uint8Array;
  /** Hashes of its certificates, newest first: a renewal does not stop handshakes that are under way. */
  readonly certificateHashes: readonly Uint8Array[];
  /** DHK secret, 32 B. */
  readonly agreementSecret: Uint8Array;
}
/** A peer's device and prekeys, each verified by the caller in the order of PROTOCOL 4.1. */
export interface PeerBundle extends KnownCertificate {
  readonly signedPrekey: {
    readonly id: number;
    readonly x25519: Uint8Array;
    readonly kem: Uint8Array;
    /** Hash of the statement without signatures, 32 B. */
    readonly hash: Uint8Array;
  };
  readonly oneTime: {
    readonly id: number;
    readonly x25519: Uint8Array;
    readonly kem: Uint8Array;
    readonly leafHash: Uint8Array;
  } | null;
}
/** The private halves that an incoming handshake names. */
export interface OwnPrekeys {
  readonly signedPrekey: { readonly secret: PrekeySecret; readonly hash: Uint8Array };
  /** Null exactly when the handshake names none. */
  readonly oneTime: { readonly secret: PrekeySecret; readonly leafHash: Uint8Array } | null;
}

/**
 * Begins a session with a device. Nothing is sent yet; its first envelope will carry the handshake.
 * @param options.suite what suite.ts negotiated; must stand in the peer's certificate
 * @param options.unansweredSince of the session it replaces, when that one was never answered
 * @throws E_SUITE, E_AUTH (bad public key)
 */
export async function startSession(
  _crypto: Crypto,
  _self: OwnDevice,
  _peer: PeerBundle,
  _options: { readonly suite: number; readonly unansweredSince?: number | null },
): Promise<Session> {
  throw new Error('unfinished');
}

/**
 * The session that a type 2 envelope begins. It may only receive until openFirstMessage (open.ts) has verified its
 * signature; use that one, this is its first half.
 * @throws E_AUTH, E_SUITE
 */
export async function acceptSession(
  _crypto: Crypto,
  _self: OwnDevice,
  _peer: KnownCertificate,
  _prekeys: OwnPrekeys,
  _envelope: Envelope,
): Promise<Session> {
  throw new Error('unfinished');
}

/**
 * Seals one content key for the session's peer: 176 B, or with the handshake until the first answer.
 * @param message.handshake proof of this session's transcript (handshakeTree), needed when awaitingAnswer(session)
 * @param message.kx true for a `kx` message, which does not count as traffic for the post-quantum ratchet
 * @throws E_AUTH when the session may not send (not verified, receive-only), E_STALE unanswered for 30 days, E_FORMAT
 */
export async function sealEnvelope(
  _crypto: Crypto,
  _session: Session,
  _message: {
    readonly bodyId: Uint8Array;
    readonly contentKey: Uint8Array;
    readonly bodyHash: Uint8Array;
    readonly handshake?: HandshakeProof | undefined;
    readonly kx?: boolean;
  },
): Promise<{ readonly session: Session; readonly envelope: Uint8Array }> {
  throw new Error('unfinished');
}

/**
 * Opens one envelope of a known session.
 * @returns the next session, and the body's key and hash
 * @throws E_AUTH, E_SKIP, E_REPLAY (these very bytes were opened before), E_CLONE, E_SUITE
 */
export async function openEnvelope(
  _crypto: Crypto,
  _session: Session,
  _envelope: Envelope,
): Promise<{ readonly session: Session; readonly contentKey: Uint8Array; readonly bodyHash: Uint8Array }> {
  throw new Error('unfinished');
}

/** Makes a session receive-only, for good. */
export function archiveSession(_session: Session, _now: number): Session {
  throw new Error('unfinished');
}
/** Receive-only sessions to keep of one peer: the newest 5, 8 days at most. The rest is to be deleted. */
export function keptArchives(_archived: readonly Session[], _now: number): readonly Session[] {
  throw new Error('unfinished');
}
/** The next envelope repeats the handshake, so its message must carry this session's transcript in handshakeRoot. */
export function awaitingAnswer(_session: Session): boolean {
  throw new Error('unfinished');
}
/** Whether sealEnvelope may be called: verified and not receive-only. */
export function maySend(_session: Session): boolean {
  throw new Error('unfinished');
}
/**
 * How long the peer has been silent: `renew` after 800 unanswered messages or 7 days (start a new session before the
 * next message), `expired` after 30 days (the device is "not reached", E_STALE).
 */
export function staleness(_session: Session, _now: number): 'fresh' | 'renew' | 'expired' {
  throw new Error('unfinished');
}

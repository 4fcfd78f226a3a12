/** What surrounds first contact: the tree of transcripts, the replay record, and which of two sessions sends (PROTOCOL 4). */
import type { Envelope, HandshakeProof } from './envelope.ts';
import type { Session } from './session-state.ts';

/**
 * The tree over the transcripts of every handshake that a message will carry, in the order given.
 * @returns the root for content.handshakeRoot (32 B, or empty for no transcript) and one proof per transcript
 */
export function handshakeTree(_transcripts: readonly Uint8Array[]): {
  readonly root: Uint8Array;
  readonly proofs: readonly HandshakeProof[];
} {
  throw new Error('unfinished');
}

/** What must be remembered of a handshake for as long as the signed prekey's private half lives [R24]. */
export interface ReplayRecord {
  readonly signedPrekeyId: number;
  readonly oneTimeId: number | null;
  /** 32 B. */
  readonly ephemeral: Uint8Array;
  /** The three as text, for a storage key: `spk.otp.ephemeral`, `-` for no one-time key. */
  readonly key: string;
}
/** The replay record of a type 2 envelope, null for type 1. Look it up before openFirstMessage. */
export function replayRecord(_envelope: Envelope): ReplayRecord | null {
  throw new Error('unfinished');
}

/**
 * Which session sends after `incoming` was accepted while `current` was the sending one. When this device began
 * `current` and it is still unanswered, both sides began at once: the bytewise smaller transcript sends. Otherwise
 * the peer has begun anew, and the incoming one sends. The other becomes receive-only, for good [R31].
 */
export function settleSessions(
  _current: Session | null,
  _incoming: Session,
  _now: number,
): { readonly sending: Session; readonly receiveOnly: Session | null } {
  throw new Error('unfinished');
}

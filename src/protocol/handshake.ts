/**
 * What surrounds first contact: the tree of transcripts, the replay record, and which of two sessions sends
 * (protocol/README 4).
 */
import type { Envelope, HandshakeProof } from './envelope.ts';
import { MAX_HANDSHAKES } from './envelope.ts';
import { malformed, ProtocolError } from './errors.ts';
import { compareBytes, equalBytes, hash } from './hash.ts';
import { leafHash, root, verifyInclusion } from './merkle.ts';
import { archiveSession, remindPeer } from './session.ts';
import type { Session } from './session-state.ts';

/**
 * The tree over the transcripts (T, 32 B each) of every handshake that a message will carry, in the order given.
 * @returns the root for content.handshakeRoot (32 B, or empty for no transcript) and one proof per transcript
 * @throws E_LIMIT above 1,024
 */
export function handshakeTree(transcripts: readonly Uint8Array[]): {
  readonly root: Uint8Array;
  readonly proofs: readonly HandshakeProof[];
} {
  if (transcripts.length === 0) return { root: new Uint8Array(), proofs: [] };
  if (transcripts.length > MAX_HANDSHAKES)
    throw new ProtocolError('E_LIMIT', 'too many handshakes in one message');
  const paths: Uint8Array[][] = transcripts.map(() => []);
  let level = transcripts.map((transcript) => leafHash(hash, transcript));
  // Level by level, because a path at a time would hash the whole tree for each of up to a thousand devices.
  for (let height = 0; level.length > 1; height++) {
    for (const [index, path] of paths.entries()) {
      const sibling = level[(index >> height) ^ 1];
      if (sibling !== undefined) path.push(sibling);
    }
    level = pairUp(level);
  }
  const proofs = paths.map((path, index) => ({ index, size: paths.length, path }));
  return { root: level[0] ?? new Uint8Array(), proofs };
}

/** The next level of an RFC 6962 tree; a node without a partner moves up as it is. */
function pairUp(level: readonly Uint8Array[]): Uint8Array[] {
  const next: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) next.push(root(hash, level.slice(i, i + 2)));
  return next;
}

/** Whether the signed root covers this transcript. */
export function isHandshakeProven(
  transcript: Uint8Array,
  proof: HandshakeProof,
  signedRoot: Uint8Array,
): boolean {
  return verifyInclusion(hash, { ...proof, leaf: leafHash(hash, transcript), root: signedRoot });
}

/** What must be remembered of a handshake for as long as the signed prekey's private half lives [R24]. */
export interface ReplayRecord {
  readonly signedPrekeyId: number;
  readonly oneTimeId: number | null;
  /** EK, 32 B. */
  readonly ephemeral: Uint8Array;
  /** The three as text, for a storage key: `spk.otp.ephemeral` in hexadecimal, `-` for no one-time key. */
  readonly key: string;
}

/** The replay record of a type 2 envelope. Look it up before openFirstMessage. @throws E_FORMAT for type 1 */
export function replayRecord({ init }: Envelope): ReplayRecord {
  if (init === null) throw malformed('an envelope without a handshake');
  const { signedPrekeyId, oneTimeId, ephemeral } = init;
  const names = [
    signedPrekeyId.toString(16),
    oneTimeId === null ? '-' : oneTimeId.toString(16),
    hex(ephemeral),
  ];
  return { signedPrekeyId, oneTimeId, ephemeral, key: names.join('.') };
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Which session sends after `incoming` was accepted while `current` was the sending one. When this device began
 * `current`, it is still unanswered, and `incoming` was not begun to replace it, both sides began at once: the bytewise
 * smaller transcript sends. Otherwise the peer has begun anew, and the incoming one sends. The other becomes receive-only, for good [R31].
 */
export function settleSessions(
  current: Session | null,
  incoming: Session,
  now: number,
): { readonly sending: Session; readonly receiveOnly: Session | null } {
  if (current === null) return { sending: incoming, receiveOnly: null };
  const atOnce =
    current.role === 'initiator' && current.init !== null && !equalBytes(incoming.replaces, current.sid);
  return atOnce && compareBytes(current.transcript, incoming.transcript) < 0
    ? { sending: remindPeer(current, now), receiveOnly: archiveSession(incoming, now) }
    : { sending: incoming, receiveOnly: archiveSession(current, now) };
}

/**
 * The receive order of PROTOCOL 5, from parsed envelope to opened message, without committing anything: session or
 * handshake, derive, AEAD, bodyHash, commitment, body AEAD, signature, sender. Membership, seq and previous are the
 * caller's next checks; then it commits session, message and replay record together and deletes the one-time key.
 */
import type { Envelope } from './envelope.ts';
import type { ReplayRecord } from './handshake.ts';
import type { OpenedBody } from './message.ts';
import type { Crypto } from './ports.ts';
import type { KnownCertificate, OwnDevice, OwnPrekeys, Session } from './session.ts';

export interface OpenedMessage extends OpenedBody {
  /** The state after this message. */
  readonly session: Session;
  /** Both signatures verified under the peer's certificate; false only for class 2, which the session authenticates. */
  readonly signed: boolean;
}

/**
 * Opens a message of a known session (look it up by envelope.header.sid).
 * @param message.peer the session peer's certificate, verified, not revoked
 * @throws E_AUTH, E_SKIP, E_REPLAY, E_CLONE, E_SUITE, E_FORMAT (the peer itself sent what no Sotto sends)
 */
export async function openMessage(
  _crypto: Crypto,
  _message: {
    readonly envelope: Envelope;
    readonly body: Uint8Array;
    readonly session: Session;
    readonly peer: KnownCertificate;
  },
): Promise<OpenedMessage> {
  throw new Error('unfinished');
}

/**
 * Opens the message that begins a session: as openMessage, and the signed content must prove the handshake.
 * @param message.peer the certificate whose hash is envelope.init.certificateA
 * @param message.replayed the replay record is in the store already
 * @throws as openMessage; E_REPLAY when replayed
 */
export async function openFirstMessage(
  _crypto: Crypto,
  _message: {
    readonly envelope: Envelope;
    readonly body: Uint8Array;
    readonly self: OwnDevice;
    readonly peer: KnownCertificate;
    readonly prekeys: OwnPrekeys;
    readonly replayed: boolean;
  },
): Promise<OpenedMessage & { readonly replay: ReplayRecord }> {
  throw new Error('unfinished');
}

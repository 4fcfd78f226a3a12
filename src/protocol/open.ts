/**
 * The receive order of protocol/README 8, from parsed envelope to opened message, without committing anything: session
 * or handshake, derive, AEAD, bodyHash, commitment, body AEAD, signature, sender. Membership, seq and previous are the
 * caller's next checks; then it commits session, message and replay record together and deletes the one-time key.
 */
import { decodeBodyHeader } from './body-header.ts';
import type { Envelope } from './envelope.ts';
import { ProtocolError, unauthentic } from './errors.ts';
import { isHandshakeProven, type ReplayRecord, replayRecord } from './handshake.ts';
import { equalBytes, wipe } from './hash.ts';
import { fingerprint } from './identity.ts';
import { type OpenedBody, openBody, verifyBody } from './message.ts';
import type { Crypto } from './ports.ts';
import {
  acceptSession,
  type KnownCertificate,
  type OwnDevice,
  type OwnPrekeys,
  openEnvelope,
  type Session,
} from './session.ts';

export interface OpenedMessage extends OpenedBody {
  /** The state after this message. */
  readonly session: Session;
  /** Both signatures verified under the peer's certificate; false only for class 2, which the session authenticates. */
  readonly signed: boolean;
}

interface Delivered {
  readonly envelope: Envelope;
  /** The sealed body as the relay gave it. */
  readonly body: Uint8Array;
}

/**
 * Opens a message of a known session (look it up by envelope.header.sid).
 * @param message.peer the session peer's certificate, verified, not revoked
 * @throws E_AUTH, E_SKIP, E_REPLAY, E_CLONE, E_SUITE, E_FORMAT (a body that is none, or that no Sotto makes)
 */
export async function openMessage(
  crypto: Crypto,
  message: Delivered & { readonly session: Session; readonly peer: KnownCertificate },
): Promise<OpenedMessage> {
  const { envelope, body, session, peer } = message;
  checkBody(envelope, body);
  if (!isPeer(session, peer)) throw unauthentic();
  const { contentKey, bodyHash, session: next } = await openEnvelope(crypto, session, envelope);
  const opened = await openBody(crypto, { body, contentKey, bodyHash });
  wipe(contentKey);
  const signed = opened.signature !== null;
  if (signed && !(await verifyBody(crypto, opened, peer.certificate.signingKey))) throw unauthentic();
  const { account, device } = opened.header;
  if (!equalBytes(account, session.peer.account) || !equalBytes(device, session.peer.device))
    throw unauthentic();
  return { ...opened, signed, session: opened.content.kind === 'kx' ? next : counted(next) };
}

/**
 * Opens the message that begins a session: as openMessage, and its signed content must prove the handshake. Unless it
 * does, there is no session.
 * @param message.peer the certificate whose hash is envelope.init.certificateA, verified, not revoked
 * @param message.prekeys the private halves that envelope.init names
 * @param message.replayed the replay record is in the store already
 * @returns the record to store with the session; the one-time key that `replay.oneTimeId` names is to be deleted
 * @throws as openMessage; E_STALE when replayed: the session that it began is gone, or there would be no handshake to look
 *   at, so the message itself may be new and has to be asked for again
 */
export async function openFirstMessage(
  crypto: Crypto,
  message: Delivered & {
    readonly self: OwnDevice;
    readonly peer: KnownCertificate;
    readonly prekeys: OwnPrekeys;
    readonly replayed: boolean;
  },
): Promise<OpenedMessage & { readonly replay: ReplayRecord }> {
  const { envelope, body, self, peer, prekeys } = message;
  const replay = replayRecord(envelope);
  if (message.replayed) throw new ProtocolError('E_STALE', 'the session that this handshake began is gone');
  checkBody(envelope, body);
  const session = await acceptSession(crypto, self, peer, prekeys, envelope);
  const opened = await openMessage(crypto, { envelope, body, session, peer });
  const { handshakeRoot } = opened.content;
  if (!opened.signed || envelope.init === null) throw unauthentic();
  if (!isHandshakeProven(session.transcript, envelope.init.proof, handshakeRoot)) throw unauthentic();
  return { ...opened, session: { ...opened.session, verified: true }, replay };
}

/** Form and id of the body, before any key is touched [R41]. */
function checkBody(envelope: Envelope, body: Uint8Array): void {
  const { header } = decodeBodyHeader(body);
  if (!equalBytes(header.bodyId, envelope.header.bodyId)) throw unauthentic();
}

/** A renewed certificate keeps device and keys, so it still is the peer. */
function isPeer({ peer, suite }: Session, { certificate }: KnownCertificate): boolean {
  return (
    equalBytes(certificate.account, peer.account) &&
    equalBytes(certificate.device, peer.device) &&
    equalBytes(fingerprint(certificate.signingKey, suite), peer.signingKeyHash)
  );
}

const counted = (session: Session): Session => ({
  ...session,
  pq: { ...session.pq, traffic: session.pq.traffic + 1 },
});

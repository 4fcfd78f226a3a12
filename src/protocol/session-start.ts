/** How a session begins, on either side (protocol/README 4): the handshake's keys become a ratchet. */
import type { HashedCertificate } from './certificate.ts';
import type { Envelope } from './envelope.ts';
import { malformed, ProtocolError, unauthentic } from './errors.ts';
import { equalBytes } from './hash.ts';
import { fingerprint } from './identity.ts';
import type { Crypto } from './ports.ts';
import { type HandshakeKeys, initiate, respond } from './pqxdh.ts';
import type { PrekeySecret } from './prekeys.ts';
import type { SecretKey } from './provider.ts';
import type { Ratchet, Session } from './session-state.ts';
import { liveSuite } from './suite.ts';

/** A verified certificate with the hash of its record without signatures, 32 B. */
export type KnownCertificate = HashedCertificate;
/** This device, as far as a handshake needs it. */
export interface OwnDevice {
  /** 16 B. */
  readonly account: Uint8Array;
  /** 16 B. */
  readonly device: Uint8Array;
  /** Hashes of its certificates, newest first: a renewal does not stop handshakes that are under way. */
  readonly certificateHashes: readonly Uint8Array[];
  /** DHK secret, 32 B, or kept by the platform. */
  readonly agreementSecret: SecretKey;
}
/** A peer's device and prekeys, each verified by the caller in the order of protocol/README 4. */
export interface PeerBundle extends KnownCertificate {
  readonly signedPrekey: {
    readonly id: number;
    readonly x25519: Uint8Array;
    readonly kem: Uint8Array;
    /** Hash of the statement without signatures, 32 B. */
    readonly hash: Uint8Array;
  };
  /** Null when the relay's stock was empty. */
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
 * Begins a session with a device. Nothing is sent yet; its first envelopes carry the handshake.
 * @param options.suite what suite.ts negotiated; must stand in the peer's certificate
 * @param options.replaces the session with this device that is given up for it, whatever the reason: the peer follows at
 *   once instead of taking it for a session that both began at once
 * @param options.gone sid (16 B) of a session on which the peer was heard and that is not here: it is the one that the peer
 *   sends on, so it is given up in the place of `replaces`
 * @param options.unansweredSince carried over from that session while the peer has not been heard
 * @throws E_SUITE, E_AUTH for a public key that is no key
 */
export async function startSession(
  crypto: Crypto,
  self: OwnDevice,
  peer: PeerBundle,
  options: {
    readonly suite: number;
    readonly replaces?: Session | null;
    readonly gone?: Uint8Array | null;
    readonly unansweredSince?: number | null;
  },
): Promise<Session> {
  const suite = liveSuite(options.suite).id;
  const { certificate, signedPrekey, oneTime } = peer;
  if (!certificate.suites.includes(suite))
    throw new ProtocolError('E_SUITE', 'the device does not have this suite');
  const [certificateA] = self.certificateHashes;
  if (certificateA === undefined) throw malformed('a device without a certificate');
  const replaces = options.gone ?? replacedSid(options.replaces ?? null);
  const { ephemeral, ciphertext, ...keys } = await initiate(
    crypto,
    suite,
    { agreementSecret: self.agreementSecret, certificate: certificateA, replaces },
    { agreementKey: certificate.agreementKey, certificate: peer.hash, signedPrekey, oneTime },
  );
  return {
    ...newSession(crypto, suite, keys, self, peer),
    role: 'initiator',
    verified: true,
    usedOneTime: oneTime !== null,
    replaces,
    init: {
      certificateA,
      certificateB: peer.hash,
      signedPrekeyId: signedPrekey.id,
      oneTimeId: oneTime?.id ?? null,
      ephemeral,
      ciphertext,
      replaces,
    },
    unansweredSince: options.unansweredSince ?? null,
    ratchet: { ...newRatchet(keys), stepDue: true, peerDh: signedPrekey.x25519 },
  };
}

/**
 * The session that a type 2 envelope begins. It may only receive until openFirstMessage (open.ts) has verified its
 * signature; use that one, this is its first half.
 * @throws E_AUTH when the handshake is for others or names other keys, E_SUITE
 */
export async function acceptSession(
  crypto: Crypto,
  self: OwnDevice,
  peer: KnownCertificate,
  prekeys: OwnPrekeys,
  envelope: Envelope,
): Promise<Session> {
  const { init, header } = envelope;
  const { signedPrekey, oneTime } = prekeys;
  if (init === null) throw unauthentic();
  const suite = liveSuite(header.suite).id;
  if (!peer.certificate.suites.includes(suite))
    throw new ProtocolError('E_SUITE', 'the device does not have this suite');
  const forUs = self.certificateHashes.some((hash) => equalBytes(hash, init.certificateB));
  if (!forUs || !equalBytes(peer.hash, init.certificateA)) throw unauthentic();
  if (signedPrekey.secret.id !== init.signedPrekeyId || (oneTime?.secret.id ?? null) !== init.oneTimeId)
    throw unauthentic();
  const inputs = {
    ...init,
    suite,
    signedPrekey: signedPrekey.hash,
    oneTimeLeaf: oneTime?.leafHash ?? null,
  };
  const keys = await respond(
    crypto,
    inputs,
    { agreementKey: peer.certificate.agreementKey },
    {
      agreementSecret: self.agreementSecret,
      signedPrekey: signedPrekey.secret,
      oneTime: oneTime?.secret ?? null,
    },
  );
  if (!equalBytes(keys.sid, header.sid)) throw unauthentic();
  const secret = signedPrekey.secret.x25519.slice();
  const own = { secret, dh: await crypto.provider.x25519PublicKey(secret) };
  return {
    ...newSession(crypto, suite, keys, self, peer),
    role: 'responder',
    verified: false,
    usedOneTime: oneTime !== null,
    replaces: init.replaces,
    init: null,
    unansweredSince: null,
    ratchet: { ...newRatchet(keys), own },
  };
}

/** A session that the peer never answered may be unknown to it: then it is the one before that is given up. */
const replacedSid = (replaced: Session | null): Uint8Array =>
  replaced === null ? new Uint8Array(16) : replaced.init === null ? replaced.sid : replaced.replaces;

/** What both roles begin with. */
function newSession(
  { clock }: Crypto,
  suite: number,
  { sid, transcript, binding }: HandshakeKeys,
  self: OwnDevice,
  { certificate }: KnownCertificate,
) {
  const now = clock();
  return {
    suite,
    sid,
    transcript,
    binding,
    self: { account: self.account, device: self.device },
    peer: {
      account: certificate.account,
      device: certificate.device,
      signingKeyHash: fingerprint(certificate.signingKey, suite),
    },
    createdAt: now,
    archivedAt: null,
    reminderDue: false,
    remindedAt: 0,
    pq: {
      epoch: 0,
      offered: null,
      ready: null,
      answered: null,
      traffic: 0,
      since: now,
      advancedAt: now,
      offeredAt: 0,
    },
  };
}

const newRatchet = ({ rootKey }: HandshakeKeys): Ratchet => ({
  rootKey,
  own: null,
  sending: null,
  stepDue: false,
  peerDh: new Uint8Array(),
  receiving: [],
});

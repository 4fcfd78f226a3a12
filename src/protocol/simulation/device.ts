/** A device with everything that a handshake needs, and the steps that tests repeat. */
import type { BodyHeader } from '../body-header.ts';
import { type Certificate, certificateRecord } from '../certificate.ts';
import type { Content } from '../content.ts';
import { type HandshakeProof, parseEnvelope } from '../envelope.ts';
import { handshakeTree } from '../handshake.ts';
import { hash } from '../hash.ts';
import { createSigningKeyPair, type Signer } from '../identity.ts';
import { leafHash } from '../merkle.ts';
import { sealBody } from '../message.ts';
import { type OpenedMessage, openFirstMessage, openMessage } from '../open.ts';
import { type KxPayload, kxPayload, textPayload } from '../payload.ts';
import type { Crypto } from '../ports.ts';
import {
  createPrekeyBatch,
  createSignedPrekey,
  decodePrekeyBatch,
  decodeSignedPrekey,
  oneTimePrekeyRecord,
} from '../prekeys.ts';
import {
  awaitingAnswer,
  type KnownCertificate,
  type OwnDevice,
  type OwnPrekeys,
  type PeerBundle,
  type Session,
  sealEnvelope,
  startSession,
} from '../session.ts';

export interface Device {
  readonly crypto: Crypto;
  readonly dik: Signer;
  readonly self: OwnDevice;
  readonly known: KnownCertificate;
  readonly signedPrekey: OwnPrekeys['signedPrekey'] & { readonly bundle: PeerBundle['signedPrekey'] };
  readonly oneTime: readonly (NonNullable<OwnPrekeys['oneTime']> & {
    readonly bundle: NonNullable<PeerBundle['oneTime']>;
  })[];
}

/** A device of a new account. */
export async function createDevice(crypto: Crypto, oneTimePrekeys = 1): Promise<Device> {
  const { provider, random, clock } = crypto;
  const dik = await createSigningKeyPair(crypto);
  const agreementSecret = random(32);
  const certificate: Certificate = {
    account: random(16),
    device: random(16),
    signingKey: dik.publicKey,
    agreementKey: await provider.x25519PublicKey(agreementSecret),
    suites: [2],
    created: clock(),
    expires: clock() + 180 * 24 * 3_600_000,
  };
  const known = { certificate, hash: hash(certificateRecord.encode(certificate)) };
  const signed = await createSignedPrekey(crypto, dik, 1);
  const { prekey, hash: statement } = decodeSignedPrekey(signed.signed);
  const batch = oneTimePrekeys === 0 ? null : await createPrekeyBatch(crypto, dik, 1, oneTimePrekeys);
  const leaves = batch === null ? [] : decodePrekeyBatch(batch.batch).leaves;
  const oneTime = leaves.flatMap((leaf, i) => {
    const secret = batch?.secrets[i];
    const leafId = leafHash(hash, leaf);
    return secret === undefined
      ? []
      : [{ secret, leafHash: leafId, bundle: { ...oneTimePrekeyRecord.decode(leaf), leafHash: leafId } }];
  });
  return {
    crypto,
    dik,
    self: {
      account: certificate.account,
      device: certificate.device,
      certificateHashes: [known.hash],
      agreementSecret,
    },
    known,
    signedPrekey: { secret: signed.secret, hash: statement, bundle: { ...prekey, hash: statement } },
    oneTime,
  };
}

/** What the relay would hand out for the device. */
export const bundleOf = (device: Device, oneTime = device.oneTime[0]?.bundle ?? null): PeerBundle => ({
  ...device.known,
  signedPrekey: device.signedPrekey.bundle,
  oneTime,
});

/** The private halves that a handshake names. */
export const prekeysFor = (device: Device, oneTimeId: number | null): OwnPrekeys => ({
  signedPrekey: device.signedPrekey,
  oneTime: device.oneTime.find(({ secret }) => secret.id === oneTimeId) ?? null,
});

/** A session from one device to another. */
export const begin = (from: Device, to: Device, oneTime?: PeerBundle['oneTime']): Promise<Session> =>
  startSession(from.crypto, from.self, bundleOf(to, oneTime), { suite: 2 });

const ZEROS = new Uint8Array(32);
/** The conversation of every simulated text. */
export const CONVERSATION = new Uint8Array(32).fill(7);

/** A content of class 1. */
export function textContent(text: string, seq: number, handshakeRoot: Uint8Array, sentAt: number): Content {
  return {
    kind: 'text',
    seq,
    previous: ZEROS,
    rosterHash: CONVERSATION,
    deviceListsHash: ZEROS,
    ktSize: 0,
    ktRoot: ZEROS,
    handshakeRoot,
    sentAt,
    payload: textPayload.encode({ text, replyTo: null, timer: null }),
  };
}

/** A content of class 2. */
export function sessionContent(
  kind: string,
  payload: Uint8Array,
  handshakeRoot: Uint8Array,
  sentAt: number,
): Content {
  const base = textContent('', 0, handshakeRoot, sentAt);
  return { ...base, kind, payload, rosterHash: ZEROS };
}

export interface Wire {
  readonly envelope: Uint8Array;
  readonly body: Uint8Array;
}

/** A body header of the device. */
export const headerOf = (device: Device, bodyClass: 1 | 2): BodyHeader => ({
  suite: 2,
  class: bodyClass,
  conversation: bodyClass === 1 ? CONVERSATION : ZEROS,
  account: device.self.account,
  device: device.self.device,
  bodyId: device.crypto.random(16),
});

/** Seals one content for one session, its handshake included when that is due. */
export async function sealFor(
  device: Device,
  session: Session,
  make: (handshakeRoot: Uint8Array) => Content,
  bodyClass: 1 | 2 = 1,
): Promise<Wire & { readonly session: Session }> {
  const tree = handshakeTree(awaitingAnswer(session) ? [session.transcript] : []);
  const content = make(tree.root);
  const header = headerOf(device, bodyClass);
  const { body, contentKey, bodyHash } = await sealBody(device.crypto, {
    header,
    content,
    device: device.dik,
  });
  const handshake: HandshakeProof | undefined = tree.proofs[0];
  const kx = content.kind === 'kx';
  const sealed = await sealEnvelope(device.crypto, session, {
    bodyId: header.bodyId,
    contentKey,
    bodyHash,
    handshake,
    kx,
  });
  return { body, ...sealed };
}

/** Seals a text. */
export const sendText = (device: Device, session: Session, text: string, seq = 1) =>
  sealFor(device, session, (root) => textContent(text, seq, root, device.crypto.clock()));

/** Seals a kx payload. */
export const sendKx = (device: Device, session: Session, payload: KxPayload) =>
  sealFor(
    device,
    session,
    (root) => sessionContent('kx', kxPayload.encode(payload), root, device.crypto.clock()),
    2,
  );

/** Opens a message of a session. */
export const receive = (device: Device, session: Session, from: Device, wire: Wire): Promise<OpenedMessage> =>
  openMessage(device.crypto, {
    envelope: parseEnvelope(wire.envelope),
    body: wire.body,
    session,
    peer: from.known,
  });

/** Opens the message that begins a session. */
export const receiveFirst = (device: Device, from: Device, wire: Wire, replayed = false) => {
  const envelope = parseEnvelope(wire.envelope);
  const prekeys = prekeysFor(device, envelope.init?.oneTimeId ?? null);
  return openFirstMessage(device.crypto, {
    envelope,
    body: wire.body,
    self: device.self,
    peer: from.known,
    prekeys,
    replayed,
  });
};

/** The text of an opened message. */
export const textOf = (opened: OpenedMessage): string => textPayload.decode(opened.content.payload).text;

/** Two devices with a session that both sides have answered. */
export async function acquainted(
  a: Device,
  b: Device,
): Promise<{ readonly a: Session; readonly b: Session }> {
  const first = await sendText(a, await begin(a, b), 'hello');
  const accepted = await receiveFirst(b, a, first);
  const answer = await sendText(b, accepted.session, 'hello back');
  const answered = await receive(a, first.session, b, answer);
  return { a: answered.session, b: answer.session };
}

/**
 * The sparse post-quantum ratchet: epochs that travel as `kx` messages (protocol/README 6).
 *
 * Epoch e belongs to the initiator when odd, to the responder when even. Its owner offers a fresh encapsulation key; the
 * peer answers with a ciphertext; the shared secret enters the root at the owner's next sending DH step, and the peer
 * learns of it from `pqe` in the header. Epochs move by one; the next begins only after this one was seen in a header.
 */
import { concat, u32be } from './codec.ts';
import { equalBytes, hash, kdf } from './hash.ts';
import type { KxPayload } from './payload.ts';
import type { Crypto } from './ports.ts';
import { maySend, type Session, staleness } from './session.ts';

/** Epochs that one device may offer in a minute, over all sessions; the caller counts. */
export const OFFERS_PER_MINUTE = 50;
/** A session offers at most this often, resends included, in milliseconds. */
const OFFER_INTERVAL_MS = 10 * 60_000;
/** A new epoch is due after so many messages in both directions. */
const TRAFFIC_PER_EPOCH = 50;
/** Or after so long with any traffic, in milliseconds. */
const EPOCH_AGE_MS = 24 * 3_600_000;
/** Without a new epoch for so long, with traffic, a session shows as not healed. */
const UNHEALED_MS = 7 * 24 * 3_600_000;
/** An owner may wait so long for another message to carry the DH step that takes the secret in. */
const ADVANCE_WITHIN_MS = 10_000;

/**
 * - `reply`: the peer's offer is to be answered
 * - `answer`: the first sign of life to a verified handshake
 * - `remind`: the peer writes where this device only receives (remindPeer, session.ts)
 * - `advance`: the peer answered; the next message from here makes the DH step, an empty one when there is no other
 * - `offer`: the next epoch, or a pending offer again, unchanged; not to a peer that has fallen silent
 */
export type KxReason = 'reply' | 'answer' | 'remind' | 'advance' | 'offer';

const owner = (epoch: number): Session['role'] => (epoch % 2 === 1 ? 'initiator' : 'responder');

/**
 * The `kx` message that this session owes by itself, or null. Ask after every message that was opened or sealed, and
 * for every sending session after a start: the session remembers, so a crash loses none.
 * @returns why, and how many ms it may wait for another message to do the same
 */
export function kxDue(
  session: Session,
  now: number,
): { readonly why: KxReason; readonly within: number } | null {
  const silence = staleness(session, now);
  if (!maySend(session) || silence === 'expired') return null;
  const { pq, ratchet } = session;
  if (pq.answered !== null && !pq.answered.sent) return { why: 'reply', within: 0 };
  if (session.role === 'responder' && ratchet.sending === null && ratchet.stepDue)
    return { why: 'answer', within: 0 };
  if (session.reminderDue) return { why: 'remind', within: 0 };
  if (pq.ready !== null) return ratchet.stepDue ? { why: 'advance', within: ADVANCE_WITHIN_MS } : null;
  return silence === 'fresh' && offerDue(session, now) ? { why: 'offer', within: 0 } : null;
}

function offerDue(session: Session, now: number): boolean {
  const { pq, role, usedOneTime, init } = session;
  if (owner(pq.epoch + 1) !== role) return false;
  if (pq.offeredAt > 0 && now - pq.offeredAt < OFFER_INTERVAL_MS) return false;
  if (pq.epoch === 0 && pq.offered === null) return !usedOneTime || init === null;
  return pq.traffic >= TRAFFIC_PER_EPOCH || (pq.traffic > 0 && now - pq.since >= EPOCH_AGE_MS);
}

/**
 * Makes the payload that kxDue asks for. Seal it with `kx: true` and commit the session with the envelope.
 * @returns the session to seal with, and the payload; an empty one when nothing is due
 */
export async function makeKx(
  crypto: Crypto,
  session: Session,
): Promise<{ readonly session: Session; readonly payload: KxPayload }> {
  const now = crypto.clock();
  const { pq } = session;
  const why = kxDue(session, now)?.why;
  if (why === 'reply' && pq.answered !== null) {
    const { epoch, keyHash, ciphertext } = pq.answered;
    return {
      session: { ...session, pq: { ...pq, answered: { ...pq.answered, sent: true } } },
      payload: { type: 'answer', epoch, keyHash, ciphertext },
    };
  }
  if (why === 'offer') {
    const epoch = pq.epoch + 1;
    const seed = pq.offered?.seed ?? crypto.random(64);
    const { publicKey } = await crypto.provider.mlKemKeyPair(session.suite, seed);
    const offered = { epoch, seed, keyHash: hash(publicKey) };
    return {
      session: { ...session, pq: { ...pq, offered, traffic: 0, since: now, offeredAt: now } },
      payload: { type: 'offer', epoch, key: publicKey },
    };
  }
  return { session, payload: { type: 'empty', epoch: pq.epoch } };
}

/**
 * Takes a `kx` payload that was opened on this session; commit the result together with that message, then ask kxDue.
 * What is late, repeated or out of turn changes nothing.
 * @throws E_AUTH when the peer's encapsulation key is no key
 */
export async function takeKx(crypto: Crypto, session: Session, payload: KxPayload): Promise<Session> {
  if (payload.type === 'empty' || payload.epoch !== session.pq.epoch + 1) return session;
  const ours = owner(payload.epoch) === session.role;
  if (payload.type === 'offer') return ours ? session : takeOffer(crypto, session, payload);
  return ours ? takeAnswer(crypto, session, payload) : session;
}

/** A repeated key gets the cached ciphertext again; another key for the same epoch replaces it (a restored owner). */
async function takeOffer(
  crypto: Crypto,
  session: Session,
  { epoch, key }: KxPayload & { type: 'offer' },
): Promise<Session> {
  const { pq, suite } = session;
  const keyHash = hash(key);
  if (pq.answered !== null && equalBytes(pq.answered.keyHash, keyHash))
    return { ...session, pq: { ...pq, answered: { ...pq.answered, sent: false } } };
  const { ciphertext, sharedSecret } = await crypto.provider.mlKemEncapsulate(suite, key, crypto.random(32));
  const secret = epochSecret(suite, sharedSecret, epoch, keyHash, ciphertext);
  return { ...session, pq: { ...pq, answered: { epoch, keyHash, ciphertext, secret, sent: false } } };
}

async function takeAnswer(
  crypto: Crypto,
  session: Session,
  { epoch, keyHash, ciphertext }: KxPayload & { type: 'answer' },
): Promise<Session> {
  const { pq, suite } = session;
  if (pq.offered === null || !equalBytes(pq.offered.keyHash, keyHash)) return session;
  const sharedSecret = await crypto.provider.mlKemDecapsulate(suite, pq.offered.seed, ciphertext);
  const secret = epochSecret(suite, sharedSecret, epoch, keyHash, ciphertext);
  return { ...session, pq: { ...pq, offered: null, ready: { epoch, secret } } };
}

/** ssE' = KDF(ss, "", "pqe", u32be(e) || H(ek) || H(ct), 32). */
function epochSecret(
  suite: number,
  sharedSecret: Uint8Array,
  epoch: number,
  keyHash: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array {
  const context = concat(u32be(epoch), keyHash, hash(ciphertext));
  return kdf({ suite, ikm: sharedSecret, salt: new Uint8Array(), label: 'pqe', context, length: 32 });
}

/** Seven days with traffic and without a new epoch: shown to the person. */
export function isUnhealed({ pq }: Session, now: number): boolean {
  return pq.traffic > 0 && now - pq.advancedAt >= UNHEALED_MS;
}

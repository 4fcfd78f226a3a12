/**
 * The double ratchet (protocol/README 5): a root that a DH step moves, chains that move with every message, and the
 * keys of messages still under way. Pure: what is derived becomes state only when the caller settles it. The
 * derivations are in chain.ts.
 */

import { close, mix, skippedKeys, turn, walk } from './chain.ts';
import { concat } from './codec.ts';
import type { EnvelopeHeader } from './envelope.ts';
import { unauthentic } from './errors.ts';
import { equalBytes, wipe } from './hash.ts';
import type { Crypto } from './ports.ts';
import type { MessageKeys, PqState, ReceivingChain, Seen, Session } from './session-state.ts';
import { checkSkip, dropExpiredKeys } from './skipping.ts';

/** Chains of the peer that are kept beside the current one. */
const MAX_OLD_CHAINS = 5;
/** Opened messages that a chain remembers, to tell a replay from a clone. */
const SEEN_PER_CHAIN = 48;

const EMPTY = new Uint8Array();

/** What the header says of a message's place. */
export type Position = Pick<EnvelopeHeader, 'dh' | 'pn' | 'n' | 'pqe'>;

/** The message was opened before; the caller compares bytes. */
export interface SeenMessage {
  readonly seen: Seen;
}
/** Keys of a message that was not opened before, and the session once it has been. */
export interface ReceivingKeys {
  readonly seen: null;
  readonly keys: MessageKeys;
  /** The next session; call it only after the message has opened. `digest`: envelopeDigest, 32 B. */
  settle(digest: Uint8Array): Session;
}

/**
 * Takes the next key of the sending chain, after a DH step when the peer has answered [R17].
 * @returns the session that has forgotten it, the message's place, its keys (64 B)
 */
export async function nextSendingKeys(
  crypto: Crypto,
  session: Session,
): Promise<{ readonly session: Session; readonly position: Position; readonly keys: MessageKeys }> {
  const stepped = session.ratchet.stepDue ? await stepSending(crypto, session) : session;
  const { sending } = stepped.ratchet;
  if (sending === null) throw unauthentic();
  const { keys, chainKey } = turn(stepped.suite, sending.chainKey, sending.next);
  const position = { dh: sending.dh, pn: sending.pn, n: sending.next, pqe: sending.pqe };
  const ratchet = { ...stepped.ratchet, sending: { ...sending, chainKey, next: sending.next + 1 } };
  return { session: { ...stepped, ratchet }, position, keys };
}

/** A new key pair against the peer's newest key; an answered epoch enters the root here. */
async function stepSending(crypto: Crypto, session: Session): Promise<Session> {
  const { provider, random } = crypto;
  const { ratchet, pq, suite } = session;
  const now = crypto.clock();
  const secret = random(32);
  const prepared = (await provider.prepare?.('X25519', secret)) ?? secret;
  const dh = await provider.x25519PublicKey(prepared);
  const shared = await provider.x25519(prepared, ratchet.peerDh);
  const next = pq.ready === null ? pq : advanced(pq, pq.ready.epoch, now);
  const epochSecret = pq.ready?.secret ?? EMPTY;
  const root = mix(suite, ratchet.rootKey, concat(shared, epochSecret), next.epoch, dh, ratchet.peerDh);
  wipe(shared);
  return {
    ...session,
    pq: next,
    ratchet: {
      ...ratchet,
      rootKey: root.rootKey,
      own: { secret, dh },
      stepDue: false,
      sending: {
        dh,
        pqe: next.epoch,
        chainKey: root.chainKey,
        next: 0,
        pn: ratchet.sending?.next ?? 0,
        startedAt: now,
      },
    },
  };
}

/**
 * Finds the keys of an incoming message; limits first, then the one X25519 that a new chain needs [R41].
 * @throws E_AUTH for a place that cannot be, E_SKIP past the limits
 */
export async function receivingKeys(
  crypto: Crypto,
  session: Session,
  position: Position,
): Promise<SeenMessage | ReceivingKeys> {
  const kept = dropExpiredKeys(session, crypto.clock());
  const chain = kept.ratchet.receiving.find(({ dh }) => equalBytes(dh, position.dh));
  if (chain === undefined) return newChain(crypto, kept, position);
  if (position.n < chain.next) return earlierMessage(kept, chain, position.n);
  if (chain.chainKey.length === 0 || chain.pqe !== position.pqe) throw unauthentic();
  checkSkip(kept.ratchet.receiving, position.n - chain.next);
  return aheadKeys(session.suite, chain, position.n, crypto.clock(), (next) =>
    replaceChain(kept, chain, next),
  );
}

/** A message that was skipped, or one that was opened: late, again, or from a copy of the peer. */
function earlierMessage(session: Session, chain: ReceivingChain, n: number): SeenMessage | ReceivingKeys {
  const skipped = chain.skipped.find((key) => key.n === n);
  if (skipped === undefined) {
    const seen = chain.seen.find((entry) => entry.n === n);
    if (seen === undefined) throw unauthentic();
    return { seen };
  }
  return {
    seen: null,
    keys: skipped.keys,
    settle: (digest) => {
      const rest = { ...chain, skipped: chain.skipped.filter((key) => key !== skipped) };
      return replaceChain(session, chain, remember(rest, n, digest, skipped.keys));
    },
  };
}

/** The peer has made a DH step. Two in a row without one from here cannot be, so none is computed then. */
async function newChain(crypto: Crypto, session: Session, position: Position): Promise<ReceivingKeys> {
  const { ratchet, pq, suite } = session;
  const { own } = ratchet;
  if (own === null || equalBytes(own.dh, position.dh)) throw unauthentic();
  const entering = position.pqe === pq.epoch + 1 && pq.answered?.epoch === position.pqe ? pq.answered : null;
  if (entering === null && position.pqe !== pq.epoch) throw unauthentic();
  const survivors = ratchet.receiving.slice(0, MAX_OLD_CHAINS);
  const [current, ...older] = survivors;
  const missing = position.pn - (current?.next ?? 0);
  if (missing < 0 || (current === undefined && missing > 0)) throw unauthentic();
  checkSkip(survivors, missing, position.n);

  const shared = await crypto.provider.x25519(own.secret, position.dh);
  const ikm = concat(shared, entering?.secret ?? EMPTY);
  const root = mix(suite, ratchet.rootKey, ikm, position.pqe, position.dh, own.dh);
  wipe(shared, ikm);
  const now = crypto.clock();
  const dh = position.dh.slice();
  const chain = { dh, pqe: position.pqe, chainKey: root.chainKey, next: 0, skipped: [], seen: [] };
  return aheadKeys(suite, chain, position.n, now, (opened) => {
    const old = current === undefined ? [] : [close(suite, current, position.pn, now), ...older];
    return {
      ...session,
      init: null,
      unansweredSince: null,
      pq: entering === null ? pq : advanced(pq, entering.epoch, now),
      ratchet: {
        ...ratchet,
        rootKey: root.rootKey,
        own: null,
        stepDue: true,
        peerDh: dh,
        receiving: [opened, ...old],
      },
    };
  });
}

/** The keys of message n of a chain that stands before it; those in between are derived when it has opened. */
function aheadKeys(
  suite: number,
  chain: ReceivingChain,
  n: number,
  now: number,
  place: (chain: ReceivingChain) => Session,
): ReceivingKeys {
  const chainKeys = walk(suite, chain.chainKey, chain.next, n);
  const { keys, chainKey } = turn(suite, chainKeys[n - chain.next] ?? chain.chainKey, n);
  return {
    seen: null,
    keys,
    settle: (digest) => {
      const skipped = [...chain.skipped, ...skippedKeys(suite, chainKeys.slice(0, -1), chain.next, now)];
      const session = place(remember({ ...chain, chainKey, next: n + 1, skipped }, n, digest, keys));
      wipe(...chainKeys.slice(1));
      return session;
    },
  };
}

const advanced = (pq: PqState, epoch: number, now: number): PqState => ({
  epoch,
  offered: null,
  ready: null,
  answered: null,
  traffic: 0,
  since: now,
  advancedAt: now,
  offeredAt: pq.offeredAt,
});

function remember(chain: ReceivingChain, n: number, digest: Uint8Array, keys: MessageKeys): ReceivingChain {
  const seen = [...chain.seen, { n, digest, proofKey: keys.slice(32) }].slice(-SEEN_PER_CHAIN);
  return { ...chain, seen };
}

function replaceChain(session: Session, old: ReceivingChain, next: ReceivingChain): Session {
  const receiving = session.ratchet.receiving.map((chain) => (chain === old ? next : chain));
  return { ...session, ratchet: { ...session.ratchet, receiving } };
}

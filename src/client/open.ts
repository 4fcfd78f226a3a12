/**
 * Opens one delivery in the order of protocol/README 8. Everything it changes is in the operation it is given; whatever
 * it throws leaves the operation to be dropped, so a failure changes nothing [R9].
 */
import { accountId, bodyId, conversationId, deviceId, fromBase64 } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { MAX_ENVELOPE_BYTES } from '../contract/limits.ts';
import type { Delivery } from '../contract/relay.ts';
import { decodeBodyHeader } from '../protocol/body-header.ts';
import { type Envelope, parseEnvelope } from '../protocol/envelope.ts';
import { ProtocolError, unauthentic } from '../protocol/errors.ts';
import { replayRecord } from '../protocol/handshake.ts';
import { equalBytes } from '../protocol/hash.ts';
import { type OpenedMessage, openFirstMessage, openMessage } from '../protocol/open.ts';
import type { Session } from '../protocol/session.ts';
import { admitMessage } from './admit.ts';
import { ownDevice } from './begin.ts';
import { knownCertificate } from './bundles.ts';
import type { Context } from './context.ts';
import { findMessage } from './history.ts';
import { dropDelivery } from './inbox.ts';
import { owedKx } from './kx.ts';
import { checkClaim } from './log-claims.ts';
import { resealExpired } from './mending.ts';
import { isReceived } from './messages/restored.ts';
import type { Operation } from './operation.ts';
import { handshakePrekeys, removeOneTime } from './own-prekeys.ts';
import { findDevice, isLogged, type PeerDevice, readPeer, type StoredPeer } from './peers.ts';
import { takeSessionMessage } from './session-messages.ts';
import { findSession, remindSending, settleIncoming, writeSession } from './sessions.ts';
import { number } from './stored.ts';

/** The directory must be asked about this account before the delivery can be judged. */
export class UnknownSender extends Error {
  override readonly name = 'UnknownSender';
  constructor(
    readonly account: AccountId,
    /** The log has another list of this account's devices than the one that is known here. */
    readonly isOutdated = false,
  ) {
    super('The sender is not known here.');
  }
}

/** A delivery whose outside agrees with itself. */
interface Parsed {
  readonly delivery: Delivery;
  readonly body: Uint8Array;
  readonly envelope: Envelope;
}

/**
 * Whether the relay's words about a delivery are those of its body. What contradicts itself is no message of anybody: it
 * is acknowledged and dropped.
 */
export function isConsistent(delivery: Delivery): boolean {
  try {
    const { header } = decodeBodyHeader(fromBase64(delivery.body));
    return (
      bodyId(header.bodyId) === delivery.id &&
      header.class === delivery.class &&
      conversationId(header.conversation) === delivery.conversation &&
      accountId(header.account) === delivery.sender.account &&
      deviceId(header.device) === delivery.sender.device &&
      fromBase64(delivery.envelope).length <= MAX_ENVELOPE_BYTES
    );
  } catch {
    return false;
  }
}

/** Lengths and ids, before any secret is touched. @throws ProtocolError E_FORMAT, E_SUITE */
function parseDelivery(delivery: Delivery): Parsed {
  return {
    delivery,
    body: fromBase64(delivery.body),
    envelope: parseEnvelope(fromBase64(delivery.envelope)),
  };
}

/** Whether this body was opened before: then there is nothing to do but to acknowledge it. */
export async function isOpened(op: Operation, delivery: Delivery): Promise<boolean> {
  if ((await op.get('replay', `body/${delivery.id}`)) !== null) return true;
  const message = await findMessage(op, delivery.id);
  return message !== null && isReceived(message);
}

/**
 * Opens a delivery and takes what is in it. Throws ProtocolError for what does not open, UnknownSender when the directory
 * may know more, LogBehind when the log may.
 */
export async function openDelivery(op: Operation, ctx: Context, delivery: Delivery): Promise<void> {
  const parsed = parseDelivery(delivery);
  const { account, device } = delivery.sender;
  if (device === ctx.self.device) throw unauthentic();
  const peer = await readPeer(op, account);
  const pinned = peer === null ? null : findDevice(peer, device);
  if (peer === null || pinned === null) throw new UnknownSender(account);
  // The log has another list since: this device may be the one that is gone from it. Another tab may have pinned the newer one.
  await ctx.log.load(op);
  if (peer.changed === null && !isLogged(peer, ctx.log.log)) throw new UnknownSender(account, true);
  const opened = await openParsed(op, ctx, parsed, peer, pinned);
  await checkClaim(op, ctx, opened);
  op.write('replay', `body/${delivery.id}`, number, ctx.now());
  dropDelivery(op, delivery.id);
  const from = { account, pinned };
  let { session } = opened;
  if (delivery.class === 1) {
    await admitMessage(op, ctx, opened, {
      acceptedAt: delivery.acceptedAt,
      before: messagesBefore(parsed.envelope, session),
    });
  } else {
    session = await takeSessionMessage(op, ctx, from, opened);
  }
  const sending = session.archivedAt === null ? session : await remindSending(op, session, ctx.now());
  const owed = sending === null ? null : owedKx(from, sending, ctx.now());
  if (owed !== null) op.afterwards.push(() => ctx.wakes.kx(owed));
  await resealExpired(op, ctx, delivery.sender);
}

async function openParsed(
  op: Operation,
  ctx: Context,
  parsed: Parsed,
  peer: StoredPeer,
  pinned: PeerDevice,
): Promise<OpenedMessage> {
  const { envelope, body } = parsed;
  const certificate = knownCertificate(peer.account, pinned);
  const session = await findSession(op, parsed.delivery.sender, envelope.header.sid);
  if (session !== null) {
    const opened = await openMessage(ctx.crypto, { envelope, body, session, peer: certificate });
    writeSession(op, opened.session);
    return opened;
  }
  if (envelope.init === null) throw unauthentic();
  if (!equalBytes(envelope.init.certificateA, pinned.certificateHash)) throw new UnknownSender(peer.account);
  const prekeys = await handshakePrekeys(op, envelope.init);
  const record = replayRecord(envelope);
  const replayed = (await op.get('replay', `init/${record.key}`)) !== null;
  // A body that was opened is known by its id: this is another one, on a session that is not here any more. Its sender
  // is asked for it again.
  if (prekeys === null)
    throw replayed ? new ProtocolError('E_STALE', 'a session that is gone') : unauthentic();
  const opened = await openFirstMessage(ctx.crypto, {
    envelope,
    body,
    self: ownDevice(ctx.self),
    peer: certificate,
    prekeys,
    replayed,
  });
  op.write('replay', `init/${opened.replay.key}`, number, ctx.now());
  if (envelope.init.oneTimeId !== null) removeOneTime(op, envelope.init.oneTimeId);
  const kept = await settleIncoming(op, opened.session, ctx.now());
  op.afterwards.push(() => ctx.wakes.inbox(0));
  return { ...opened, session: kept };
}

/** How many messages went before the first one that arrives of a sender, as its session shows: those that it skipped. */
function messagesBefore(envelope: Envelope, session: Session): number {
  const [chain] = session.ratchet.receiving;
  return envelope.init === null ? 0 : (chain?.skipped.length ?? 0);
}

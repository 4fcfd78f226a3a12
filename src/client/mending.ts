/**
 * Mending (protocol/README 13; R4, R11): a message that did not open is asked for once, over a new session, after a
 * random while; whoever is asked gives the original, with its signature, to a device that it was sealed for, once. What
 * expired at the relay is sealed again when its device is back. Store `outbox`: `m/ID` requests, `x/ACCOUNT/DEVICE/ID`
 * expired ones.
 */

import { accountId, bodyId, deviceId, fromBase64, fromHex } from '../contract/bytes.ts';
import { type BodyId, type DeviceId, isBodyId } from '../contract/ids.ts';
import type { Delivery } from '../contract/relay.ts';
import { t } from '../contract/words.ts';
import { parseEnvelope } from '../protocol/envelope.ts';
import { type ErrorCode, ProtocolError, unauthentic } from '../protocol/errors.ts';
import { openOriginal, verifyBody } from '../protocol/message.ts';
import { type HistoryPayload, historyPayload, resendPayload } from '../protocol/payload.ts';
import { Address, addressKey, isSameAddress } from './address.ts';
import { admitMessage } from './admit.ts';
import type { Context } from './context.ts';
import { queueErrand } from './errands.ts';
import { UnknownRoster } from './groups/errors.ts';
import { findMessage, timeOf, updateMessage } from './history.ts';
import { dropDelivery } from './inbox.ts';
import { checkClaim } from './log-claims.ts';
import { SplitView } from './log-evidence.ts';
import { readMarks } from './messages/marks.ts';
import { isReceived } from './messages/restored.ts';
import { type Operation, type Reads, readRecord } from './operation.ts';
import { findDevice, readPeer } from './peers.ts';
import { addressOf, type Target } from './recipients.ts';
import { readSent, type SentRecord, writeSent } from './sent.ts';
import { NOTICES, unopenedSentence } from './sentences.ts';
import { findSession, noteGone } from './sessions.ts';
import { decodeStored, flag, number, record, word } from './stored.ts';

/** A request goes out after a random while of at most this, and to one person at most once in an hour. */
const ASKED_WITHIN_MS = 60_000;
const ASKED_EVERY_MS = 3600_000;
/** Body ids in one request. */
const IDS_PER_REQUEST = 64;
/** Failures that another copy may mend. */
const MENDABLE: ReadonlySet<ErrorCode> = new Set(['E_AUTH', 'E_SKIP', 'E_CLONE', 'E_FORMAT', 'E_STALE']);

const Request = record({ id: word(isBodyId), from: Address, due: number, asked: flag });

/**
 * Plans to ask for a message that did not open. One on a session that is not here is answered with a new session, whatever
 * the message was: otherwise its sender would go on with the old one, and answer on it too.
 */
export async function planRequest(
  op: Operation,
  ctx: Context,
  delivery: Delivery,
  code: ErrorCode,
): Promise<void> {
  if (!MENDABLE.has(code) || delivery.sender.device === ctx.self.device) return;
  if ((await op.get('outbox', `m/${delivery.id}`)) !== null) return;
  const gone = await sessionThatIsGone(op, delivery);
  if (gone !== null) noteGone(op, delivery.sender, gone);
  else if (delivery.class !== 1) return;
  const wait = ctx.randomBelow(ASKED_WITHIN_MS);
  const due = ctx.now() + wait;
  op.write('outbox', `m/${delivery.id}`, Request, {
    id: delivery.id,
    from: delivery.sender,
    due,
    asked: false,
  });
  op.afterwards.push(() => ctx.wakes.requests(wait));
}

/** The sid of the session that a delivery came on when it is not here, 16 bytes; null for one that is, or that begins. */
async function sessionThatIsGone(op: Operation, delivery: Delivery): Promise<Uint8Array | null> {
  try {
    const { sid } = parseEnvelope(fromBase64(delivery.envelope)).header;
    return (await findSession(op, delivery.sender, sid)) === null ? sid : null;
  } catch {
    return null;
  }
}

/** Asks for what is due. Gives the milliseconds until the next one is, or null. */
export async function sendRequests(ctx: Context): Promise<number | null> {
  return ctx.operate(async (op) => {
    const now = ctx.now();
    let next: number | null = null;
    const byDevice = new Map<string, { from: Address; ids: BodyId[] }>();
    for (const [key, value] of await op.list('outbox', { prefix: 'm/' })) {
      const request = decodeStored(Request, value);
      if ((await op.get('inbox', request.id)) === null) op.remove('outbox', key);
      else if (!request.asked) {
        const last = (await readRecord(op, 'replay', `asked/${request.from.account}`, number)) ?? 0;
        const due = Math.max(request.due, last + ASKED_EVERY_MS);
        if (due > now) next = Math.min(next ?? due, due);
        else {
          const group = byDevice.get(addressKey(request.from)) ?? { from: request.from, ids: [] };
          if (group.ids.length < IDS_PER_REQUEST) {
            group.ids.push(request.id);
            op.write('outbox', key, Request, { ...request, asked: true });
          } else next = now + ASKED_EVERY_MS;
          byDevice.set(addressKey(request.from), group);
        }
      }
    }
    for (const { from, ids } of byDevice.values()) {
      op.write('replay', `asked/${from.account}`, number, now);
      const payload = resendPayload.encode({ bodies: ids.map(fromHex) });
      await queueErrand(op, ctx, { to: [from], kind: 'resend', payload, fresh: true });
    }
    return next === null ? null : next - now;
  });
}

/** Gives originals to a device that asks, as far as they were sealed for it and it has not had them before. */
export async function takeResend(
  op: Operation,
  ctx: Context,
  from: Target,
  ids: readonly BodyId[],
): Promise<void> {
  for (const id of ids) await giveOriginal(op, ctx, id, addressOf(from));
}

/** Of a message that was taken back only that it was: its words are gone here too. */
async function giveOriginal(op: Operation, ctx: Context, id: BodyId, to: Address): Promise<void> {
  const sent = (await readSent(op, id)) ?? (await readDeletion(op, id));
  if (sent === null || !isOwed(sent, to)) return;
  writeSent(op, { ...sent, answered: [...sent.answered, to] });
  const { header, content, signature } = sent;
  const payload = historyPayload.encode({ header, content, signature });
  await queueErrand(op, ctx, { to: [to], kind: 'history', payload });
}

/**
 * Takes an original that its sender gave again. Only from the account that signed it, and only what verifies; what does
 * not is left alone.
 */
export async function takeOriginal(
  op: Operation,
  ctx: Context,
  from: Target,
  payload: HistoryPayload,
): Promise<void> {
  try {
    const opened = openOriginal(payload);
    const { header } = opened;
    const account = accountId(header.account);
    const peer = await readPeer(op, account);
    const pinned = peer === null ? null : findDevice(peer, deviceId(header.device));
    if (account !== from.account || pinned === null || header.class !== 1) throw unauthentic();
    if (!(await verifyBody(ctx.crypto, opened, pinned.signingKey))) throw unauthentic();
    await checkClaim(op, ctx, opened);
    const id = bodyId(header.bodyId);
    const shown = await findMessage(op, id);
    const acceptedAt = shown === null ? ctx.now() : timeOf(shown.order);
    if (shown === null || !isReceived(shown)) {
      await admitMessage(op, ctx, opened, { acceptedAt, before: 0 });
    }
    dropDelivery(op, id);
  } catch (error) {
    // Another view of the log is evidence, whatever it came in; members that are not known here may be shown yet.
    if (!(error instanceof ProtocolError) || error instanceof SplitView || error instanceof UnknownRoster)
      throw error;
    if (error.code === 'E_EQUIV') await showEquivocation(op, from, payload);
  }
}

/** Its sender has said something else at its place: it stays closed, and is not asked for again. */
async function showEquivocation(op: Operation, from: Target, payload: HistoryPayload): Promise<void> {
  const shown = await findMessage(op, bodyId(openOriginal(payload).header.bodyId));
  if (shown?.kind !== 'unreadable') return;
  await updateMessage(op, { ...shown, reason: unopenedSentence('E_EQUIV') });
  dropDelivery(op, shown.id);
  const peer = await readPeer(op, from.account);
  const message = NOTICES.equivocation(peer?.name ?? t('an unknown person'));
  op.events.push({ type: 'notice', code: 'E_EQUIV', message });
}

async function readDeletion(reads: Reads, id: BodyId): Promise<SentRecord | null> {
  const { deletion } = await readMarks(reads, id);
  return deletion === null ? null : readSent(reads, deletion);
}

/** It was sealed for this device, which has not had it again yet. */
const isOwed = ({ recipients, answered }: SentRecord, to: Address): boolean =>
  recipients.some((each) => isSameAddress(each, to)) && !answered.some((each) => isSameAddress(each, to));

/** The relay has dropped the envelope of this device: it waits here until the device is back. */
export async function noteExpired(op: Operation, id: BodyId, device: DeviceId): Promise<void> {
  const sent = await readSent(op, id);
  const to = sent?.recipients.find((each) => each.device === device);
  if (sent === null || to === undefined || !isOwed(sent, to)) return;
  op.write('outbox', `x/${addressKey(to)}/${id}`, Address, to);
}

/** A device has shown itself: it gets again what expired while it was away. */
export async function resealExpired(op: Operation, ctx: Context, device: Address): Promise<void> {
  const prefix = `x/${addressKey(device)}/`;
  for (const [key, value] of await op.list('outbox', { prefix })) {
    op.remove('outbox', key);
    const id = key.slice(prefix.length);
    if (isBodyId(id)) await giveOriginal(op, ctx, id, decodeStored(Address, value));
  }
}

/**
 * Takes an opened message between devices, by kind (protocol/README 7, class 2). The session has authenticated its
 * sender.
 */
import { bodyId } from '../contract/bytes.ts';
import type { OpenedMessage } from '../protocol/open.ts';
import { askPayload, type ParcelPayload, parcelPayload, transferPayload } from '../protocol/parcel.ts';
import {
  historyPayload,
  kxPayload,
  receiptPayload,
  resendPayload,
  syncPayload,
} from '../protocol/payload.ts';
import { takeKx } from '../protocol/pq-epoch.ts';
import type { Session } from '../protocol/session.ts';
import { statusPayload } from '../protocol/status.ts';
import type { Address } from './address.ts';
import type { Context } from './context.ts';
import { takeOriginal, takeResend } from './mending.ts';
import type { Operation } from './operation.ts';
import { takeStatus } from './presence/status.ts';
import { takeReceipt, takeSync } from './receipts.ts';
import { addressOf, type Target } from './recipients.ts';
import { writeSession } from './sessions.ts';
import { takeAnswer, takeAsk } from './transfer/ask.ts';
import { takeOwnParcel, takeStep } from './transfer/exchange.ts';

/** What the message says, done; gives the session as it is then. A kind that this release does not know is left alone. Throws ProtocolError E_FORMAT. */
export async function takeSessionMessage(
  op: Operation,
  ctx: Context,
  from: Target,
  opened: OpenedMessage,
): Promise<Session> {
  const { kind, payload } = opened.content;
  if (kind === 'kx') {
    const session = await takeKx(ctx.crypto, opened.session, kxPayload.decode(payload));
    writeSession(op, session);
    return session;
  }
  if (kind === 'receipt') await takeReceipt(op, ctx, from, receiptPayload.decode(payload));
  else if (kind === 'resend') {
    await takeResend(op, ctx, from, resendPayload.decode(payload).bodies.map(bodyId));
  } else if (kind === 'history') await takeOriginal(op, ctx, from, historyPayload.decode(payload));
  else if (kind === 'status') await takeStatus(op, ctx, from.account, statusPayload.decode(payload));
  else if (kind === 'ask') await takeAsk(op, ctx, addressOf(from), askPayload.decode(payload));
  else if (kind === 'parcel') await takeParcel(op, ctx, addressOf(from), parcelPayload.decode(payload));
  else if (kind === 'transfer') await takeStep(op, ctx, addressOf(from), transferPayload.decode(payload));
  else if (kind === 'sync' && from.account === ctx.self.account) {
    await takeSync(op, ctx, syncPayload.decode(payload));
  }
  return opened.session;
}

/** A parcel counts only for who asked for it. */
async function takeParcel(op: Operation, ctx: Context, from: Address, parcel: ParcelPayload): Promise<void> {
  if (!(await takeOwnParcel(op, ctx, from, parcel))) await takeAnswer(op, ctx, from, parcel);
}

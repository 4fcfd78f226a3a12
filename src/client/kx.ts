/** What sessions owe each other without being asked: signs of life and post-quantum epochs (protocol/README 4, 6). */
import { isAccountId } from '../contract/ids.ts';
import { type KxPayload, kxPayload } from '../protocol/payload.ts';
import { kxDue, makeKx, OFFERS_PER_MINUTE } from '../protocol/pq-epoch.ts';
import type { Session } from '../protocol/session.ts';
import type { Context } from './context.ts';
import { sealOn } from './errands.ts';
import type { Operation, Reads } from './operation.ts';
import { addErrand } from './outbox.ts';
import { readPeer } from './peers.ts';
import type { Lane } from './plan.ts';
import { addressOf, type Target } from './recipients.ts';
import { sendingSession } from './sessions.ts';

/** Seals a `kx` on this very session; its payload fits no other. */
async function sealKx(op: Operation, ctx: Context, lane: Lane, payload: KxPayload): Promise<void> {
  const { account, pinned } = lane.target;
  const errand = await addErrand(op, {
    id: ctx.newBodyId(),
    to: [{ account, device: pinned.device }],
    kind: 'kx',
    payload: kxPayload.encode(payload),
    fresh: false,
    sealed: false,
    created: ctx.now(),
  });
  await sealOn(op, ctx, errand, [lane]);
}

/** Offers of this device in the last minute, over all sessions. */
export class OfferBudget {
  private times: number[] = [];

  take(now: number): boolean {
    this.times = this.times.filter((at) => at > now - 60_000);
    if (this.times.length >= OFFERS_PER_MINUTE) return false;
    this.times.push(now);
    return true;
  }
}

/** What a device is owed, and how many milliseconds it may wait for another message to do the same. */
export interface OwedKx {
  readonly target: Target;
  readonly within: number;
}

/** What this session owes its peer now, or null. */
export function owedKx(target: Target, session: Session, now: number): OwedKx | null {
  const due = kxDue(session, now);
  return due === null ? null : { target, within: due.within };
}

/** Seals the `kx` that this device is owed, unless another message did it meanwhile. False when it has to wait: the budget is used up, or no log was seen. */
export async function sealDueKx(ctx: Context, budget: OfferBudget, target: Target): Promise<boolean> {
  if (ctx.log.head === null) return false;
  return ctx.operate(async (op) => {
    const session = await sendingSession(op, addressOf(target));
    const due = session === null ? null : kxDue(session, ctx.now());
    if (session === null || due === null) return true;
    if (due.why === 'offer' && !budget.take(ctx.now())) return false;
    const made = await makeKx(ctx.crypto, session);
    await sealKx(op, ctx, { target, session: made.session, begun: false }, made.payload);
    return true;
  });
}

/** Devices whose sending session owes something, over all sessions: after a start. */
export async function listOwedKx(reads: Reads, now: number): Promise<readonly OwedKx[]> {
  const owed: OwedKx[] = [];
  for (const [account] of await reads.list('peers', { prefix: '' })) {
    if (!isAccountId(account)) continue;
    const peer = await readPeer(reads, account);
    for (const pinned of peer?.devices ?? []) {
      const session = await sendingSession(reads, { account, device: pinned.device });
      const due = session === null ? null : owedKx({ account, pinned }, session, now);
      if (due !== null) owed.push(due);
    }
  }
  return owed;
}

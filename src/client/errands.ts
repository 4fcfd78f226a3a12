/**
 * Messages between devices (class 2): to any devices, in no conversation, authenticated by their sessions
 * (protocol/README 7).
 */
import { fromHex, toHex } from '../contract/bytes.ts';
import type { DeviceId } from '../contract/ids.ts';
import { encodePost } from '../contract/post.ts';
import { handshakeTree } from '../protocol/handshake.ts';
import { sealBody } from '../protocol/message.ts';
import { syncPayload } from '../protocol/payload.ts';
import { awaitingAnswer, sealEnvelope } from '../protocol/session.ts';
import { ACTIVE_SUITE } from '../protocol/suite.ts';
import type { Claimed } from './bundles.ts';
import type { Context } from './context.ts';
import { seenLog } from './log-claims.ts';
import { noteSealing } from './mark.ts';
import type { Operation } from './operation.ts';
import { addErrand, type Errand, readErrand, removeEntry, writeErrand, writePost } from './outbox.ts';
import { findDevice, readPeer } from './peers.ts';
import { type Lane, planLanes } from './plan.ts';
import type { Target } from './recipients.ts';
import { replaceSession, writeSession } from './sessions.ts';

/** A `sync` that says nothing: a sign of life that begins a session. */
export const EMPTY_SYNC = syncPayload.encode({ readMarks: [], settings: [] });

/** Puts a message between devices into the outbox; it is sealed when it is posted. */
export async function queueErrand(
  op: Operation,
  ctx: Context,
  errand: Pick<Errand, 'to' | 'kind' | 'payload'> & { readonly fresh?: boolean },
): Promise<void> {
  if (errand.to.length === 0) return;
  await addErrand(op, {
    id: ctx.newBodyId(),
    to: errand.to,
    kind: errand.kind,
    payload: errand.payload,
    fresh: errand.fresh ?? false,
    sealed: false,
    created: ctx.now(),
  });
  op.afterwards.push(() => ctx.wakes.flush());
}

/** Seals a queued errand. `bundles`: these devices need a claim first; `log`: this device has seen no log yet. */
export async function sealErrand(
  op: Operation,
  ctx: Context,
  n: number,
  bundles: ReadonlyMap<DeviceId, Claimed>,
): Promise<
  | { readonly kind: 'sealed' | 'gone' | 'log' }
  | { readonly kind: 'bundles'; readonly targets: readonly Target[] }
> {
  const errand = await readErrand(op, n);
  if (errand === null) return { kind: 'gone' };
  if (errand.sealed) return { kind: 'sealed' };
  if (ctx.log.head === null) return { kind: 'log' };
  const targets = await listTargets(op, ctx, errand);
  const plan = await planLanes(op, ctx, targets, bundles, errand.fresh);
  if (plan.wanting.length > 0) return { kind: 'bundles', targets: plan.wanting };
  if (plan.lanes.length === 0) {
    removeEntry(op, n);
    return { kind: 'gone' };
  }
  await sealOn(op, ctx, errand, plan.lanes);
  return { kind: 'sealed' };
}

/** The devices of an errand that are still signed for. */
async function listTargets(op: Operation, ctx: Context, errand: Errand): Promise<readonly Target[]> {
  const targets: Target[] = [];
  for (const { account, device } of errand.to) {
    const peer = await readPeer(op, account);
    const pinned = peer === null || peer.changed !== null ? null : findDevice(peer, device);
    if (pinned !== null && pinned.expires > ctx.now() && device !== ctx.self.device)
      targets.push({ account, pinned });
  }
  return targets;
}

/** Seals one body for these lanes, and stores post and sessions. */
export async function sealOn(
  op: Operation,
  ctx: Context,
  errand: Errand,
  lanes: readonly Lane[],
): Promise<void> {
  const awaiting = lanes.filter(({ session }) => awaitingAnswer(session));
  const tree = handshakeTree(awaiting.map(({ session }) => session.transcript));
  const proofs = new Map(awaiting.map(({ session }, i) => [toHex(session.transcript), tree.proofs[i]]));
  const zeros = new Uint8Array(32);
  const sealed = await sealBody(ctx.crypto, {
    header: {
      suite: ACTIVE_SUITE,
      class: 2,
      conversation: zeros,
      account: ctx.self.accountBytes,
      device: ctx.self.deviceBytes,
      bodyId: fromHex(errand.id),
    },
    content: {
      kind: errand.kind,
      seq: 0,
      previous: zeros,
      rosterHash: zeros,
      deviceListsHash: zeros,
      ...seenLog(ctx),
      handshakeRoot: tree.root,
      sentAt: ctx.now(),
      payload: errand.payload,
    },
    device: ctx.self.signing,
  });
  const envelopes: Uint8Array[] = [];
  for (const lane of lanes) {
    const { session, envelope } = await sealEnvelope(ctx.crypto, lane.session, {
      bodyId: fromHex(errand.id),
      contentKey: sealed.contentKey,
      bodyHash: sealed.bodyHash,
      handshake: proofs.get(toHex(lane.session.transcript)),
      kx: errand.kind === 'kx',
    });
    if (lane.begun) await replaceSession(op, session, ctx.now());
    else writeSession(op, session);
    envelopes.push(envelope);
  }
  await noteSealing(op, ctx);
  const recipients = lanes.map(({ target }) => target.pinned.device);
  writePost(op, errand.n, encodePost({ body: sealed.body, omitted: [], recipients, envelopes }));
  writeErrand(op, { ...errand, sealed: true });
}

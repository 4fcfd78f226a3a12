/**
 * Seals a message of the person for every device of the conversation, inside one operation: recipients, sessions,
 * content, envelopes and the post are one commit, so nothing leaves before it is on the disk (protocol/README 7, 9;
 * R13, R28).
 */
import { fromHex, toHex } from '../contract/bytes.ts';
import type { DeviceId } from '../contract/ids.ts';
import { MAX_DEVICES_PER_CONVERSATION } from '../contract/limits.ts';
import { encodePost } from '../contract/post.ts';
import type { HandshakeProof } from '../protocol/envelope.ts';
import { handshakeTree } from '../protocol/handshake.ts';
import { sha256 } from '../protocol/hash.ts';
import { type SealedBody, sealBody } from '../protocol/message.ts';
import { awaitingAnswer, sealEnvelope } from '../protocol/session.ts';
import { ACTIVE_SUITE } from '../protocol/suite.ts';
import type { Claimed } from './bundles.ts';
import type { Context } from './context.ts';
import { readConversation, type StoredConversation, writeConversation } from './conversations.ts';
import { loadChain } from './groups/chain.ts';
import { nameIn } from './groups/lines.ts';
import { GROUP_HELD } from './groups/sentences.ts';
import { whoIsAhead } from './groups/unseen.ts';
import { findMessage, setStatus } from './history.ts';
import { owedKx } from './kx.ts';
import { seenLog } from './log-claims.ts';
import { isFrozen } from './log-evidence.ts';
import { nextPlace, noteSealing } from './mark.ts';
import { readMarks, writeMarks } from './messages/marks.ts';
import { bindTarget, targetOf } from './messages/queue.ts';
import type { Operation } from './operation.ts';
import { writeOriginal } from './originals.ts';
import { type Outgoing, readOutgoing, removeEntry, writeOutgoing, writePost } from './outbox.ts';
import { type Lane, planLanes } from './plan.ts';
import { snapshotRecipients, type Target } from './recipients.ts';
import { writeSent } from './sent.ts';
import { HELD } from './sentences.ts';
import { replaceSession, writeSession } from './sessions.ts';

/** What sealing a message came to. */
export type SealOutcome =
  | { readonly kind: 'sealed' }
  /** Another tab has sent it. */
  | { readonly kind: 'gone' }
  /** The directory must be asked for these people first. */
  | { readonly kind: 'people'; readonly accounts: readonly Target['account'][] }
  /** Bundles must be claimed for these devices first. */
  | { readonly kind: 'bundles'; readonly targets: readonly Target[] }
  /** The transparency log must be asked for first. */
  | { readonly kind: 'log' }
  /** It cannot leave now; the entry says why. */
  | { readonly kind: 'held' };

/** Seals the entry `n` of the outbox with what is known now. */
export async function sealOutgoing(
  op: Operation,
  ctx: Context,
  n: number,
  bundles: ReadonlyMap<DeviceId, Claimed>,
): Promise<SealOutcome> {
  const waiting = await readOutgoing(op, n);
  if (waiting === null) return { kind: 'gone' };
  if (waiting.sealed) return { kind: 'sealed' };
  const entry = await bindTarget(op, ctx, waiting);
  if (entry === 'waits') return { kind: 'held' };
  if (entry === 'void') {
    removeEntry(op, n);
    return { kind: 'gone' };
  }
  if (await isFrozen(op)) return hold(op, n, HELD.frozen);
  // Another tab may have pinned lists that are younger than this one's view of the log.
  await ctx.log.load(op);
  if (ctx.log.head === null) return { kind: 'log' };
  const conversation = await readConversation(op, entry.conversation);
  if (conversation === null) return { kind: 'gone' };
  const chain = conversation.kind === 'group' ? await loadChain(op, ctx, conversation.id) : null;
  const ahead = chain === null ? null : await whoIsAhead(op, ctx, conversation.id, chain);
  if (ahead !== null) return hold(op, n, GROUP_HELD.ahead(await nameIn(op, ctx, ahead, true)));
  const snapshot = await snapshotRecipients(
    op,
    ctx.self,
    conversation,
    { chain, log: ctx.log.log },
    ctx.now(),
  );
  if (snapshot.kind === 'unknown') return { kind: 'people', accounts: snapshot.accounts };
  if (snapshot.kind === 'blocked') return hold(op, entry.n, snapshot.reason);
  // The relay takes no such post, and a message that it refuses for good would leave a hole in this device's order.
  if (snapshot.targets.length > MAX_DEVICES_PER_CONVERSATION)
    return hold(op, n, GROUP_HELD.devices(MAX_DEVICES_PER_CONVERSATION));
  const plan = await planLanes(op, ctx, snapshot.targets, bundles);
  if (plan.wanting.length > 0) return { kind: 'bundles', targets: plan.wanting };
  // One of many who has nothing at the relay to begin with must not keep a group waiting.
  const keyless = chain === null ? [] : plan.refused.filter((each) => isKeyless(bundles, each));
  if (plan.refused.length > keyless.length) return hold(op, entry.n, HELD.prekeys);
  const others = (each: Target) => each.account !== ctx.self.account;
  if (plan.unreached.some(others) && !plan.lanes.some(({ target }) => others(target))) {
    return hold(op, entry.n, HELD.unreached);
  }
  const unreached = [...snapshot.expired, ...plan.unreached, ...keyless].map(({ pinned }) => pinned.device);
  const reached = new Set(plan.lanes.map(({ target }) => target.pinned.device));
  const omitted = [...new Set([...unreached, ...entry.left])].filter((each) => !reached.has(each)).sort();
  await sealFor(op, ctx, entry, conversation, plan.lanes, omitted, snapshot);
  return { kind: 'sealed' };
}

function isKeyless(bundles: ReadonlyMap<DeviceId, Claimed>, { pinned }: Target): boolean {
  const claimed = bundles.get(pinned.device);
  return claimed !== undefined && 'refused' in claimed && claimed.refused === 'missing';
}

/** Leaves an entry in the outbox with the reason why it does not leave now. */
export async function hold(op: Operation, n: number, reason: string): Promise<{ readonly kind: 'held' }> {
  const entry = await readOutgoing(op, n);
  if (entry === null) return { kind: 'held' };
  if (entry.held !== reason) writeOutgoing(op, { ...entry, held: reason });
  await setStatus(op, entry.id, 'Failed', reason);
  return { kind: 'held' };
}

async function sealFor(
  op: Operation,
  ctx: Context,
  entry: Outgoing,
  conversation: StoredConversation,
  lanes: readonly Lane[],
  omitted: readonly DeviceId[],
  bound: { readonly rosterHash: Uint8Array; readonly deviceListsHash: Uint8Array },
): Promise<void> {
  const awaiting = lanes.filter(({ session }) => awaitingAnswer(session));
  const tree = handshakeTree(awaiting.map(({ session }) => session.transcript));
  const proofs = new Map(awaiting.map(({ session }, i) => [toHex(session.transcript), tree.proofs[i]]));
  const place = entry.bound ?? (await nextPlace(op, conversation));
  const sealed = await sealBody(ctx.crypto, {
    header: {
      suite: ACTIVE_SUITE,
      class: 1,
      conversation: fromHex(entry.conversation),
      account: ctx.self.accountBytes,
      device: ctx.self.deviceBytes,
      bodyId: fromHex(entry.id),
    },
    content: {
      kind: entry.kind,
      ...place,
      rosterHash: bound.rosterHash,
      deviceListsHash: bound.deviceListsHash,
      ...seenLog(ctx),
      handshakeRoot: tree.root,
      sentAt: entry.sentAt,
      payload: entry.payload,
    },
    device: ctx.self.signing,
  });
  const envelopes = await sealLanes(op, ctx, entry, sealed, lanes, proofs);
  const devices = envelopes.map(({ device }) => device);
  writePost(
    op,
    entry.n,
    encodePost({
      body: sealed.body,
      omitted,
      recipients: sha256(...devices.map(fromHex)),
      envelopes: envelopes.map(({ envelope }) => envelope),
    }),
  );
  writeOutgoing(op, { ...entry, bound: place, sealed: true, held: null });
  const said = { conversation: entry.conversation, seq: place.seq, hash: sealed.contentHash };
  if (entry.bound === null) {
    writeConversation(op, { ...conversation, ownSeq: said.seq, ownHash: said.hash });
  }
  await noteSealing(op, ctx, entry.bound === null ? said : null);
  writeSent(op, {
    id: entry.id,
    conversation: entry.conversation,
    header: sealed.header,
    content: sealed.content,
    signature: sealed.signature ?? new Uint8Array(),
    recipients: lanes.map(({ target }) => ({ account: target.account, device: target.pinned.device })),
    answered: [],
  });
  if (entry.kind === 'edit') await keepEdit(op, ctx, entry, sealed);
  await setStatus(op, entry.id, 'Sending');
}

/** The newest words of one's own message are proved by this one, unless there are newer ones. */
async function keepEdit(op: Operation, ctx: Context, entry: Outgoing, sealed: SealedBody): Promise<void> {
  const target = targetOf(entry);
  const message = target === null ? null : await findMessage(op, target);
  if (message?.kind !== 'text' || sealed.signature === null) return;
  const marks = await readMarks(op, message.id);
  writeMarks(op, message.id, { ...marks, sentEdits: [...marks.sentEdits, entry.id] });
  const { edit } = marks;
  if (edit?.device !== ctx.self.device || edit.sentAt !== entry.sentAt) return;
  writeOriginal(op, message.id, { ...sealed, signature: sealed.signature });
}

/** Seals the body's key on every lane and writes the sessions; in the order in which the relay expects envelopes. */
async function sealLanes(
  op: Operation,
  ctx: Context,
  entry: Outgoing,
  sealed: SealedBody,
  lanes: readonly Lane[],
  proofs: ReadonlyMap<string, HandshakeProof | undefined>,
): Promise<readonly { readonly device: DeviceId; readonly envelope: Uint8Array }[]> {
  const out: { device: DeviceId; envelope: Uint8Array }[] = [];
  for (const lane of lanes) {
    const { device } = lane.target.pinned;
    const { session, envelope } = await sealEnvelope(ctx.crypto, lane.session, {
      bodyId: fromHex(entry.id),
      contentKey: sealed.contentKey,
      bodyHash: sealed.bodyHash,
      handshake: proofs.get(toHex(lane.session.transcript)),
    });
    if (lane.begun) await replaceSession(op, session, ctx.now());
    else writeSession(op, session);
    out.push({ device, envelope });
    const owed = owedKx(lane.target, session, ctx.now());
    if (owed !== null) op.afterwards.push(() => ctx.wakes.kx(owed));
  }
  return out.sort((a, b) => (a.device < b.device ? -1 : 1));
}

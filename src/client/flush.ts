/**
 * Posts what waits, in order. What was sealed is posted as it is until the outcome is known; what the relay refuses for
 * its recipients is sealed once more, after the directory was asked again (protocol/README 7, 9; R1, R8, R28).
 */

import type { WrongDevicesBody } from '../contract/errors.ts';
import { type BodyId, type ConversationId, type DeviceId, isAccountId, isDeviceId } from '../contract/ids.ts';
import type { Accepted } from '../contract/relay.ts';
import { sentence } from '../contract/words.ts';
import { type Claimed, claimInto } from './bundles.ts';
import type { Context } from './context.ts';
import { otherOf, readConversation, type StoredConversation } from './conversations.ts';
import { refreshPeople } from './directory.ts';
import { loadChain } from './groups/chain.ts';
import { GROUP_HELD } from './groups/sentences.ts';
import { syncRoster } from './groups/sync.ts';
import { findMessage, renameMessage, setStatus, updateMessage } from './history.ts';
import { isFrozen } from './log-evidence.ts';
import { updateLog } from './log-update.ts';
import { expiryOf } from './messages/expiry.ts';
import { renameDeletion } from './messages/queue.ts';
import { isMark } from './messages/take.ts';
import type { Operation } from './operation.ts';
import {
  listErrands,
  listOutgoing,
  type Outgoing,
  readOutgoing,
  readPost,
  removeEntry,
  removePost,
  writeOutgoing,
} from './outbox.ts';
import { readPeer } from './peers.ts';
import { TransportRefused } from './ports.ts';
import { deliverErrand, FINAL } from './post-errands.ts';
import { countProgress } from './progress.ts';
import { isConfirmed } from './recipients.ts';
import { readSaid } from './said.ts';
import { hold, sealOutgoing } from './seal.ts';
import { removeSent } from './sent.ts';
import { HELD } from './sentences.ts';
import { number } from './stored.ts';

/** Rounds of asking and sealing for one message before it waits for the next occasion. */
const ROUNDS = 6;

/** What was tried for one message in this pass. */
interface Tries {
  conversationMade: boolean;
}

type Result = 'sent' | 'held' | 'gone';

/**
 * Posts everything once, in order, and adds what the relay took to `sent`. Throws TransportFailed, or TransportRefused
 * when trying again later may help.
 */
export async function flushOutbox(ctx: Context, sent: BodyId[]): Promise<void> {
  if (await isFrozen(ctx.storage)) return holdAll(ctx);
  const held = new Set<ConversationId>();
  for (const { n, conversation } of await listOutgoing(ctx.storage)) {
    // What comes after a message that cannot leave waits behind it: the order within a sender is part of the promise.
    if (held.has(conversation)) continue;
    const { result, id } = await deliver(ctx, n);
    if (result === 'held') held.add(conversation);
    if (result === 'sent' && id !== null) sent.push(id);
  }
  for (const { n } of await listErrands(ctx.storage)) await deliverErrand(ctx, n);
}

/** The log shows two views: everything waits, and says so. */
async function holdAll(ctx: Context): Promise<void> {
  await ctx.operate(async (op) => {
    for (const { n } of await listOutgoing(op)) await hold(op, n, HELD.frozen);
  });
}

async function deliver(
  ctx: Context,
  n: number,
): Promise<{ readonly result: Result; readonly id: BodyId | null }> {
  const bundles = new Map<DeviceId, Claimed>();
  const tries: Tries = { conversationMade: false };
  let id: BodyId | null = null;
  for (let round = 0; round < ROUNDS; round++) {
    const entry = await readOutgoing(ctx.storage, n);
    if (entry === null) break;
    id = entry.id;
    if (entry.sealed) {
      const result = await postSealed(ctx, entry, tries);
      if (result !== 'again') return { result, id };
    } else if (!(await sealOnce(ctx, entry, bundles))) return { result: 'held', id };
  }
  return { result: (await readOutgoing(ctx.storage, n)) === null ? 'gone' : 'held', id };
}

/** Seals what is known, or learns what is missing. False when the entry cannot leave now. */
async function sealOnce(ctx: Context, entry: Outgoing, bundles: Map<DeviceId, Claimed>): Promise<boolean> {
  const outcome = await ctx.operate((op) => sealOutgoing(op, ctx, entry.n, bundles));
  if (outcome.kind === 'held') return false;
  if (outcome.kind === 'people') {
    const { refused, changed } = await refreshPeople(ctx, outcome.accounts);
    if (changed.length > 0) {
      ctx.wakes.inbox(0);
      return true;
    }
    const reason = refused.length > 0 ? HELD.directory : HELD.unknown;
    await ctx.operate((op) => hold(op, entry.n, reason));
    return false;
  }
  if (outcome.kind === 'bundles') {
    const count = countProgress(ctx, entry.conversation, outcome.targets.length);
    await claimInto(ctx, bundles, outcome.targets, count);
  }
  if (outcome.kind === 'log') {
    await updateLog(ctx);
    if (ctx.log.head === null) {
      await ctx.operate((op) => hold(op, entry.n, HELD.log));
      return false;
    }
  }
  return true;
}

async function postSealed(ctx: Context, entry: Outgoing, tries: Tries): Promise<Result | 'again'> {
  const post = await readPost(ctx.storage, entry.n);
  if (post === null) return 'again';
  try {
    const accepted = await ctx.transport.post(post);
    await settle(ctx, entry, accepted);
    return 'sent';
  } catch (error) {
    if (!(error instanceof TransportRefused)) throw error;
    return refusedPost(ctx, entry, error, tries);
  }
}

/** The relay has it on its disk. */
async function settle(ctx: Context, entry: Outgoing, accepted: Accepted): Promise<void> {
  await ctx.operate(async (op) => {
    if ((await readOutgoing(op, entry.n)) === null) return;
    removeEntry(op, entry.n);
    op.write('outbox', `w/${entry.id}`, number, accepted.acceptedAt);
    await setStatus(op, entry.id, 'Sent');
    await beginTimer(op, ctx, entry);
  });
}

/** The time of one's own message runs from here: what waits for the network does not disappear unsent. */
async function beginTimer(op: Operation, ctx: Context, { kind, id, payload }: Outgoing): Promise<void> {
  const timer = readSaid(kind, payload)?.timer ?? null;
  const message = timer === null ? null : await findMessage(op, id);
  if (message !== null) await updateMessage(op, { ...message, expiresAt: expiryOf(ctx.now(), timer) });
}

/** It never leaves. Of a mark there is no line that could say so. */
async function endUnsent(op: Operation, { n, id, kind }: Outgoing, reason: string): Promise<void> {
  removeEntry(op, n);
  if (isMark(kind)) op.events.push({ type: 'notice', code: 'E_MARK', message: reason });
  else await setStatus(op, id, 'Failed', reason);
}

async function refusedPost(
  ctx: Context,
  entry: Outgoing,
  refusal: TransportRefused,
  tries: Tries,
): Promise<Result | 'again'> {
  const { status, body } = refusal;
  const conversation = await readConversation(ctx.storage, entry.conversation);
  if (conversation === null) return 'gone';
  const isGroup = conversation.kind === 'group';
  if (status === 404 && isGroup) return refusedByGroup(ctx, entry);
  if (status === 404 && !tries.conversationMade) {
    const other = otherOf(conversation, ctx.self.account);
    await ctx.transport.createConversation({ kind: 'direct', people: other === null ? [] : [other] });
    tries.conversationMade = true;
    return 'again';
  }
  if (status === 409 && 'expected' in body) return refusedRecipients(ctx, entry, conversation, body.expected);
  if (status === 401) {
    await ctx.operate((op) => hold(op, entry.n, HELD.signIn));
    throw refusal;
  }
  if (FINAL.includes(status)) {
    await ctx.operate((op) =>
      endUnsent(op, entry, sentence('The server refused this message: {message}', { message: body.message })),
    );
    return 'gone';
  }
  throw refusal;
}

/** The relay says that this account is in no such group: what was verified decides whether the message is over or waits. */
async function refusedByGroup(ctx: Context, entry: Outgoing): Promise<Result> {
  await syncRoster(ctx, entry.conversation).catch((error: unknown) => {
    if (!(error instanceof TransportRefused)) throw error;
  });
  return ctx.operate(async (op) => {
    const current = await readConversation(op, entry.conversation);
    if (current?.role == null) {
      await endUnsent(op, entry, GROUP_HELD.gone);
      return 'gone';
    }
    return (await hold(op, entry.n, current.stopped?.reason ?? GROUP_HELD.unknown)).kind;
  });
}

/**
 * The relay expects other recipients. Roster and directory are asked and verified again; then the same words are sealed under
 * a new id for whom the members' own lists name. A second refusal when nothing new was learned, or an account that is no
 * member, is E_ROSTER [R1].
 */
async function refusedRecipients(
  ctx: Context,
  entry: Outgoing,
  before: StoredConversation,
  expected: WrongDevicesBody['expected'],
): Promise<Result | 'again'> {
  if (before.kind === 'group') await syncRoster(ctx, before.id);
  const after = (await readConversation(ctx.storage, before.id)) ?? before;
  const { refused, changed } = await refreshPeople(ctx, after.members);
  // Whoever went meanwhile was expected when the relay answered.
  const members = new Set<string>([...before.members, ...after.members]);
  const foreign = expected.some(({ account }) => !members.has(account));
  const left = await leftOut(ctx, after, expected);
  const isNew = after.epoch !== before.epoch || changed.length > 0 || left.join() !== entry.left.join();
  const isRepeated = entry.refusals > 0 && !(after.kind === 'group' && isNew);
  const reason =
    after.stopped?.reason ??
    (foreign || isRepeated
      ? HELD.roster
      : refused.length > 0 && after.kind === 'direct'
        ? HELD.directory
        : null);
  return ctx.operate(async (op) => {
    const current = await readOutgoing(op, entry.n);
    if (current === null) return 'gone';
    // Another tab has sealed it anew already.
    if (current.id !== entry.id || !current.sealed) return 'again';
    const id = ctx.newBodyId();
    const anew: Outgoing = {
      ...current,
      id,
      sealed: false,
      refusals: reason === null ? current.refusals + 1 : 0,
      left,
    };
    writeOutgoing(op, anew);
    removePost(op, entry.n);
    removeSent(op, entry.id);
    await renameMessage(op, entry.id, id);
    await renameDeletion(op, entry, id);
    if (reason === null) return 'again';
    await hold(op, anew.n, reason);
    op.events.push({ type: 'notice', code: 'E_ROSTER', message: reason });
    return 'held';
  });
}

/** Devices that the relay expects of members whose identity nobody has signed for: they get nothing, and are named as left out. */
async function leftOut(
  ctx: Context,
  group: StoredConversation,
  expected: WrongDevicesBody['expected'],
): Promise<readonly DeviceId[]> {
  const chain = group.kind === 'group' ? await loadChain(ctx.storage, ctx, group.id) : null;
  if (chain === null) return [];
  const left: DeviceId[] = [];
  for (const { account, device } of expected) {
    if (!isAccountId(account) || !isDeviceId(device) || chain.member(account) === null) continue;
    const peer = await readPeer(ctx.storage, account);
    if (peer !== null && !isConfirmed(chain, peer, ctx.log.log)) left.push(device);
  }
  return left.sort();
}

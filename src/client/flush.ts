/**
 * Posts what waits, in order. What was sealed is posted as it is until the outcome is known; what the relay refuses for
 * its recipients is sealed once more, after the directory was asked again (PROTOCOL 6, 12; R1, R8, R28).
 */

import type { BodyId, ConversationId, DeviceId } from '../contract/ids.ts';
import type { Accepted } from '../contract/relay.ts';
import { type Claimed, claimInto } from './bundles.ts';
import type { Context } from './context.ts';
import { readConversation } from './conversations.ts';
import { refreshPeople } from './directory.ts';
import { renameMessage, setStatus } from './history.ts';
import {
  listErrands,
  listOutgoing,
  type Outgoing,
import { isFrozen } from './log-evidence.ts';
import { updateLog } from './log-update.ts';
  readOutgoing,
  readPost,
  removeEntry,
  removePost,
  writeOutgoing,
} from './outbox.ts';
import { TransportRefused } from './ports.ts';
import { deliverErrand, FINAL } from './post-errands.ts';
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
  const held = new Set<ConversationId>();
  for (const { n, conversation } of await listOutgoing(ctx.storage)) {
    // What comes after a message that cannot leave waits behind it: the order within a sender is part of the promise.
    if (held.has(conversation)) continue;
    const { result, id } = await deliver(ctx, n);
    if (result === 'held') held.add(conversation);
  if (await isFrozen(ctx.storage)) return holdAll(ctx);
    if (result === 'sent' && id !== null) sent.push(id);
  }
  for (const { n } of await listErrands(ctx.storage)) await deliverErrand(ctx, n);
}

async function deliver(
  ctx: Context,
  n: number,
): Promise<{ readonly result: Result; readonly id: BodyId | null }> {
  const bundles = new Map<DeviceId, Claimed>();
  const tries: Tries = { conversationMade: false };
/** The log shows two views: everything waits, and says so. */
async function holdAll(ctx: Context): Promise<void> {
  await ctx.operate(async (op) => {
    for (const { n } of await listOutgoing(op)) await hold(op, n, HELD.frozen);
  });
}

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
    if (changed.length > 0) return true;
    const reason = refused.length > 0 ? HELD.directory : HELD.unknown;
    await ctx.operate((op) => hold(op, entry.n, reason));
    return false;
  }
  if (outcome.kind === 'bundles') await claimInto(ctx, bundles, outcome.targets);
  return true;
}

async function postSealed(ctx: Context, entry: Outgoing, tries: Tries): Promise<Result | 'again'> {
  const post = await readPost(ctx.storage, entry.n);
  if (post === null) return 'again';
  if (outcome.kind === 'log') {
    await updateLog(ctx);
    if (ctx.log.head === null) {
      await ctx.operate((op) => hold(op, entry.n, HELD.log));
      return false;
    }
  }
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
  });
}

async function refusedPost(
  ctx: Context,
  entry: Outgoing,
  refusal: TransportRefused,
  tries: Tries,
): Promise<Result | 'again'> {
  const { status, body } = refusal;
  if (status === 404 && !tries.conversationMade) {
    const conversation = await readConversation(ctx.storage, entry.conversation);
    if (conversation === null) return 'gone';
    await ctx.transport.createConversation({
      kind: 'direct',
      people: conversation.members.filter((member) => member !== ctx.self.account),
    });
    tries.conversationMade = true;
    return 'again';
  }
  if (status === 409 && 'expected' in body) return refusedRecipients(ctx, entry, body.expected);
  if (status === 401) {
    await ctx.operate((op) => hold(op, entry.n, HELD.signIn));
    throw refusal;
  }
  if (FINAL.includes(status)) {
    await ctx.operate(async (op) => {
      removeEntry(op, entry.n);
      await setStatus(op, entry.id, 'Failed', `The server refused this message: ${body.message}`);
    });
    return 'gone';
  }
  throw refusal;
}

/**
 * The relay expects other recipients. The directory is asked and verified again; then the same words are sealed under a
 * new id for whom the members' own lists name. A second refusal, or an account that is no member, is E_ROSTER [R1].
 */
async function refusedRecipients(
  ctx: Context,
  entry: Outgoing,
  expected: readonly { readonly account: string }[],
): Promise<Result | 'again'> {
  const conversation = await readConversation(ctx.storage, entry.conversation);
  if (conversation === null) return 'gone';
  const { refused } = await refreshPeople(ctx, conversation.members);
  const members = new Set<string>(conversation.members);
  const foreign = expected.some(({ account }) => !members.has(account));
  const reason = foreign || entry.refusals > 0 ? HELD.roster : refused.length > 0 ? HELD.directory : null;
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
    };
    writeOutgoing(op, anew);
    removePost(op, entry.n);
    removeSent(op, entry.id);
    await renameMessage(op, entry.id, id);
    if (reason === null) return 'again';
    await hold(op, anew.n, reason);
    op.events.push({ type: 'notice', code: 'E_ROSTER', message: reason });
    return 'held';
  });
}

/**
 * Signs the next event of a group and gives it to the relay, which takes one for each place. When somebody else was faster,
 * what they did is fetched and verified, and what is wanted is looked at again (protocol/README 11, "Membership").
 */

import { toBase64 } from '../../contract/bytes.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { say, t } from '../../contract/words.ts';
import { applyRosterEvent, beginRoster, type Roster } from '../../protocol/roster.ts';
import {
  decodeRosterEvent,
  ROSTER_OPS,
  type RosterEvent,
  type RosterOp,
  type RosterPolicy,
  type RosterSubject,
  signRosterEvent,
} from '../../protocol/roster-event.ts';
import type { Context } from '../context.ts';
import { readConversation } from '../conversations.ts';
import { isFrozen } from '../log-evidence.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { HELD } from '../sentences.ts';
import { type Chain, loadChain } from './chain.ts';
import { commitEvents } from './commit.ts';
import { type FreshEvent, storedOf } from './fetch.ts';
import { REFUSED } from './sentences.ts';
import { syncRoster } from './sync.ts';

/** Times that others may be faster. */
const ROUNDS = 6;

/** What an event says, beside where it stands. */
export interface Change {
  readonly op: RosterOp;
  readonly subjects: readonly RosterSubject[];
  readonly policy?: RosterPolicy | null;
}

/**
 * Makes a change. `plan` looks at the newest roster and throws Error with a sentence when the change may not be made, or
 * gives null when there is nothing to do. Throws Error with a sentence.
 */
export async function changeRoster(
  ctx: Context,
  id: ConversationId,
  plan: (chain: Chain) => Promise<Change | null>,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const chain = await loadChain(ctx.storage, ctx, id);
    if (chain === null) throw new Error(REFUSED.unknown);
    const stopped = (await readConversation(ctx.storage, id))?.stopped;
    if (stopped) throw new Error(say(stopped.reason));
    const change = await plan(chain);
    if (change === null) return;
    const next = await signNext(ctx, chain.head, change);
    const done = await append(ctx, id, next);
    if (done === 'taken') await commitEvents(ctx, id, [next]);
    if (done !== 'again') return;
  }
  throw new Error(REFUSED.busy);
}

/** 'done' when a look at the roster has shown that the relay has it. */
async function append(
  ctx: Context,
  id: ConversationId,
  next: FreshEvent,
): Promise<'taken' | 'done' | 'again'> {
  try {
    await ctx.transport.appendRoster(id, { event: toBase64(next.stored.signed) });
    return 'taken';
  } catch (error) {
    if (error instanceof TransportRefused && error.status === 409) {
      await syncRoster(ctx, id);
      return 'again';
    }
    if (!(error instanceof TransportFailed)) throw error;
    return (await isThere(ctx, id, next)) ? 'done' : 'again';
  }
}

/** After a lost answer. Throws Error with a sentence while nobody can know. */
async function isThere(ctx: Context, id: ConversationId, { hash }: FreshEvent): Promise<boolean> {
  try {
    await syncRoster(ctx, id);
  } catch (error) {
    if (error instanceof TransportFailed) throw new Error(REFUSED.offline, { cause: error });
    throw error;
  }
  const chain = await loadChain(ctx.storage, ctx, id);
  return (chain?.epochOf(hash) ?? null) !== null;
}

/** The next event of a group, signed by this device, by the rules. Throws ProtocolError E_ROSTER, E_LIMIT. */
export async function signNext(ctx: Context, head: Roster, change: Change): Promise<FreshEvent> {
  const { conversation, epoch, head: previous, time } = head;
  const at = { conversation, epoch: epoch + 1, previous, time: Math.max(ctx.now(), time), nonce: null };
  return sign(ctx, head, at, change);
}

/** The first event of a group. Throws ProtocolError E_ROSTER, E_LIMIT. */
export async function signFirst(ctx: Context, change: Change): Promise<FreshEvent> {
  const zeros = new Uint8Array(32);
  const at = {
    conversation: zeros,
    epoch: 0,
    previous: zeros,
    time: ctx.now(),
    nonce: ctx.crypto.random(32),
  };
  return sign(ctx, null, at, change);
}

async function sign(
  ctx: Context,
  before: Roster | null,
  at: Pick<RosterEvent, 'conversation' | 'epoch' | 'previous' | 'time' | 'nonce'>,
  { op, subjects, policy }: Change,
): Promise<FreshEvent> {
  // Whose identity an event would bring in is what is in doubt; whoever has to go can go.
  const takes = op === ROSTER_OPS.remove || op === ROSTER_OPS.leave;
  if (!takes && (await isFrozen(ctx.storage))) throw new Error(say(HELD.frozen));
  const [certificate] = ctx.self.certificateHashes;
  if (certificate === undefined)
    throw new Error(t('This device has no certificate: sign in again to make one.'));
  const by = ctx.self.accountBytes;
  const signed = await signRosterEvent(ctx.crypto, ctx.self.signing, {
    ...at,
    op,
    subjects,
    by,
    certificate,
    policy: policy ?? null,
  });
  const decoded = decodeRosterEvent(signed);
  const roster = before === null ? beginRoster(decoded) : applyRosterEvent(before, decoded);
  const verified = { ...decoded, roster, device: ctx.self.deviceBytes };
  return { ...verified, stored: storedOf(verified, signed) };
}

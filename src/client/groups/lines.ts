/** What stands in a conversation where its members changed: one line for each event, in the order of the events' times. */
import { accountId, bodyId, conversationId } from '../../contract/bytes.ts';
import type { AccountId, BodyId, ConversationId, DeviceId } from '../../contract/ids.ts';
import { sentence, type Value } from '../../contract/words.ts';
import { equalBytes } from '../../protocol/hash.ts';
import { fingerprint } from '../../protocol/identity.ts';
import {
  type HashedRosterEvent,
  ROSTER_OPS,
  ROSTER_ROLES,
  type RosterSubject,
} from '../../protocol/roster-event.ts';
import type { Context } from '../context.ts';
import { addMessage, orderOf, timeOfArrival, UNMARKED } from '../history.ts';
import type { Operation, Reads } from '../operation.ts';
import { isShown, readPeer } from '../peers.ts';
import { historyOf, loadChain, mayLead } from './chain.ts';

/** Names in one line; the rest is counted. */
const MOST_NAMES = 3;

const BECOMES: Readonly<Record<number, string>> = {
  [ROSTER_ROLES.owner]: sentence('an owner'),
  [ROSTER_ROLES.admin]: sentence('an admin'),
  [ROSTER_ROLES.member]: sentence('a member'),
  [ROSTER_ROLES.guest]: sentence('a guest'),
};

/** The id of the line of an event with this hash (32 bytes). */
export const lineOf = (hash: Uint8Array): BodyId => bodyId(hash.slice(0, 16));

/** Adds the line of an event. It counts as nobody's message. */
export async function addLine(
  op: Operation,
  ctx: Context,
  conversation: ConversationId,
  { event, hash }: HashedRosterEvent,
  device: DeviceId,
  opensOrCloses = false,
): Promise<void> {
  const account = accountId(event.by);
  const text = await sentenceOf(op, ctx, { event, hash }, opensOrCloses);
  if (text === null) return;
  const time = await timeOfArrival(op, conversation, device, Math.min(event.time, ctx.now()));
  addMessage(op, {
    id: lineOf(hash),
    conversation,
    // Never the place of a message of that device, which counts by itself.
    order: `${orderOf(time, device, event.epoch)}r`,
    sender: { account, device },
    mine: account === ctx.self.account,
    sentAt: event.time,
    kind: 'notice',
    text,
    verified: true,
    status: null,
    reason: null,
    note: null,
    suite: 0,
    ...UNMARKED,
  });
}

/** The sentence of an event as it is kept; those about oneself are sentences of their own, as languages say them differently. */
async function sentenceOf(
  reads: Reads,
  ctx: Context,
  { event }: HashedRosterEvent,
  opensOrCloses: boolean,
): Promise<string | null> {
  const { op, subjects, policy } = event;
  const by = accountId(event.by);
  const mine = by === ctx.self.account;
  const who = await nameIn(reads, ctx, by, true);
  const others = subjects.map(({ account }) => accountId(account)).filter((each) => each !== by);
  const whom = await namesIn(reads, ctx, others);
  const [first] = subjects;
  switch (op) {
    case ROSTER_OPS.create: {
      const made = { say: madeSentence(mine, who, others.length === 0 ? null : whom) };
      const follows = policy?.predecessor ?? null;
      return follows !== null && (await mayFollow(reads, ctx, conversationId(follows), by))
        ? sentence('{made}; it follows another group, in which no admin was left.', { made })
        : sentence('{made}.', { made });
    }
    case ROSTER_OPS.add:
      return mine ? sentence('You added {whom}.', { whom }) : sentence('{who} added {whom}.', { who, whom });
    case ROSTER_OPS.remove:
      if (others.length === 0) return leftSentence(mine, who);
      return mine
        ? sentence('You removed {whom}.', { whom })
        : sentence('{who} removed {whom}.', { who, whom });
    case ROSTER_OPS.leave:
      return leftSentence(mine, who);
    case ROSTER_OPS.join:
      return mine ? sentence('You came in.') : sentence('{who} came in.', { who });
    case ROSTER_OPS.role: {
      const role = { say: BECOMES[first?.role ?? 0] ?? sentence('something else') };
      if (others.length === 0)
        return mine
          ? sentence('You are {role} now.', { role })
          : sentence('{who} is {role} now.', { who, role });
      return mine
        ? sentence('You made {whom} {role}.', { whom, role })
        : sentence('{who} made {whom} {role}.', { who, whom, role });
    }
    case ROSTER_OPS.rekey:
      if (!(await areShown(reads, ctx, subjects)))
        return sentence('{who} signed for an identity of {whom} that is not the one known here.', {
          who,
          whom,
        });
      return mine
        ? sentence('You confirmed the new identity of {whom}.', { whom })
        : sentence('{who} confirmed the new identity of {whom}.', { who, whom });
    case ROSTER_OPS.policy:
      if (policy !== null && !opensOrCloses) return historySentence(historyOf(policy), mine, who);
      return policy?.open === 1 ? openedSentence(mine, who) : closedSentence(mine, who);
    default:
      return null;
  }
}

function madeSentence(mine: boolean, who: Value, whom: Value | null): string {
  if (whom === null)
    return mine ? sentence('You made this group') : sentence('{who} made this group', { who });
  return mine
    ? sentence('You made this group with {whom}', { whom })
    : sentence('{who} made this group with {whom}', { who, whom });
}

const leftSentence = (mine: boolean, who: Value): string =>
  mine ? sentence('You left.') : sentence('{who} left.', { who });

const openedSentence = (mine: boolean, who: Value): string =>
  mine
    ? sentence('You opened this group: everybody of the workspace may come in.')
    : sentence('{who} opened this group: everybody of the workspace may come in.', { who });

const closedSentence = (mine: boolean, who: Value): string =>
  mine
    ? sentence('You closed this group: only who is added comes in.')
    : sentence('{who} closed this group: only who is added comes in.', { who });

function historySentence(history: ReturnType<typeof historyOf>, mine: boolean, who: Value): string {
  if (history === 'none')
    return mine
      ? sentence('You decided: who comes later reads nothing from before.')
      : sentence('{who} decided: who comes later reads nothing from before.', { who });
  if (history === 'fromInvitation')
    return mine
      ? sentence('You decided: who comes later reads what was written since they were added.')
      : sentence('{who} decided: who comes later reads what was written since they were added.', { who });
  return mine
    ? sentence('You decided: who comes later reads everything from before.')
    : sentence('{who} decided: who comes later reads everything from before.', { who });
}

/** Whether these identities are the ones that the log has. */
async function areShown(reads: Reads, ctx: Context, subjects: readonly RosterSubject[]): Promise<boolean> {
  for (const { account, identity } of subjects) {
    const id = accountId(account);
    if (id === ctx.self.account) {
      if (!equalBytes(identity, fingerprint(ctx.self.aik))) return false;
      continue;
    }
    const peer = await readPeer(reads, id);
    if (peer !== null && !isShown(peer, identity)) return false;
  }
  return true;
}

/** The name of an account within a sentence of this device: "you" for oneself. */
export async function nameIn(
  reads: Reads,
  ctx: Context,
  account: AccountId,
  begins: boolean,
): Promise<Value> {
  if (account === ctx.self.account) return { say: begins ? sentence('You') : sentence('you') };
  const peer = await readPeer(reads, account);
  return peer?.name ?? { say: begins ? sentence('Somebody') : sentence('somebody') };
}

async function namesIn(reads: Reads, ctx: Context, all: readonly AccountId[]): Promise<Value> {
  const { account: self } = ctx.self;
  const accounts = [...all.filter((each) => each !== self), ...all.filter((each) => each === self)];
  const shown = accounts.length > MOST_NAMES + 1 ? accounts.slice(0, MOST_NAMES) : accounts;
  const names: Value[] = [];
  for (const account of shown) names.push(await nameIn(reads, ctx, account, false));
  const more = accounts.length - shown.length;
  return { list: more > 0 ? [...names, { say: sentence('{n} others', { n: more }) }] : names };
}

/** Whether somebody may say that a group follows this one: they were in it, and nobody who could have changed it was. */
async function mayFollow(
  reads: Reads,
  ctx: Context,
  predecessor: ConversationId,
  by: AccountId,
): Promise<boolean> {
  const chain = await loadChain(reads, ctx, predecessor);
  return chain !== null && chain.member(by) !== null && ![...chain.head.members.values()].some(mayLead);
}

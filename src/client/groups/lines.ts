/** What stands in a conversation where its members changed: one line for each event, in the order of the events' times. */
import { accountId, bodyId, conversationId } from '../../contract/bytes.ts';
import type { AccountId, BodyId, ConversationId, DeviceId } from '../../contract/ids.ts';
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
import { loadChain, mayLead } from './chain.ts';

/** Names in one line; the rest is counted. */
const MOST_NAMES = 3;

const BECOMES: Readonly<Record<number, string>> = {
  [ROSTER_ROLES.owner]: 'an owner',
  [ROSTER_ROLES.admin]: 'an admin',
  [ROSTER_ROLES.member]: 'a member',
  [ROSTER_ROLES.guest]: 'a guest',
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
): Promise<void> {
  const account = accountId(event.by);
  const text = await sentenceOf(op, ctx, { event, hash });
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

async function sentenceOf(reads: Reads, ctx: Context, { event }: HashedRosterEvent): Promise<string | null> {
  const { op, subjects, policy } = event;
  const by = accountId(event.by);
  const who = await nameIn(reads, ctx, by, true);
  const others = subjects.map(({ account }) => accountId(account)).filter((each) => each !== by);
  const whom = await namesIn(reads, ctx, others);
  const [first] = subjects;
  switch (op) {
    case ROSTER_OPS.create: {
      const made = others.length === 0 ? `${who} made this group` : `${who} made this group with ${whom}`;
      const follows = policy?.predecessor ?? null;
      return follows !== null && (await mayFollow(reads, ctx, conversationId(follows), by))
        ? `${made}; it follows another group, in which no admin was left.`
        : `${made}.`;
    }
    case ROSTER_OPS.add:
      return `${who} added ${whom}.`;
    case ROSTER_OPS.remove:
      return others.length === 0 ? `${who} left.` : `${who} removed ${whom}.`;
    case ROSTER_OPS.leave:
      return `${who} left.`;
    case ROSTER_OPS.join:
      return `${who} came in.`;
    case ROSTER_OPS.role: {
      const becomes = BECOMES[first?.role ?? 0] ?? 'something else';
      if (others.length > 0) return `${who} made ${whom} ${becomes}.`;
      return by === ctx.self.account ? `You are ${becomes} now.` : `${who} is ${becomes} now.`;
    }
    case ROSTER_OPS.rekey:
      return (await areShown(reads, ctx, subjects))
        ? `${who} confirmed the new identity of ${whom}.`
        : `${who} signed for an identity of ${whom} that is not the one known here.`;
    case ROSTER_OPS.policy:
      return policy?.open === 1
        ? `${who} opened this group: everybody of the workspace may come in.`
        : `${who} closed this group: only who is added comes in.`;
    default:
      return null;
  }
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
): Promise<string> {
  if (account === ctx.self.account) return begins ? 'You' : 'you';
  return (await readPeer(reads, account))?.name ?? (begins ? 'Somebody' : 'somebody');
}

async function namesIn(reads: Reads, ctx: Context, all: readonly AccountId[]): Promise<string> {
  const { account: self } = ctx.self;
  const accounts = [...all.filter((each) => each !== self), ...all.filter((each) => each === self)];
  const shown = accounts.length > MOST_NAMES + 1 ? accounts.slice(0, MOST_NAMES) : accounts;
  const names: string[] = [];
  for (const account of shown) names.push(await nameIn(reads, ctx, account, false));
  const more = accounts.length - shown.length;
  if (more > 0) return `${names.join(', ')} and ${more} others`;
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? 'nobody');
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

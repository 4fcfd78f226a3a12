/** What a person changes in a group. Each is done or not, and says why not, in one sentence; nothing stays half done. */

import type { AccountId, ConversationId } from '../../contract/ids.ts';
import { MAX_PEOPLE } from '../../contract/limits.ts';
import { t } from '../../contract/words.ts';
import { equalBytes, hash } from '../../protocol/hash.ts';
import { ROSTER_HISTORY, ROSTER_OPS, ROSTER_ROLES, type RosterPolicy } from '../../protocol/roster-event.ts';
import type { Context } from '../context.ts';
import { readConversation } from '../conversations.ts';
import { refreshPeople } from '../directory.ts';
import type { ConversationView, GroupRole } from '../engine-types.ts';
import { acknowledgeNew } from '../identity.ts';
import { readPeer } from '../peers.ts';
import { accountsOf, type Chain, historyOf, loadChain, mayLead, roleOf } from './chain.ts';
import { type Change, changeRoster } from './change.ts';
import { REFUSED } from './sentences.ts';
import { checkDetails, queueState } from './state.ts';
import type { NewDetails } from './state-values.ts';
import { checkDevices, checkedPeople, subjectOf } from './subjects.ts';

/** Throws Error with a sentence unless this account may lead the group. */
function checkLead(ctx: Context, chain: Chain): void {
  const own = chain.member(ctx.self.account);
  if (own === null) throw new Error(REFUSED.gone);
  if (!mayLead(own)) throw new Error(REFUSED.noLead);
}

export async function addPeople(
  ctx: Context,
  id: ConversationId,
  people: readonly AccountId[],
): Promise<void> {
  await changeRoster(ctx, id, async (chain) => {
    checkLead(ctx, chain);
    const missing = [...new Set(people)].filter((account) => chain.member(account) === null);
    if (missing.length === 0) return null;
    const all = [...accountsOf(chain.head), ...missing];
    if (all.length > MAX_PEOPLE) throw new Error(REFUSED.many(MAX_PEOPLE));
    const peers = await checkedPeople(ctx, missing);
    await checkDevices(ctx, all);
    return { op: ROSTER_OPS.add, subjects: peers.map((peer) => subjectOf(peer, ROSTER_ROLES.member)) };
  });
}

export async function removePerson(ctx: Context, id: ConversationId, person: AccountId): Promise<void> {
  if (person === ctx.self.account) return leave(ctx, id);
  await changeRoster(ctx, id, async (chain) => {
    checkLead(ctx, chain);
    const member = chain.member(person);
    if (member === null) return null;
    await checkRank(ctx, chain, person);
    return { op: ROSTER_OPS.remove, subjects: [{ ...member, role: 0 }] };
  });
}

/** Admins change those who are neither owner nor admin; owners everybody. Throws Error with a sentence. */
async function checkRank(ctx: Context, chain: Chain, person: AccountId): Promise<void> {
  const own = chain.member(ctx.self.account);
  const member = chain.member(person);
  if (own === null || member === null || own.role === ROSTER_ROLES.owner || member.role > own.role) return;
  if (person === ctx.self.account) return;
  const name = (await readPeer(ctx.storage, person))?.name ?? t('This person');
  const isOwner = member.role === ROSTER_ROLES.owner;
  throw new Error(
    isOwner
      ? t('{name} is an owner here: only an owner can change that.', { name })
      : t('{name} is an admin here: only an owner can change that.', { name }),
  );
}

export async function setRole(
  ctx: Context,
  id: ConversationId,
  person: AccountId,
  role: GroupRole,
): Promise<void> {
  await changeRoster(ctx, id, async (chain) => {
    checkLead(ctx, chain);
    const member = chain.member(person);
    const own = chain.member(ctx.self.account);
    if (member === null || own === null) throw new Error(REFUSED.noOne);
    if (roleOf(member) === role) return null;
    await checkRank(ctx, chain, person);
    const wanted = ROSTER_ROLES[role];
    if (wanted < own.role) throw new Error(t('Only an owner can make somebody an owner.'));
    const owners = [...chain.head.members.values()].filter((each) => each.role === ROSTER_ROLES.owner);
    if (owners.length === 1 && member.role === ROSTER_ROLES.owner)
      throw new Error(t('A group needs an owner: make somebody else one first.'));
    return { op: ROSTER_OPS.role, subjects: [{ ...member, role: wanted }] };
  });
}

export async function setOpen(ctx: Context, id: ConversationId, open: boolean): Promise<void> {
  await changeRoster(ctx, id, async (chain) => {
    checkLead(ctx, chain);
    const { policy } = chain.head;
    if ((policy.open === 1) === open) return null;
    const name = (await readConversation(ctx.storage, id))?.details.name?.value ?? '';
    if (open && name === '')
      throw new Error(t('Name this group first: an open one shows its name to everybody.'));
    return policyChange({ ...policy, open: open ? 1 : 0, title: open ? name : '' });
  });
}

/** What members who come later may be given of what was written before. */
export async function setHistory(
  ctx: Context,
  id: ConversationId,
  history: NonNullable<ConversationView['history']>,
): Promise<void> {
  await changeRoster(ctx, id, async (chain) => {
    checkLead(ctx, chain);
    const { policy } = chain.head;
    return historyOf(policy) === history
      ? null
      : policyChange({ ...policy, history: ROSTER_HISTORY[history] });
  });
}

const policyChange = (policy: RosterPolicy): Change => ({
  op: ROSTER_OPS.policy,
  subjects: [],
  policy: { ...policy, predecessor: null },
});

export async function leave(ctx: Context, id: ConversationId): Promise<void> {
  await changeRoster(ctx, id, async (chain) =>
    chain.member(ctx.self.account) === null ? null : { op: ROSTER_OPS.leave, subjects: [] },
  );
}

/** Any admin may; the identity is the one that is shown now, and becomes the one that is known here. */
export async function confirmIdentity(ctx: Context, id: ConversationId, person: AccountId): Promise<void> {
  const known = await loadChain(ctx.storage, ctx, id);
  if (known === null) throw new Error(REFUSED.unknown);
  checkLead(ctx, known);
  if (known.member(person) === null) throw new Error(REFUSED.noOne);
  await refreshPeople(ctx, [person]);
  await acknowledgeNew(ctx, person);
  await changeRoster(ctx, id, async (chain) => {
    checkLead(ctx, chain);
    const member = chain.member(person);
    if (member === null) throw new Error(REFUSED.noOne);
    const [peer] = await checkedPeople(ctx, [person]);
    if (peer === undefined || equalBytes(member.identity, hash(peer.aik))) return null;
    return { op: ROSTER_OPS.rekey, subjects: [subjectOf(peer, 0)] };
  });
}

/** Renames; in an open group also what everybody of the workspace sees. */
export async function setDetails(ctx: Context, id: ConversationId, words: NewDetails): Promise<void> {
  const name = words.name?.trim();
  const topic = words.topic?.trim();
  const wanted = { ...(name === undefined ? {} : { name }), ...(topic === undefined ? {} : { topic }) };
  checkDetails(wanted);
  await ctx.operate(async (op) => {
    const known = await readConversation(op, id);
    if (known === null || known.kind !== 'group') throw new Error(REFUSED.unknown);
    if (known.role === null) throw new Error(REFUSED.gone);
    if (known.role !== 'owner' && known.role !== 'admin') throw new Error(REFUSED.noLead);
    const { details } = known;
    const changed = {
      ...(name === undefined || name === details.name?.value ? {} : { name }),
      ...(topic === undefined || topic === (details.topic?.value ?? '') ? {} : { topic }),
    };
    if (Object.keys(changed).length > 0) await queueState(op, ctx, known, changed);
  });
  if (name === undefined) return;
  await changeRoster(ctx, id, async ({ head: { policy } }) =>
    policy.open !== 1 || policy.title === name ? null : policyChange({ ...policy, title: name }),
  );
}

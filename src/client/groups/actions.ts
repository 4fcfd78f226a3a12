/** What a person does with groups. Each may be done or not, and says why not, in one sentence; nothing stays half done. */
import { conversationId, fromHex, toBase64 } from '../../contract/bytes.ts';
import type { AccountId, ConversationId } from '../../contract/ids.ts';
import { MAX_DEVICES_PER_CONVERSATION, MAX_PEOPLE } from '../../contract/limits.ts';
import type { OpenConversation } from '../../contract/relay.ts';
import { equalBytes, hash } from '../../protocol/hash.ts';
import {
  DEFAULT_POLICY,
  ROSTER_OPS,
  ROSTER_ROLES,
  type RosterPolicy,
  type RosterSubject,
} from '../../protocol/roster-event.ts';
import type { Context } from '../context.ts';
import { readConversation } from '../conversations.ts';
import { refreshPeople } from '../directory.ts';
import type { GroupRole } from '../engine-types.ts';
import { acknowledgeNew } from '../identity.ts';
import { isWhole, readPeer, type StoredPeer } from '../peers.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { accountsOf, type Chain, loadChain, mayLead, roleOf } from './chain.ts';
import { type Change, changeRoster, signFirst, signNext } from './change.ts';
import { commitEvents } from './commit.ts';
import { removeDraft, writeDraft } from './draft.ts';
import { type FreshEvent, fetchRoster, RosterLie } from './fetch.ts';
import { REFUSED, STOPPED } from './sentences.ts';
import { checkDetails, type NewDetails, queueState } from './state.ts';
import { syncRoster } from './sync.ts';

/** Times that others may be faster when somebody comes in. */
const ROUNDS = 6;

export interface NewGroup {
  readonly name: string;
  readonly topic?: string;
  readonly people: readonly AccountId[];
  readonly open?: boolean;
}

/** Makes a group with oneself as owner; gives its id when the relay has its first event. */
export async function createGroup(
  ctx: Context,
  group: NewGroup,
  predecessor: ConversationId | null = null,
): Promise<ConversationId> {
  const name = group.name.trim();
  const topic = group.topic?.trim();
  checkDetails({ name, ...(topic ? { topic } : {}) });
  const others = [...new Set(group.people)].filter((account) => account !== ctx.self.account);
  if (others.length + 1 > MAX_PEOPLE) throw new Error(REFUSED.many(MAX_PEOPLE));
  const peers = await checkedPeople(ctx, others);
  await checkDevices(ctx, [ctx.self.account, ...others]);
  const first = await signFirst(ctx, {
    op: ROSTER_OPS.create,
    subjects: [
      { account: ctx.self.accountBytes, identity: hash(ctx.self.aik), role: ROSTER_ROLES.owner },
      ...peers.map((peer) => subjectOf(peer, ROSTER_ROLES.member)),
    ],
    policy: {
      ...DEFAULT_POLICY,
      open: group.open === true ? 1 : 0,
      title: group.open === true ? name : '',
      predecessor: predecessor === null ? null : fromHex(predecessor),
    },
  });
  const id = conversationId(first.hash);
  await ctx.operate(async (op) => writeDraft(op, id, { name, topic: topic || null, created: ctx.now() }));
  await give(ctx, id, first);
  await commitEvents(ctx, id, [first]);
  return id;
}

/** Gives the relay a first event; repeating it changes nothing. */
async function give(ctx: Context, id: ConversationId, { stored }: FreshEvent): Promise<void> {
  const request = { kind: 'group', event: toBase64(stored.signed) } as const;
  try {
    await ctx.transport.createConversation(request);
  } catch (error) {
    if (error instanceof TransportRefused) await ctx.operate(async (op) => removeDraft(op, id));
    if (!(error instanceof TransportFailed)) throw error;
    try {
      await ctx.transport.createConversation(request);
    } catch (cause) {
      if (cause instanceof TransportFailed) throw new Error(REFUSED.offline, { cause });
      throw cause;
    }
  }
}

/** Pins of these people, asked for where they are missing. Throws Error with a sentence for one that cannot be signed for. */
async function checkedPeople(ctx: Context, people: readonly AccountId[]): Promise<readonly StoredPeer[]> {
  const missing: AccountId[] = [];
  for (const account of people) {
    const peer = await readPeer(ctx.storage, account);
    if (peer === null || !isWhole(peer)) missing.push(account);
  }
  if (missing.length > 0) await refreshPeople(ctx, missing);
  const peers: StoredPeer[] = [];
  for (const account of people) {
    const peer = await readPeer(ctx.storage, account);
    if (peer === null || !isWhole(peer)) throw new Error(REFUSED.unseen);
    if (peer.changed !== null) throw new Error(REFUSED.identity(peer.name));
    peers.push(peer);
  }
  return peers;
}

/** Throws Error with a sentence when a message would have to be sealed for too many devices. */
async function checkDevices(ctx: Context, people: readonly AccountId[]): Promise<void> {
  let devices = -1;
  for (const account of people) devices += (await readPeer(ctx.storage, account))?.devices.length ?? 1;
  if (devices > MAX_DEVICES_PER_CONVERSATION) throw new Error(REFUSED.devices(MAX_DEVICES_PER_CONVERSATION));
}

const subjectOf = ({ account, aik }: StoredPeer, role: number): RosterSubject => ({
  account: fromHex(account),
  identity: hash(aik),
  role,
});

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
  const name = (await readPeer(ctx.storage, person))?.name ?? 'This person';
  throw new Error(
    `${name} is ${member.role === ROSTER_ROLES.owner ? 'an owner' : 'an admin'} here: only an owner can change that.`,
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
    if (wanted < own.role) throw new Error('Only an owner can make somebody an owner.');
    const owners = [...chain.head.members.values()].filter((each) => each.role === ROSTER_ROLES.owner);
    if (owners.length === 1 && member.role === ROSTER_ROLES.owner)
      throw new Error('A group needs an owner: make somebody else one first.');
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
      throw new Error('Name this group first: an open one shows its name to everybody.');
    return policyChange({ ...policy, open: open ? 1 : 0, title: open ? name : '' });
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

export async function openGroups(ctx: Context): Promise<readonly OpenConversation[]> {
  const open: OpenConversation[] = [];
  for (const each of await ctx.transport.openConversations()) {
    if ((await readConversation(ctx.storage, each.id))?.role == null) open.push(each);
  }
  return open;
}

/** Comes into an open group. */
export async function joinGroup(ctx: Context, id: ConversationId): Promise<void> {
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const chain = await loadChain(ctx.storage, ctx, id);
      const { fresh, roster } = await fetchRoster(ctx, id, chain);
      if (roster === null) throw new Error(REFUSED.unknown);
      if (roster.members.has(ctx.self.account)) {
        await syncRoster(ctx, id);
        return;
      }
      if (roster.policy.open !== 1) throw new Error('This group is not open: somebody in it has to add you.');
      if (roster.members.size >= MAX_PEOPLE) throw new Error(REFUSED.many(MAX_PEOPLE));
      await refreshPeople(ctx, accountsOf(roster));
      const identity = hash(ctx.self.aik);
      const own: RosterSubject = { account: ctx.self.accountBytes, identity, role: ROSTER_ROLES.member };
      const next = await signNext(ctx, roster, { op: ROSTER_OPS.join, subjects: [own] });
      try {
        await ctx.transport.appendRoster(id, { event: toBase64(next.stored.signed) });
      } catch (error) {
        // Somebody was faster, or nobody knows: the next round looks.
        if (error instanceof TransportRefused && error.status !== 409) throw error;
        if (error instanceof TransportFailed && round > 0) throw new Error(REFUSED.offline, { cause: error });
        continue;
      }
      await commitEvents(ctx, id, [...fresh, next]);
      return;
    }
  } catch (error) {
    if (error instanceof RosterLie) throw new Error(STOPPED[error.why], { cause: error });
    throw error;
  }
  throw new Error(REFUSED.busy);
}

/** A group that follows one in which no admin is left, with everybody of it whose identity is the one known here. */
export async function succeedGroup(ctx: Context, id: ConversationId): Promise<ConversationId> {
  const chain = await loadChain(ctx.storage, ctx, id);
  const known = await readConversation(ctx.storage, id);
  if (chain === null || known === null) throw new Error(REFUSED.unknown);
  if (chain.member(ctx.self.account) === null) throw new Error(REFUSED.gone);
  if ([...chain.head.members.values()].some(mayLead))
    throw new Error('This group still has an owner or an admin: ask them.');
  const people: AccountId[] = [];
  for (const account of accountsOf(chain.head)) {
    const peer = await readPeer(ctx.storage, account);
    const member = chain.member(account);
    if (peer === null || member === null || peer.changed !== null) continue;
    if (equalBytes(member.identity, hash(peer.aik))) people.push(account);
  }
  const { name, topic } = known.details;
  return createGroup(
    ctx,
    {
      name: name?.value ?? (known.title === '' ? 'Group' : known.title),
      ...(topic === null ? {} : { topic: topic.value }),
      people,
      open: known.open,
    },
    id,
  );
}

/** Makes groups: a new one, and one that follows a group in which no admin was left. */

import { conversationId, fromHex, toBase64 } from '../../contract/bytes.ts';
import type { AccountId, ConversationId } from '../../contract/ids.ts';
import { MAX_PEOPLE } from '../../contract/limits.ts';
import { t } from '../../contract/words.ts';
import { equalBytes, hash } from '../../protocol/hash.ts';
import { DEFAULT_POLICY, ROSTER_HISTORY, ROSTER_OPS, ROSTER_ROLES } from '../../protocol/roster-event.ts';
import type { Context } from '../context.ts';
import { readConversation } from '../conversations.ts';
import { readPeer } from '../peers.ts';
import { firstPolicy } from '../policies.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { accountsOf, loadChain, mayLead } from './chain.ts';
import { signFirst } from './change.ts';
import { commitEvents } from './commit.ts';
import { removeDraft, writeDraft } from './draft.ts';
import type { FreshEvent } from './fetch.ts';
import { REFUSED } from './sentences.ts';
import { checkDetails } from './state.ts';
import { checkDevices, checkedPeople, subjectOf } from './subjects.ts';

export interface NewGroup {
  readonly name: string;
  readonly topic?: string;
  readonly people: readonly AccountId[];
  readonly open?: boolean;
  readonly history?: keyof typeof ROSTER_HISTORY;
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
  const usual = await firstPolicy(ctx.storage);
  const first = await signFirst(ctx, {
    op: ROSTER_OPS.create,
    subjects: [
      { account: ctx.self.accountBytes, identity: hash(ctx.self.aik), role: ROSTER_ROLES.owner },
      ...peers.map((peer) => subjectOf(peer, ROSTER_ROLES.member)),
    ],
    policy: {
      ...DEFAULT_POLICY,
      suite: usual.suite,
      open: group.open === true ? 1 : 0,
      title: group.open === true ? name : '',
      history: group.history === undefined ? usual.history : ROSTER_HISTORY[group.history],
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

/** A group that follows one in which no admin is left, with everybody of it whose identity is the one known here. */
export async function succeedGroup(ctx: Context, id: ConversationId): Promise<ConversationId> {
  const chain = await loadChain(ctx.storage, ctx, id);
  const known = await readConversation(ctx.storage, id);
  if (chain === null || known === null) throw new Error(REFUSED.unknown);
  if (chain.member(ctx.self.account) === null) throw new Error(REFUSED.gone);
  if ([...chain.head.members.values()].some(mayLead))
    throw new Error(t('This group still has an owner or an admin: ask them.'));
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
      name: name?.value ?? (known.title === '' ? t('Group') : known.title),
      ...(topic === null ? {} : { topic: topic.value }),
      people,
      open: known.open,
    },
    id,
  );
}

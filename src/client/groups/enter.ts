/** Groups that anybody of the workspace may come into. */

import { toBase64 } from '../../contract/bytes.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { MAX_PEOPLE } from '../../contract/limits.ts';
import type { OpenConversation } from '../../contract/relay.ts';
import { say, t } from '../../contract/words.ts';
import { hash } from '../../protocol/hash.ts';
import { ROSTER_OPS, ROSTER_ROLES, type RosterSubject } from '../../protocol/roster-event.ts';
import type { Context } from '../context.ts';
import { readConversation } from '../conversations.ts';
import { refreshPeople } from '../directory.ts';
import { displayText } from '../display-text.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { accountsOf, loadChain } from './chain.ts';
import { signNext } from './change.ts';
import { commitEvents } from './commit.ts';
import { fetchRoster, RosterLie } from './fetch.ts';
import { REFUSED, STOPPED } from './sentences.ts';
import { syncRoster } from './sync.ts';

/** Times that others may be faster when somebody comes in. */
const ROUNDS = 6;

export async function openGroups(ctx: Context): Promise<readonly OpenConversation[]> {
  const open: OpenConversation[] = [];
  for (const each of await ctx.transport.openConversations()) {
    if ((await readConversation(ctx.storage, each.id))?.role == null)
      open.push({ ...each, title: displayText(each.title) });
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
      if (roster.policy.open !== 1)
        throw new Error(t('This group is not open: somebody in it has to add you.'));
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
    if (error instanceof RosterLie) throw new Error(say(STOPPED[error.why]), { cause: error });
    throw error;
  }
  throw new Error(REFUSED.busy);
}

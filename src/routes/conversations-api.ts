/**
 * Conversations over the API.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | GET /api/v1/conversations | a session | one's own |
 * | GET /api/v1/conversations/open | a device | open groups that one is not in and may come into |
 * | GET /api/v1/conversations/ID | `converse` | one of one's own |
 * | POST /api/v1/conversations | `converse`; a device and `groups.make` for a group | a direct one, or a group by its first event |
 * | GET /api/v1/conversations/ID/roster?after=EPOCH | a device, `converse` | signed events of a group |
 * | POST /api/v1/conversations/ID/roster | a device, `converse`, a RosterAppend | the group after its next event |
 */
import { Elysia } from 'elysia';
import { type ConversationId, isConversationId } from '../contract/ids.ts';
import { PATHS } from '../contract/paths.ts';
import { may } from '../contract/permissions.ts';
import type { ConversationRecord, OpenConversation, RosterRecord } from '../contract/relay.ts';
import type { Deps } from '../deps.ts';
import { readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { notFound } from '../services/conversations.ts';
import { readAfterEpoch, readConversation, readEvent } from './relay-input.ts';

const ROSTER = `${PATHS.conversations}/:id/roster` as const;

export const conversationApiRoutes = (deps: Deps) => {
  const guard = createGuard(deps);
  const { limits, services } = deps;

  return new Elysia({ name: 'conversations-api' })
    .get(PATHS.conversations, async ({ request }) => {
      const session = await guard.signedIn(request);
      // Clients of auditors ask as a matter of course: they have none.
      return may(session.role, 'converse') ? [...(await services.conversations.list(session.account))] : [];
    })
    .get(PATHS.openConversations, async ({ request }): Promise<OpenConversation[]> => {
      const session = await guard.withDevice(request);
      return [...(await services.rosters.open(session))];
    })
    .get(`${PATHS.conversations}/:id`, async ({ request, params }) => {
      const session = await guard.may(request, 'converse');
      return services.conversations.find(session.account, idOf(params));
    })
    .post(
      PATHS.conversations,
      async ({ request }): Promise<ConversationRecord> => {
        const session = await guard.may(request, 'converse');
        limits.take('conversationAccount', session.account);
        const asked = readConversation(await readInput(request));
        if (asked.kind === 'direct') return services.conversations.createDirect(session, asked.person);
        limits.take('rosterAccount', session.account);
        return services.rosters.create(await guard.withDevice(request, 'groups.make'), asked.event);
      },
      { parse: 'none' },
    )
    .get(ROSTER, async ({ request, params, query }): Promise<RosterRecord> => {
      const session = await guard.withDevice(request, 'converse');
      limits.take('relayAccount', session.account);
      return services.rosters.read(session, idOf(params), readAfterEpoch(query));
    })
    .post(
      ROSTER,
      async ({ request, params }): Promise<ConversationRecord> => {
        const session = await guard.withDevice(request, 'converse');
        limits.take('rosterAccount', session.account);
        const event = readEvent(await readInput(request));
        return services.rosters.append(session, idOf(params), event);
      },
      { parse: 'none' },
    );
};

/** What is no id is nobody's conversation. */
function idOf({ id }: { readonly id: string }): ConversationId {
  if (!isConversationId(id)) throw notFound();
  return id;
}

/** Conversations over the API: list one's own, start a direct one. */
import { Elysia } from 'elysia';
import { isConversationId } from '../contract/ids.ts';
import { PATHS } from '../contract/paths.ts';
import type { Deps } from '../deps.ts';
import { readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { notFound } from '../services/conversations.ts';
import { readPerson } from './relay-input.ts';

export const conversationApiRoutes = (deps: Deps) => {
  const guard = createGuard(deps);
  const { limits, services } = deps;

  return new Elysia({ name: 'conversations-api' })
    .get(PATHS.conversations, async ({ request }) => {
      const session = await guard.signedIn(request);
      return [...(await services.conversations.list(session.account))];
    })
    .get(`${PATHS.conversations}/:id`, async ({ request, params }) => {
      const session = await guard.signedIn(request);
      if (!isConversationId(params.id)) throw notFound();
      return services.conversations.find(session.account, params.id);
    })
    .post(
      PATHS.conversations,
      async ({ request }) => {
        const session = await guard.signedIn(request);
        limits.take('writeAccount', session.account);
        return services.conversations.createDirect(session, readPerson(await readInput(request)));
      },
      { parse: 'none' },
    );
};

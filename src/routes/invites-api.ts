/**
 * Invites.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | POST /api/v1/invites | an owner's or admin's session, that was confirmed where the role is trusted; an InviteRequest | 201 InviteCreated |
 */
import { Elysia } from 'elysia';
import type { InviteCreated } from '../contract/accounts.ts';
import { inviteUrl, PATHS } from '../contract/paths.ts';
import { isTrusted, ROLES } from '../contract/permissions.ts';
import type { Deps } from '../deps.ts';
import { readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { MAX_INVITE_MS, MAX_INVITE_USES } from '../services/invites.ts';

export const inviteRoutes = (deps: Pick<Deps, 'services' | 'origin' | 'address' | 'limits' | 'clock'>) => {
  const { invites } = deps.services;
  const guard = createGuard(deps);

  return new Elysia({ name: 'invites-api' }).post(
    PATHS.invites,
    async ({ request, set }): Promise<InviteCreated> => {
      const session = await guard.may(request, 'invites.make');
      deps.limits.take('inviteAccount', session.account);
      const input = await readInput(request);
      const terms = {
        ...(input.has('role') ? { role: input.choice('role', ROLES) } : {}),
        ...(input.has('uses') ? { uses: input.whole('uses', { min: 1, max: MAX_INVITE_USES }) } : {}),
        ...(input.has('expiresIn')
          ? { expiresIn: input.whole('expiresIn', { min: 1, max: MAX_INVITE_MS }) }
          : {}),
      };
      input.check();
      if (terms.role !== undefined && isTrusted(terms.role)) guard.verified(session);
      const { token, role, uses, expiresAt } = await invites.create(session, terms);
      set.status = 201;
      return { url: inviteUrl(deps.origin(), token), expiresAt, uses, role };
    },
    { parse: 'none' },
  );
};

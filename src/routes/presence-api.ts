/**
 * Whether others see when one is here.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | GET /api/v1/presence | a session | PresenceSettings |
 * | PUT /api/v1/presence PresenceChoice | a session | PresenceSettings |
 */
import { Elysia } from 'elysia';
import { PATHS } from '../contract/paths.ts';
import type { PresenceSettings } from '../contract/presence.ts';
import type { Deps } from '../deps.ts';
import { readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { invalid } from '../services/refusal.ts';

export const presenceRoutes = (deps: Pick<Deps, 'services' | 'origin' | 'address' | 'limits' | 'clock'>) => {
  const { presence } = deps.services;
  const guard = createGuard(deps);

  return new Elysia({ name: 'presence-api' })
    .get(PATHS.presence, async ({ request }): Promise<PresenceSettings> => {
      const { account } = await guard.signedIn(request);
      return presence.settings(account);
    })

    .put(
      PATHS.presence,
      async ({ request }): Promise<PresenceSettings> => {
        const { account } = await guard.signedIn(request);
        deps.limits.take('writeAccount', account);
        const shown = (await readInput(request)).raw('shown');
        if (typeof shown !== 'boolean') throw invalid({ shown: ['"shown" is true or false.'] });
        return presence.choose(account, shown);
      },
      { parse: 'none' },
    );
};

/**
 * The transparency log.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | GET /api/v1/log?from=N | a session | LogPage |
 * | GET /api/v1/log/consistency?from=M&to=N | a session | LogConsistency |
 */
import { Elysia } from 'elysia';
import type { LogConsistency, LogPage } from '../contract/log.ts';
import { PATHS } from '../contract/paths.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from '../http/errors.ts';
import { createGuard } from '../http/session.ts';

export const logRoutes = (deps: Pick<Deps, 'services' | 'origin' | 'address' | 'limits' | 'clock'>) => {
  const { transparency } = deps.services;
  const guard = createGuard(deps);

  return new Elysia({ name: 'log-api' })
    .get(PATHS.log, async ({ request, query }): Promise<LogPage> => {
      await guard.signedIn(request);
      return transparency.page(readSize(query.from ?? '0'));
    })

    .get(PATHS.logConsistency, async ({ request, query }): Promise<LogConsistency> => {
      await guard.signedIn(request);
      return transparency.consistency(readSize(query.from ?? ''), readSize(query.to ?? ''));
    });
};

/** A number of leaves in an address. */
function readSize(text: string): number {
  const size = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(size))
    throw new Refusal('ValidationError', 'A size of the log is a whole number.');
  return size;
}

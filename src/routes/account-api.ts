/**
 * One's own account, and the people of the workspace.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | GET /api/v1/session | a session | SignedIn |
 * | GET /api/v1/sessions | a session | SessionRecord[] |
 * | DELETE /api/v1/sessions | a session | 204: all but this one end |
 * | DELETE /api/v1/sessions/ID | a session | 204 |
 * | GET /api/v1/vault | a session | VaultRecord |
 * | PUT /api/v1/vault | a session with a device | 204 |
 * | GET /api/v1/people | a session | Person[] |
 * | POST /api/v1/directory | a session | DirectoryEntry[] |
 */
import { Elysia } from 'elysia';
import type { DirectoryEntry, Person, SessionRecord, SignedIn, VaultRecord } from '../contract/accounts.ts';
import { isAccountId } from '../contract/ids.ts';
import { MAX_PEOPLE } from '../contract/limits.ts';
import { PATHS } from '../contract/paths.ts';
import type { Deps } from '../deps.ts';
import { readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { readPublishedList, readVault } from './records.ts';

export const accountRoutes = (deps: Pick<Deps, 'services' | 'origin' | 'address' | 'limits' | 'clock'>) => {
  const { accounts, sessions } = deps.services;
  const guard = createGuard(deps);

  return new Elysia({ name: 'account-api' })
    .get(
      PATHS.session,
      async ({ request }): Promise<SignedIn> => accounts.signedIn(await guard.entered(request)),
    )

    .get(
      PATHS.sessions,
      async ({ request }): Promise<readonly SessionRecord[]> => sessions.list(await guard.entered(request)),
    )

    .delete(
      PATHS.sessions,
      async ({ request, set }): Promise<void> => {
        const session = await guard.entered(request);
        deps.limits.take('writeAccount', session.account);
        await sessions.endOthers(session);
        set.status = 204;
      },
      { parse: 'none' },
    )

    .delete(
      `${PATHS.sessions}/:id`,
      async ({ request, params, set }): Promise<void> => {
        const session = await guard.entered(request);
        deps.limits.take('writeAccount', session.account);
        await sessions.end(session.account, params.id);
        if (params.id === session.id) set.headers['set-cookie'] = sessions.cookie(null);
        set.status = 204;
      },
      { parse: 'none' },
    )

    .get(
      PATHS.vault,
      async ({ request }): Promise<VaultRecord> => accounts.vault((await guard.entered(request)).account),
    )

    .put(
      PATHS.vault,
      async ({ request, set }): Promise<void> => {
        const session = await guard.withDevice(request);
        deps.limits.take('leafAccount', session.account);
        const input = await readInput(request);
        const vault = readVault(input.object('vault'));
        const published = readPublishedList(input);
        input.check();
        await accounts.replaceVault(session, vault, published);
        set.status = 204;
      },
      { parse: 'none' },
    )

    .get(PATHS.people, async ({ request }): Promise<readonly Person[]> => {
      return accounts.visible(await guard.signedIn(request));
    })

    .post(
      PATHS.directory,
      async ({ request }): Promise<readonly DirectoryEntry[]> => {
        const session = await guard.signedIn(request);
        deps.limits.take('writeAccount', session.account);
        const input = await readInput(request);
        const people = input.ids('people', isAccountId, MAX_PEOPLE);
        input.check();
        return accounts.directory(people, session);
      },
      { parse: 'none' },
    );
};

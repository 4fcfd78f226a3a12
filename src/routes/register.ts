/**
 * Joining a workspace.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | GET /api/v1/workspace | nothing | Workspace |
 * | POST /api/v1/register/start | a link's token, or none where anybody may join | RegisterStart |
 * | POST /api/v1/register | the same | 201 SignedIn, and the session's cookie |
 */
import { Elysia } from 'elysia';
import type { RegisterStart, SignedIn, Workspace } from '../contract/accounts.ts';
import { isAccountId } from '../contract/ids.ts';
import { PATHS } from '../contract/paths.ts';
import type { PolicyValues } from '../contract/policies.ts';
import type { Deps } from '../deps.ts';
import { type Input, readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { OPEN_TOKEN } from '../services/invites.ts';
import { readDevice, readName, readNewPasskey, readPassword, readUsername, readVault } from './records.ts';

export const registerRoutes = (deps: Pick<Deps, 'services' | 'origin' | 'address' | 'limits' | 'clock'>) => {
  const { accounts, policies } = deps.services;
  const guard = createGuard(deps);

  return new Elysia({ name: 'register' })
    .get(PATHS.workspace, (): Promise<Workspace> => accounts.workspace())

    .post(
      PATHS.registerStart,
      async ({ request }): Promise<RegisterStart> => {
        deps.limits.takeFrom('registerAddress', deps.address(request));
        const input = await readInput(request);
        const asked = {
          token: readToken(input, await policies.read()),
          account: input.id('account', isAccountId),
          username: given(input, 'username') ? readUsername(input) : null,
          name: given(input, 'name') ? readName(input, 'name') : null,
        };
        input.check();
        return accounts.registerStart(asked);
      },
      { parse: 'none' },
    )

    .post(
      PATHS.register,
      async ({ request, set }): Promise<SignedIn> => {
        deps.limits.takeFrom('registerAddress', deps.address(request));
        const input = await readInput(request);
        const registration = {
          token: readToken(input, await policies.read()),
          account: input.id('account', isAccountId),
          username: readUsername(input),
          name: readName(input, 'name'),
          workspaceName: given(input, 'workspaceName') ? readName(input, 'workspaceName') : null,
          aik: input.bytes('aik', 1984),
          password: input.has('password') ? readPassword(input.object('password')) : null,
          passkey: input.has('passkey') ? readNewPasskey(input.object('passkey')) : null,
          recoverySecret: input.bytes('recoverySecret', 32),
          vault: readVault(input.object('vault')),
          device: readDevice(input.object('device')),
        };
        input.check();
        const { caller, cookies } = guard.arrival(request);
        if (registration.token === OPEN_TOKEN) deps.limits.take('registerOpen', 'workspace');
        const { signedIn, opened } = await accounts.register(registration, caller);
        set.status = 201;
        set.headers['set-cookie'] = cookies(opened.token);
        return signedIn;
      },
      { parse: 'none' },
    );
};

/** A link's token; one of the wrong form is good for nothing, as an unknown one is. Empty where none is needed. */
const readToken = (input: Input, { registration }: PolicyValues): string =>
  registration === 'open' && input.raw('token') === '' ? OPEN_TOKEN : input.text('token', { max: 200 });

/** Forms send empty fields for what was left out. */
const given = (input: Input, name: string): boolean => input.has(name) && input.raw(name) !== '';
